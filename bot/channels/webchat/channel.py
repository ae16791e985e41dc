"""The web chat as a channel: replies are put where the page reads them."""

from __future__ import annotations

import asyncio

from bot.channels.contract import Ingest, Limits, OutgoingMessage, SendResult, SendStatus
from bot.channels.webchat.convert import CHANNEL, reply_body
from core.errors import Unavailable
from core.keys import ref_of
from core.redis import Scripts

_CLAIM_MS = 9 * 86_400_000
"""Longer than an entry of the outbox is kept, so that no repeat comes after it."""


class WebchatChannel:
    """Shows each reply once, however often it is sent, and so never leaves one in doubt."""

    name = CHANNEL
    limits = Limits()
    repeat_safe = True

    def __init__(self, *, scripts: Scripts, account: str, keep_messages: int, session_days: float) -> None:
        """`keep_messages` and `session_days` bound what is kept of a chat."""
        self.account = account
        self._scripts = scripts
        self._keep_messages = keep_messages
        self._keep_ms = int((session_days + 1) * 86_400_000)

    async def run(self, ingest: Ingest, stop: asyncio.Event) -> None:
        """Wait for `stop`; messages come in through the HTTP API."""
        await stop.wait()

    async def send(self, message: OutgoingMessage) -> SendResult:
        """Show one message in its chat."""
        try:
            _, message_id = await self._scripts.run(
                "bot/lua/webchat_send.lua", ref_of(self.account, message.chat_id), message.id,
                reply_body(message), _CLAIM_MS, self._keep_messages, self._keep_ms,
            )  # fmt: skip
        except Unavailable:
            return SendResult(SendStatus.RETRY, error="the store does not answer")
        return SendResult(SendStatus.SENT, vendor_id=message_id)
