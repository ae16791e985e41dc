"""What is known after one call: the vendor's answer or the network's failure as a `SendResult`."""

from __future__ import annotations

from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Message
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from bot.channels.contract import SendResult, SendStatus

BLOCKED = "blocked by the customer"


async def call(bot: Bot, method: TelegramMethod[Message]) -> SendResult:
    """Make one sending call; never raises for what the vendor or the network does."""
    try:
        sent = await bot(method)
    except ClientDecodeError as error:
        return _undecoded(error)
    except TelegramAPIError as error:
        return explain(error)
    return SendResult(SendStatus.SENT, vendor_id=str(sent.message_id))


def explain(error: TelegramAPIError) -> SendResult:
    """Judge a failed call.

    Only a call that surely never reached the vendor, or that the vendor surely refused, may be tried
    again: there is no key by which the vendor would recognise a repeat. A gateway's error (502, 504) is
    such a doubt, a server's own error (500) is a refusal.
    """
    match error:
        case TelegramRetryAfter():
            wait_s = float(error.retry_after)
            return SendResult(SendStatus.RETRY, error="the vendor asks to wait", retry_after_s=wait_s)
        case TelegramEntityTooLarge() | TelegramMigrateToChat() | TelegramBadRequest():
            return SendResult(SendStatus.FAILED, error=error.message)
        case TelegramForbiddenError():
            return SendResult(SendStatus.FAILED, error=_forbidden(error.message))
        case TelegramNetworkError():
            return _network(error)
        case TelegramServerError():
            status = SendStatus.UNKNOWN if "gateway" in error.message.lower() else SendStatus.RETRY
            return SendResult(status, error=f"the vendor's server failed: {error.message}")
        case TelegramUnauthorizedError() | TelegramNotFound():
            return SendResult(SendStatus.RETRY, error="the vendor does not accept the bot's token")
        case _ if error.message.lower().startswith("too many requests"):
            return SendResult(SendStatus.RETRY, error="the vendor asks to wait")
        case _:
            return SendResult(SendStatus.FAILED, error=error.message)


def never_left(error: BaseException) -> bool:
    """True if no connection was made, so that the vendor cannot have seen the request."""
    return isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError)


def _network(error: TelegramNetworkError) -> SendResult:
    # The library's own message may hold the address, and the address holds the token.
    name = type(error.__cause__).__name__
    if never_left(error):
        return SendResult(SendStatus.RETRY, error=f"no connection to the vendor ({name})")
    return SendResult(SendStatus.UNKNOWN, error=f"no answer from the vendor ({name})")


def _forbidden(message: str) -> str:
    gone = "blocked by the user" in message or "user is deactivated" in message
    return BLOCKED if gone else message


def _undecoded(error: ClientDecodeError) -> SendResult:
    """An answer the library cannot read: sent if it says so itself, unknown otherwise."""
    data: Any = error.data
    if isinstance(data, dict) and data.get("ok") is True and isinstance(data.get("result"), dict):
        return SendResult(SendStatus.SENT, vendor_id=str(data["result"].get("message_id", "")))
    return SendResult(SendStatus.UNKNOWN, error="the vendor's answer could not be read")
