"""Whether the account works, asked of the vendor at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import WebhookInfo

from bot.channels.telegram.outcome import never_left

ASK_TIMEOUT_S = 6
"""An administrator waits for the answer; the vendor takes well under a second."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the vendor said: `code` names it; `bot` is the username, `detail` a host or the vendor's words.

    Codes: polling, webhook (both well), no_token, malformed, refused, unreachable, silent, fault, busy,
    unreadable, foreign_webhook, other_webhook, failing_webhook, conflict. Nothing here holds the token.
    """

    code: str
    bot: str = ""
    waiting: int = 0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True if messages can come and go."""
        return self.code in ("polling", "webhook")


async def probe(bot: Bot, *, webhook_url: str) -> Probe:
    """Ask who the bot is and where its updates go; never raises for what vendor or network do."""
    try:
        me = await bot.get_me(request_timeout=ASK_TIMEOUT_S)
        info = await bot.get_webhook_info(request_timeout=ASK_TIMEOUT_S)
    except AiogramError as error:
        return _failure(error)
    name, waiting = me.username or "", info.pending_update_count
    if not webhook_url:
        return Probe("foreign_webhook" if info.url else "polling", name, waiting, _host(info.url))
    return _webhook(info, webhook_url, name)


def _webhook(info: WebhookInfo, wanted: str, name: str) -> Probe:
    waiting = info.pending_update_count
    if info.url != wanted:
        return Probe("other_webhook", name, waiting, _host(info.url))
    # The vendor keeps its last fault after it is mended; updates that still wait tell that it is not.
    if waiting and info.last_error_message:
        return Probe("failing_webhook", name, waiting, info.last_error_message)
    return Probe("webhook", name, waiting)


def _host(url: str) -> str:
    """Only the host: somebody's path may be a secret."""
    return urlsplit(url).hostname or "—"


def _failure(error: AiogramError) -> Probe:
    match error:
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Probe("refused")
        case TelegramRetryAfter():
            return Probe("busy", detail=str(error.retry_after))
        case TelegramNetworkError() if never_left(error):
            return Probe("unreachable")
        case TelegramNetworkError():
            return Probe("silent")
        case TelegramServerError():
            return Probe("fault")
        case _:
            return Probe("unreadable")
