"""Telling pages that something beside the live record changed."""

from __future__ import annotations

from core.keys import Keys
from core.redis import Scripts
from handoff.store import reading


class Announcer:
    """Announces topics; one that is lost is made up for, since pages ask again every half minute."""

    def __init__(self, *, scripts: Scripts, keys: Keys) -> None:
        """`scripts` carries the connection."""
        self._redis = scripts.redis
        self._channel = keys("notify")

    async def __call__(self, *topics: str) -> None:
        """Tell whoever waits for these topics.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        with reading():
            for topic in topics:
                await self._redis.publish(self._channel, topic)
