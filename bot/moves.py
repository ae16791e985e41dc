"""The latest moves of the article threshold: when, from what to what, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from core.logging import get_logger
from core.records import dump

MoveReason = Literal["above_band", "below_band", "verdicts_raised", "verdicts_eased", "published"]
KEPT = 50

_log = get_logger("moves")


@dataclass(frozen=True, slots=True)
class Move:
    """One change of the threshold in force.

    Attributes:
        at_ms: Milliseconds since 1970, UTC.
        reason: Of the governor: `above_band`, `below_band`; of the floor: `verdicts_raised`,
            `verdicts_eased`, `published` (another base with another threshold).
        before, after: The threshold; above 1 means that nothing is answered.
        share: Share of the bot that was measured, None where the share was not the reason.
        counted: Conversations it was measured on, or verdicts.
    """

    at_ms: int
    reason: MoveReason
    before: float
    after: float
    share: float | None
    counted: int


_MOVE: TypeAdapter[Move] = TypeAdapter(Move)


class Moves:
    """The latest moves, newest first, in Redis."""

    def __init__(self, *, redis: Redis, key: str) -> None:
        """`key` holds the list."""
        self._redis = redis
        self._key = key

    async def add(self, move: Move) -> None:
        """Remember and log a move."""
        values = asdict(move)
        _log.info("threshold.moved", **values)
        await self._redis.lpush(self._key, dump(values))
        await self._redis.ltrim(self._key, 0, KEPT - 1)

    async def latest(self, count: int) -> list[Move]:
        """The newest moves; what another version wrote and this one cannot read is left out."""
        found = []
        for line in await self._redis.lrange(self._key, 0, count - 1):
            try:
                found.append(_MOVE.validate_json(line))
            except ValidationError:
                _log.warning("threshold.move_unreadable")
        return found
