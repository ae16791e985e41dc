"""Who is at the desk: a state each operator chooses, and a heartbeat while any of their desks is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.keys import Keys
from core.redis import Scripts
from handoff.records import milliseconds, moment
from handoff.store import reading, strings

Status = Literal["online", "busy", "away"]
STATUSES: tuple[Status, ...] = ("online", "busy", "away")
"""Takes offers; at the desk but takes none; not at the desk for a while."""

BEAT_S = 10
"""How often an open desk says so: a quarter of the shortest sensible `offline_s`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An operator's state; `beat` is when a desk of theirs was last known to be open."""

    status: Status
    beat: datetime | None
    idle_since: datetime | None

    def here(self, now: datetime, offline_s: float) -> bool:
        """Whether a desk of theirs is open."""
        return self.beat is not None and (now - self.beat).total_seconds() <= offline_s


class Presence:
    """States and heartbeats in the live record."""

    def __init__(self, *, scripts: Scripts, keys: Keys) -> None:
        """`scripts` carries the connection."""
        self._redis = scripts.redis
        self._keys = keys

    async def beat(self, operator: str) -> None:
        """A desk of theirs is open now; the first one after an absence is told to everybody."""
        with reading():
            seconds, microseconds = await self._redis.time()
            now = seconds * 1000 + microseconds // 1000
            before = await self._redis.zscore(self._keys("desks"), operator)
            await self._redis.zadd(self._keys("desks"), {operator: now})
            if before is None or now - before > 2 * BEAT_S * 1000:
                await self._redis.zadd(self._keys("idle"), {operator: now})
                await self._redis.publish(self._keys("notify"), "presence")

    async def choose(self, operator: str, status: Status) -> None:
        """What an operator says of themselves; it stays until they say otherwise."""
        with reading():
            await self._redis.hset(self._keys("presence"), operator, status)
            await self._redis.publish(self._keys("notify"), "presence")
            await self._redis.publish(self._keys("notify"), f"operator:{operator}")

    async def all(self) -> Mapping[str, Seen]:
        """Everybody who was ever at a desk or chose a state, by id."""
        with reading():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hgetall(self._keys("presence"))
                pipe.zrange(self._keys("desks"), 0, -1, withscores=True)
                pipe.zrange(self._keys("idle"), 0, -1, withscores=True)
                chosen, beats, idle = await pipe.execute()
        said = {str(name): str(status) for name, status in chosen.items()}
        seen, since = dict(beats), dict(idle)
        return {
            name: Seen(_status(said.get(name, "online")), _at(seen.get(name)), _at(since.get(name)))
            for name in strings({*said, *seen})
        }


def _status(text: str) -> Status:
    return text if text in STATUSES else "online"


def _at(ms: float | None) -> datetime | None:
    return None if ms is None else moment(int(ms))


def as_ms(at: datetime | None) -> int:
    """For ordering: who was never seen idle counts as idle for ever."""
    return 0 if at is None else milliseconds(at)
