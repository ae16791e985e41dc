"""What distribution needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Promise:
    """A contact that a customer was promised; `number` is the event's and makes a repeat harmless."""

    number: int
    conversation: str
    ref: str
    kind: str
    due_ms: int
    at_ms: int


class Tasks(Protocol):
    """Keeps what was promised, so that somebody does it in time."""

    async def promise(self, connection: AsyncConnection, promise: Promise) -> None:
        """Note a promise within the archiver's transaction; the same one twice is one."""
