"""The split governor at work: measures in one process, and is followed in all."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.governing import Band, Course, Measured, effective_threshold, next_course, reason_of
from bot.metrics import BOT_SHARE
from bot.moves import Move, Moves
from bot.ports import Clock
from bot.split_measure import measure
from core.clock import utc_now
from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader
from core.logging import get_logger

_log = get_logger("governor")


class Governor:
    """Keeps the bot's share of conversations near its target by moving the threshold above the floor's."""

    def __init__(
        self, *, redis: Redis, keys: Keys, engine: AsyncEngine, leader: Leader, band: Band, maximum: float,
        clock: Clock = utc_now, every_s: float = 30.0,
    ) -> None:  # fmt: skip
        """`maximum` is the highest threshold the governor may set; it looks every `every_s` seconds."""
        self._redis = redis
        self._key = keys("split")
        self._floor_key = keys("floor")
        self._moves = Moves(redis=redis, key=keys("split_moves"))
        self._engine = engine
        self._leader = leader
        self._band = band
        self._maximum = maximum
        self._clock = clock
        self._every_s = every_s
        self._course = Course()
        self._solved = 0.0
        self._floor = 0.0

    def threshold(self, solved: float) -> float:
        """The threshold in force for a base whose own is `solved`.

        Verdicts since its publishing may have raised the floor's threshold above that, never lowered it.
        """
        self._solved = solved
        return effective_threshold(max(solved, self._floor), self._course.raised, self._maximum)

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
        """One look; moves the threshold only when enough conversations began since the last move."""
        await self._follow()
        if not await self._leader.acquire():
            return
        now_ms = int(self._clock().timestamp() * 1000)
        course = self._course
        seen = await measure(
            self._engine, self._band.window, since_ms=course.moved_ms, looked_ms=course.looked_ms
        )
        lately = await measure(self._engine, self._band.window) if course.moved_ms else seen
        BOT_SHARE.set(lately.share)
        solved = max(self._solved, self._floor)
        most = max(self._maximum - solved, 0.0)
        following = next_course(course, seen, self._band, most=most, now_ms=now_ms)
        await self._store(following, lately, solved)
        if following != course:
            await self._tell(course, following, seen, solved, now_ms)
        self._course = following

    async def _follow(self) -> None:
        stored = await self._redis.hgetall(self._key)
        self._course = Course(
            raised=float(stored.get("raised", 0.0)),
            stride=float(stored.get("stride", 0.0)),
            moved_ms=int(stored.get("moved_ms", 0)),
            looked_ms=int(stored.get("looked_ms", stored.get("judged_ms", 0))),
        )

        self._floor = float(await self._redis.hget(self._floor_key, "threshold") or 0.0)

    async def _store(self, course: Course, lately: Measured, solved: float) -> None:
        await self._redis.hset(
            self._key,
            mapping={
                "raised": str(course.raised),
                "stride": str(course.stride),
                "moved_ms": str(course.moved_ms),
                "looked_ms": str(course.looked_ms),
                "share": str(lately.share),
                "counted": str(lately.total),
                "threshold": str(effective_threshold(solved, course.raised, self._maximum)),
            },
        )

    async def _tell(self, before: Course, after: Course, seen: Measured, solved: float, now_ms: int) -> None:
        reason = reason_of(before, after)
        if reason is None:
            _log.info("split.looked", share=round(seen.share, 3), counted=seen.total, raised=after.raised)
            return
        await self._moves.add(
            Move(
                at_ms=now_ms,
                reason=reason,
                before=effective_threshold(solved, before.raised, self._maximum),
                after=effective_threshold(solved, after.raised, self._maximum),
                share=seen.share,
                counted=seen.total,
            )
        )
