"""The contract every channel fulfils: messages come in through `Ingest`, replies go out through `send`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.types import Author, IncomingMessage, Reply

Ingest = Callable[[IncomingMessage], Awaitable[bool]]
"""Takes a verified message durably; True if it was new, False if a repeat.

Returns only when the message is on disk. Any exception means: not taken, let the vendor send again.
"""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One entry of the outbox on its way to the vendor; `id` is ours and unique.

    `name` is who speaks where that is a person; empty otherwise.
    """

    id: str
    account: str
    chat_id: str
    author: Author
    reply: Reply
    language: str
    name: str = ""


class SendStatus(StrEnum):
    """What is known after a call.

    `RETRY`: the vendor has surely not taken it and asks to wait (costs no attempt when it names a time).
    `UNKNOWN`: the request may have reached the vendor (time-out after it left, connection lost).
    """

    SENT = "sent"
    FAILED = "failed"
    RETRY = "retry"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """Outcome of one call; `vendor_id` is the vendor's id of the message, `error` a plain reason."""

    status: SendStatus
    vendor_id: str = ""
    error: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the vendor lets one account send. Zero means: no limit."""

    per_second: float = 0
    per_chat_interval_s: float = 0
    per_group_per_minute: int = 0


class Channel(Protocol):
    """One account at one vendor.

    `repeat_safe` is true where sending the same `OutgoingMessage.id` twice shows it once, so that an
    unknown outcome may simply be tried again.
    """

    name: str
    account: str
    limits: Limits
    repeat_safe: bool

    async def run(self, ingest: Ingest, stop: asyncio.Event) -> None:
        """Receive until `stop` is set (a channel fed by HTTP only waits)."""

    async def send(self, message: OutgoingMessage) -> SendResult:
        """Hand one message to the vendor; never raises for what the vendor or the network does."""
