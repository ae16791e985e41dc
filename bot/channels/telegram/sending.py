"""Sending one reply that may need several messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiogram import Bot
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import Message

from bot.channels.contract import OutgoingMessage, SendResult, SendStatus
from bot.channels.telegram.outcome import call
from bot.channels.telegram.plan import plan_calls
from bot.channels.telegram.texts import Say

RETRY_WAIT_S = 1.0
"""Wait before a later part is tried again where the vendor names no time."""


class Sending:
    """Hands replies to the vendor, part by part.

    The first part decides whether the reply may be tried again. Once it is out, a retry of the whole
    would show it twice, so later parts are retried here, and none is begun later than `parts_limit_s`
    after the first call; what then is not sent is reported as failed (or unknown) with the number of
    parts the customer has.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        say: Say,
        chat_interval_s: float,
        parts_limit_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._say = say
        self._chat_interval_s = chat_interval_s
        self._parts_limit_s = parts_limit_s
        self._sleep = sleep
        self._clock = clock

    async def send(self, message: OutgoingMessage) -> SendResult:
        """Send all parts; `vendor_id` is the id of the first."""
        try:
            chat_id = int(message.chat_id)
        except ValueError:
            return SendResult(SendStatus.FAILED, error="the chat id is not a Telegram one")
        calls = plan_calls(chat_id, message.reply, lambda key: self._say(key, message.language))
        if not calls:
            return SendResult(SendStatus.FAILED, error="the reply is empty")
        deadline = self._clock() + self._parts_limit_s
        first = await self._call(calls[0])
        if first.status is not SendStatus.SENT:
            return first
        for number, method in enumerate(calls[1:], start=1):
            result = await self._call_patiently(method, self._chat_interval_s, deadline)
            if result.status is not SendStatus.SENT:
                return _broken_off(result, sent=number, parts=len(calls), vendor_id=first.vendor_id)
        return first

    async def _call(self, method: TelegramMethod[Message]) -> SendResult:
        """One call; where the vendor refuses the styling, the bare text is sent instead."""
        result = await call(self._bot, method)
        refused = result.status is SendStatus.FAILED and "entit" in result.error.lower()
        if refused and isinstance(method, SendMessage) and method.entities:
            return await call(self._bot, method.model_copy(update={"entities": None}))
        return result

    async def _call_patiently(
        self, method: TelegramMethod[Message], wait_s: float, deadline: float
    ) -> SendResult:
        """Call after a wait, and again while the vendor asks to; no call begins after the deadline."""
        result = SendResult(SendStatus.FAILED, error="it took too long")
        while self._clock() + wait_s <= deadline:
            await self._sleep(wait_s)
            result = await self._call(method)
            if result.status is not SendStatus.RETRY:
                return result
            wait_s = RETRY_WAIT_S if result.retry_after_s is None else result.retry_after_s
        return result


def _broken_off(result: SendResult, *, sent: int, parts: int, vendor_id: str) -> SendResult:
    status = SendStatus.UNKNOWN if result.status is SendStatus.UNKNOWN else SendStatus.FAILED
    error = f"{sent} of {parts} parts were sent; part {sent + 1}: {result.error}"
    return SendResult(status, vendor_id=vendor_id, error=error)
