"""Sign-in sessions in Redis, under a hash of the cookie's token: a copy of the store opens no door."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.keys import Keys

SEEN_EVERY_S = 60
"""How stale "last seen" may be: a write a request would be the dearest part of many."""
_MOST_AGENT_CHARS = 200


@dataclass(frozen=True, slots=True)
class StoredSession:
    """What a token stands for. `stamp` changes with the password, which ends older sessions."""

    operator_id: str
    csrf: str
    stamp: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in as its owner sees it in a list; `id` names it and opens nothing.

    `address` and `agent` (what the browser calls itself) are those of the sign-in.
    """

    id: str
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


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

    async def create(
        self, operator_id: str, stamp: str, *, address: str = "", agent: str = "", now: datetime | None = None
    ) -> tuple[str, str]:
        """Start a session: the token for the cookie and the CSRF token.

        Raises:
            Unavailable: Redis does not answer.
        """
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        at = _seconds(now)
        fields: dict[str | bytes | bytearray | memoryview[int] | int | float, Any] = {
            "operator": operator_id, "csrf": csrf, "stamp": stamp, "created": str(at), "seen": str(at),
            "address": address, "agent": agent[:_MOST_AGENT_CHARS],
        }  # fmt: skip
        listed = self._listed(operator_id)
        with _reaching():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(self._key(token), mapping=fields)
                pipe.expire(self._key(token), self._lifetime_s)
                pipe.sadd(listed, _hash(token))
                pipe.expire(listed, self._lifetime_s)
                await pipe.execute()
        return token, csrf

    async def find(self, token: str, *, now: datetime | None = None) -> StoredSession | None:
        """The session of a token, or None: unknown, signed out or run out.

        Raises:
            Unavailable: Redis does not answer.
        """
        key = self._key(token)
        with _reaching():
            values = await self._redis.hgetall(key)
            if values and _seconds(now) - int(values.get("seen", 0)) >= SEEN_EVERY_S:
                await self._seen(key, _seconds(now))
        if "operator" not in values:
            return None
        return StoredSession(*(str(values[name]) for name in ("operator", "csrf", "stamp")))

    async def end(self, token: str) -> None:
        """Sign out; harmless for a token that is no session.

        Raises:
            Unavailable: Redis does not answer.
        """
        with _reaching():
            operator = await self._redis.hget(self._key(token), "operator")
            await self._redis.delete(self._key(token))
            if operator is not None:
                await self._redis.srem(self._listed(str(operator)), _hash(token))

    async def listed(self, operator_id: str) -> list[OpenSession]:
        """The open sessions of somebody, the latest used first.

        Raises:
            Unavailable: Redis does not answer.
        """
        with _reaching():
            hashes = sorted(str(each) for each in await self._redis.smembers(self._listed(operator_id)))
            async with self._redis.pipeline(transaction=False) as pipe:
                for each in hashes:
                    pipe.hgetall(self._keys("desk_session", token_hash=each))
                rows = await pipe.execute()
            gone = [each for each, row in zip(hashes, rows, strict=True) if "operator" not in row]
            if gone:
                await self._redis.srem(self._listed(operator_id), *gone)
        found = [_open(each, row) for each, row in zip(hashes, rows, strict=True) if "operator" in row]
        return sorted(found, key=lambda session: session.seen_at, reverse=True)

    async def revoke(self, operator_id: str, session_id: str) -> bool:
        """End one session of somebody by its id; False where they have no such session.

        Raises:
            Unavailable: Redis does not answer.
        """
        listed = self._listed(operator_id)
        with _reaching():
            for each in await self._redis.smembers(listed):
                if _id(str(each)) == session_id:
                    await self._redis.delete(self._keys("desk_session", token_hash=str(each)))
                    await self._redis.srem(listed, each)
                    return True
        return False

    async def revoke_all(self, operator_id: str, *, but: str = "") -> int:
        """End all sessions of somebody except the one of the token `but`; how many ended.

        Raises:
            Unavailable: Redis does not answer.
        """
        kept = session_id(but) if but else ""
        ended = [each.id for each in await self.listed(operator_id) if each.id != kept]
        for each in ended:
            await self.revoke(operator_id, each)
        return len(ended)

    async def _seen(self, key: str, at: int) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, "seen", str(at))
            # Had it ended in between, this would be a key of its own that nothing removes.
            pipe.expire(key, self._lifetime_s, nx=True)
            await pipe.execute()

    def _key(self, token: str) -> str:
        return self._keys("desk_session", token_hash=_hash(token))

    def _listed(self, operator_id: str) -> str:
        return self._keys("desk_sessions", operator=operator_id)


def session_id(token: str) -> str:
    """The name of a token's session in lists."""
    return _id(_hash(token))


def _hash(token: str) -> str:
    return sha256(token.encode(errors="backslashreplace")).hexdigest()


def _id(token_hash: str) -> str:
    """Hashed again, so that what a page shows is no key of the store."""
    return sha256(f"session {token_hash}".encode()).hexdigest()[:16]


def _open(token_hash: str, row: Mapping[str, str]) -> OpenSession:
    return OpenSession(
        id=_id(token_hash),
        created_at=_moment(row.get("created", "0")),
        seen_at=_moment(row.get("seen", "0")),
        address=row.get("address", ""),
        agent=row.get("agent", ""),
    )


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _seconds(now: datetime | None) -> int:
    return int((now or datetime.now(UTC)).timestamp())


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(f"redis: {error}") from error
