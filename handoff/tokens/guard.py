"""Who a program is and what it may do: the desk's routes ask here in place of a session."""

from __future__ import annotations

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.auth import Operator
from core.auth_operators import Operators
from core.clock import utc_now
from core.errors import Unavailable
from core.keys import Keys
from core.web.guard import DESK_ROLES
from core.web.problems import Problem
from handoff.tokens.store import ApiTokens, Scope

REQUESTS_PER_MIN = 300
"""Calls of one token in a minute: five a second is more than a CRM needs and less than the desk notices."""


class TokenGuard:
    """Reads `Authorization: Bearer …`; no cookie counts, so no page of another site can use it."""

    def __init__(
        self, *, tokens: ApiTokens, operators: Operators, redis: Redis, keys: Keys,
        per_min: int = REQUESTS_PER_MIN,
    ) -> None:  # fmt: skip
        """`per_min` calls of one token in a minute."""
        self._tokens = tokens
        self._operators = operators
        self._redis = redis
        self._keys = keys
        self._per_min = per_min

    async def reader(self, request: web.Request) -> Operator:
        """In whose name a program reads.

        Raises:
            Problem: 401 without a token, 403 without its scope, 429 for too many calls.
        """
        return await self._allowed(request, "conversations:read")

    async def worker(self, request: web.Request) -> Operator:
        """In whose name a program changes something.

        Raises:
            Problem: as `reader`.
        """
        return await self._allowed(request, "conversations:write")

    async def _allowed(self, request: web.Request, scope: Scope) -> Operator:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        found = await self._tokens.find(text.strip(), now=utc_now()) if kind.lower() == "bearer" else None
        if found is None:
            raise Problem(401, "bad_token", "Send a token of Duet as Authorization: Bearer TOKEN.")
        await self._count(found.id)
        if scope not in found.scopes:
            raise Problem(403, "missing_scope", f"This token lacks the scope {scope}.", scope=scope)
        known = await self._operators.find(found.operator)
        if known is None or not known[0].active or known[0].role not in DESK_ROLES:
            raise Problem(403, "no_operator", "The account this token acts for has no desk any more.")
        return known[0]

    async def _count(self, token: str) -> None:
        key = self._keys("api_rate", token=token)
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, 60, nx=True)
                pipe.ttl(key)
                count, _, wait_s = await pipe.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        if count > self._per_min:
            text = f"More than {self._per_min} calls in a minute; wait {wait_s} seconds."
            raise Problem(429, "too_many_calls", text, retry_after_s=max(1, int(wait_s)))
