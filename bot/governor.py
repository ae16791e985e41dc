"""The split governor: keeps the bot's share of conversations near its target by moving the threshold.

Below the band it lowers the threshold, never under the one solved for the precision floor; above the band it
raises it, never above the configured maximum. Skills are counted but never throttled.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import exists, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.metrics import BOT_SHARE
from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader
from core.logging import get_logger
from core.tables import conversations, decisions, tickets

_log = get_logger("governor")


@dataclass(frozen=True, slots=True)
class Band:
    """What the share should be: `target` ± `tolerance`, measured over `window` conversations, in `step`s."""

    target: float
    tolerance: float
    window: int
    step: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`by_bot` of `total` conversations stayed with the bot; `latest_ms` is when the newest of them began."""

    by_bot: int
    total: int
    latest_ms: int

    @property
    def share(self) -> float:
        """Share of the bot in [0, 1]; 0 while there is nothing to measure."""
        return self.by_bot / self.total if self.total else 0.0


def next_raise(current: float, measured: Measured, band: Band, most: float = 1.0) -> float:
    """How far above the solved threshold to be from now on; never negative, never above `most`.

    A share of fewer than a tenth of the window says too little to act on. A raise beyond what the maximum
    lets through (`most`) would change nothing now and take as many steps to undo later.
    """
    if measured.total < max(band.window // 10, 1):
        return current
    if measured.share > band.target + band.tolerance:
        return min(current + band.step, most)
    if measured.share < band.target - band.tolerance:
        return max(min(current, most) - band.step, 0.0)
    return current


def effective_threshold(solved: float, raised: float, maximum: float) -> float:
    """The threshold in force: the solved one plus the governor's raise, up to the maximum.

    A solved threshold above the maximum stays: the governor never makes the bot answer more than the floor
    allows, and one above 1 means "answer nothing".
    """
    return max(solved, min(solved + raised, maximum))


async def measure(engine: AsyncEngine, window: int) -> Measured:
    """Who had the latest conversations, as the archive knows.

    A conversation counts for people if it ever had a ticket, for the bot if it had none and held an answer or
    a skill; small talk alone counts for neither.
    """
    by_people = exists().where(tickets.c.conversation == conversations.c.id)
    by_bot = exists().where(
        decisions.c.conversation == conversations.c.id, decisions.c.decision.in_(("answer", "skill"))
    )
    latest = (
        select(conversations.c.started_ms, by_people.label("people"))
        .where(or_(by_people, by_bot))
        .order_by(conversations.c.started_ms.desc())
        .limit(window)
        .subquery()
    )
    query = select(
        func.count(), func.count().filter(~latest.c.people), func.max(latest.c.started_ms)
    ).select_from(latest)
    async with engine.connect() as connection:
        total, alone, latest_ms = (await connection.execute(query)).one()
    return Measured(int(alone or 0), int(total or 0), int(latest_ms or 0))


class Governor:
    """Measures now and then in one process, and follows what was found in all."""

    def __init__(
        self, *, redis: Redis, keys: Keys, engine: AsyncEngine, leader: Leader, band: Band, maximum: float,
        every_s: float = 30.0,
    ) -> None:  # fmt: skip
        """`maximum` is the highest threshold the governor may set; it looks every `every_s` seconds."""
        self._redis = redis
        self._key = keys("split")
        self._engine = engine
        self._leader = leader
        self._band = band
        self._maximum = maximum
        self._every_s = every_s
        self._raised = 0.0
        self._judged_ms = 0
        self._most = 1.0

    def threshold(self, solved: float) -> float:
        """The threshold in force for a base whose own is `solved`."""
        self._most = max(self._maximum - solved, 0.0)
        return effective_threshold(solved, self._raised, self._maximum)

    async def run(self, stop: asyncio.Event) -> None:
        """Govern and follow until `stop`."""
        while not stop.is_set():
            try:
                await self.step()
            except (RedisError, OSError, SQLAlchemyError, Unavailable) as error:
                _log.warning("split.interrupted", error=type(error).__name__)
            try:
                async with asyncio.timeout(self._every_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def step(self) -> None:
        """One look; moves the threshold only when conversations came since the last move."""
        stored = await self._redis.hgetall(self._key)
        self._raised = float(stored.get("raised", 0.0))
        self._judged_ms = int(stored.get("judged_ms", 0))
        if not await self._leader.acquire():
            return
        measured = await measure(self._engine, self._band.window)
        BOT_SHARE.set(measured.share)
        if measured.latest_ms <= self._judged_ms:
            return
        raised = next_raise(self._raised, measured, self._band, self._most)
        await self._redis.hset(
            self._key,
            mapping={
                "raised": str(raised),
                "judged_ms": str(measured.latest_ms),
                "share": str(measured.share),
            },
        )
        if raised != self._raised:
            _log.info("split.moved", share=round(measured.share, 3), raised=round(raised, 3))
        self._raised = raised
