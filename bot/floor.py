"""Watches operators' verdicts between publishes: where they break the floor, every process answers less."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.moves import Move, MoveReason, Moves
from bot.ports import Clock
from core.clock import utc_now
from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader
from core.logging import get_logger
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.live import KnowledgeBase
from knowledge_base.ports import BaseStore, Verdicts
from knowledge_base.proof import revisions_of

if TYPE_CHECKING:
    from knowledge_base.base import Base
    from knowledge_base.verdicts import Judged

_log = get_logger("floor")
_STARTING_S = 5.0
"""Seconds between looks while no base is served."""


class FloorWatch:
    """Judges the served base's threshold by its verdicts, in one process; the governors of all follow."""

    def __init__(
        self, *, redis: Redis, keys: Keys, leader: Leader, knowledge_base: KnowledgeBase, store: BaseStore,
        verdicts: Verdicts, floor: float, confidence: float, clock: Clock = utc_now, every_s: float = 60.0,
    ) -> None:  # fmt: skip
        """`floor` is the least precision of answers, `confidence` that of a bound."""
        self._redis = redis
        self._key = keys("floor")
        self._moves = Moves(redis=redis, key=keys("split_moves"))
        self._leader = leader
        self._knowledge_base = knowledge_base
        self._store = store
        self._verdicts = verdicts
        self._floor = floor
        self._confidence = confidence
        self._clock = clock
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop`."""
        while not stop.is_set():
            try:
                await self.step()
            except (RedisError, OSError, KnowledgeBaseError, Unavailable) as error:
                _log.warning("floor.interrupted", error=type(error).__name__)
            try:
                starting = self._knowledge_base.version is None
                async with asyncio.timeout(_STARTING_S if starting else self._every_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def step(self) -> None:
        """Judge once, when a base is served and no other process does it."""
        if self._knowledge_base.version is None or not await self._leader.acquire():
            return
        base = self._knowledge_base.base
        judged = await self._judge(base)
        stored = await self._redis.hgetall(self._key)
        await self._redis.hset(self._key, mapping=_fields(base, judged))
        before = float(stored.get("threshold", judged.threshold))
        if before != judged.threshold:
            reason = _reason(before, judged, same_base=stored.get("version") == str(base.version))
            now_ms = int(self._clock().timestamp() * 1000)
            await self._moves.add(Move(now_ms, reason, before, judged.threshold, None, judged.verdicts))

    async def _judge(self, base: Base) -> Judged:
        from knowledge_base.verdicts import countable, judge

        meta = await self._store.meta(base.version)
        heard = countable(
            await self._verdicts.read(), model=meta.model, revisions=revisions_of(base.articles)
        )
        return await asyncio.to_thread(
            judge, base.estimate, heard, floor=self._floor, confidence=self._confidence
        )


def _reason(before: float, judged: Judged, *, same_base: bool) -> MoveReason:
    if not same_base:
        return "published"
    return "verdicts_raised" if judged.threshold > before else "verdicts_eased"


def _fields(base: Base, judged: Judged) -> dict[Any, str]:
    """What governors follow and the health page shows."""
    bound = judged.bound.threshold
    return {
        "version": str(base.version),
        "threshold": str(judged.threshold),
        "published": str(base.estimate.threshold),
        "kind": judged.kind,
        "verdicts": str(judged.verdicts),
        "errors": str(judged.errors),
        "certified": "" if bound is None else str(bound),
        "missing": str(judged.bound.missing),
        "alarms": str(len(judged.alarms)),
    }
