"""What is remembered of customers between conversations."""

from __future__ import annotations

from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.keys import Keys


class RedisCustomers:
    """Reads the record that commits write: `name`, `language`, `phone` (verified), `greeted`."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        """`redis` must decode responses."""
        self._redis = redis
        self._keys = keys

    async def get(self, account: str, user_id: str) -> Mapping[str, str]:
        """The record of one customer, empty for somebody new.

        Raises:
            Unavailable: Redis does not answer.
        """
        try:
            found = await self._redis.hgetall(self._keys("customer", account=account, user_id=user_id))
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        return {str(field): str(value) for field, value in found.items()}
