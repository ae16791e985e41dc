"""Who a browser is: a random token, of which only the hash is kept, and how often it may ask."""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass

from core.records import new_id
from core.redis import Scripts

_RENEW_MS = 3_600_000
"""A session in use is renewed this often, not with every request."""


@dataclass(frozen=True, slots=True)
class WebSession:
    """One browser's conversation; `id` is the chat id, `language` two letters or empty."""

    id: str
    language: str
    name: str


class Sessions:
    """Opens sessions and finds them again."""

    def __init__(self, scripts: Scripts, *, session_days: float) -> None:
        """`session_days`: how long an unused session is kept."""
        self._scripts = scripts
        self._keep_ms = int(session_days * 86_400_000)

    async def open(self, *, language: str, name: str) -> tuple[WebSession, str]:
        """A new session and its token of 256 random bits, which is told this once.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        session = WebSession(new_id("w"), language, name)
        token = secrets.token_urlsafe(32)
        await self._scripts.run(
            "bot/lua/webchat_open.lua", _hash(token), session.id, language, name, self._keep_ms
        )
        return session, token

    async def find(self, token: str) -> WebSession | None:
        """The session of a token, kept alive by this; None when there is none (any more).

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        if not token:
            return None
        renew_ms = min(_RENEW_MS, self._keep_ms // 10)
        answer = await self._scripts.run("bot/lua/webchat_use.lua", _hash(token), self._keep_ms, renew_ms)
        return WebSession(*answer[1:4]) if answer[0] == "known" else None


class RateLimit:
    """At most so many requests of one caller in a window of time."""

    def __init__(self, scripts: Scripts, *, limit: int, window_s: float = 60) -> None:
        """`limit` requests per `window_s` seconds."""
        self._scripts = scripts
        self._limit = limit
        self._window_ms = int(window_s * 1000)

    async def wait_s(self, who: str) -> int:
        """Count one request; 0 when it may go on, else whole seconds to wait.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        answer = await self._scripts.run("bot/lua/webchat_rate.lua", who, self._limit, self._window_ms)
        return 0 if answer[0] == "ok" else max(1, math.ceil(int(answer[1]) / 1000))


def caller(address: str) -> str:
    """An address as a name in keys; hashed, since who asked is nobody's business."""
    return f"address:{_hash(address)[:32]}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
