"""Sign-in sessions in Redis, under a hash of the cookie's token: a copy of the store opens no door."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.keys import Keys


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What a token stands for. `stamp` changes with the password, which ends older sessions."""

    operator_id: str
    csrf: str
    stamp: str


class Sessions:
    """Random tokens with a time to live."""

    def __init__(self, *, redis: Redis, keys: Keys, lifetime_s: float) -> None:
        """`lifetime_s` counts from signing in."""
        self._redis = redis
        self._keys = keys
        self._lifetime_s = int(lifetime_s)

    @property
    def lifetime_s(self) -> int:
        """Seconds a sign-in lasts."""
        return self._lifetime_s

    async def create(self, operator_id: str, stamp: str) -> tuple[str, str]:
        """Start a session: the token for the cookie and the CSRF token.

        Raises:
            Unavailable: Redis does not answer.
        """
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        key = self._key(token)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key, mapping={"operator": operator_id, "csrf": csrf, "stamp": stamp})
                pipe.expire(key, self._lifetime_s)
                await pipe.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        return token, csrf

    async def find(self, token: str) -> StoredSession | None:
        """The session of a token, or None: unknown, signed out or run out.

        Raises:
            Unavailable: Redis does not answer.
        """
        try:
            values = await self._redis.hgetall(self._key(token))
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        if not values:
            return None
        return StoredSession(*(str(values[name]) for name in ("operator", "csrf", "stamp")))

    async def end(self, token: str) -> None:
        """Sign out; harmless for a token that is no session.

        Raises:
            Unavailable: Redis does not answer.
        """
        try:
            await self._redis.delete(self._key(token))
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error

    def _key(self, token: str) -> str:
        return self._keys(
            "desk_session", token_hash=sha256(token.encode(errors="backslashreplace")).hexdigest()
        )
