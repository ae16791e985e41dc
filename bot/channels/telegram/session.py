"""The HTTP session of one bot, and what its failures mean."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientTimeout

CONNECT_TIMEOUT_S = 5.0
"""Longest wait for a connection. Shorter than any request's time, so that a network that lets nothing
through is told from a vendor that took the message and fell silent."""


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without parsing: one update the library cannot read must not hide the other 99."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    allowed_updates: list[str] | None = None


class TimedSession(AiohttpSession):
    """aiogram's session with a time of its own for connecting."""

    def __init__(self, *, api: TelegramAPIServer, timeout_s: float) -> None:
        super().__init__(api=api, timeout=timeout_s)

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """Call the vendor; the total time is `timeout` seconds or the session's own."""
        total_s = self.timeout if timeout is None else timeout
        times = ClientTimeout(total=total_s, connect=min(CONNECT_TIMEOUT_S, total_s * 0.9))
        # aiogram hands the value to aiohttp as it is, which takes this type too.
        return await super().make_request(bot, method, timeout=times)  # type: ignore[arg-type]


def make_bot(*, token: str, api_url: str, timeout_s: float) -> Bot:
    """A bot at the official server, or at the one named.

    Raises:
        aiogram.utils.token.TokenValidationError: the token does not look like one.
    """
    api = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    return Bot(token, session=TimedSession(api=api, timeout_s=timeout_s))
