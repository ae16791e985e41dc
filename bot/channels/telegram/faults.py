"""Failures while receiving: what to tell the administrator and how long to wait."""

from __future__ import annotations

import random

from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.channels.telegram.outcome import never_left

TOKEN_REFUSED_PAUSE_S = 30.0
"""Wait after a refused token: it changes only by a restart, or by the vendor."""

CONFLICT = "Another program polls with this bot's token (409): stop it, or give Duet its own bot."
"""What is told of two programs that poll with one token."""


def backoff_s(failures: int, least_s: float, most_s: float) -> float:
    """Doubling wait with jitter of a quarter, so that processes do not come back all at once."""
    wait_s: float = min(most_s, least_s * 2 ** min(failures - 1, 16))
    return wait_s * random.uniform(0.75, 1.0)


def pause_s(error: AiogramError, otherwise_s: float) -> float:
    """The wait the vendor asks for, or the back-off."""
    match error:
        case TelegramRetryAfter():
            return float(error.retry_after)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return max(otherwise_s, TOKEN_REFUSED_PAUSE_S)
        case _:
            return otherwise_s


def describe(error: AiogramError) -> str:
    """One sentence that says what to do."""
    match error:
        case TelegramUnauthorizedError() | TelegramNotFound():
            return "Telegram does not accept the bot's token: check TELEGRAM_BOT_TOKEN against @BotFather."
        case TelegramConflictError():
            return CONFLICT
        case TelegramRetryAfter():
            return f"Telegram asks to wait {error.retry_after} s."
        case TelegramNetworkError() if never_left(error):
            return "No connection to Telegram: check the network, or TELEGRAM_API_URL."
        case TelegramNetworkError():
            return "Telegram did not answer in time or broke the connection off."
        case TelegramServerError():
            return "Telegram's server reports an error of its own."
        case _:
            return f"Telegram's answer could not be used ({type(error).__name__})."
