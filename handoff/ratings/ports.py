"""What asking for ratings needs of channels."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class MayWrite(Protocol):
    """Whether a channel lets us write to a customer who did not write just now."""

    def __call__(self, channel: str, *, heard_at: datetime | None, now: datetime) -> bool:
        """`heard_at` is when the customer wrote last, None where that is not known."""


def always(channel: str, *, heard_at: datetime | None, now: datetime) -> bool:
    """Telegram and the web chat have no window: a customer who wrote once may be answered later."""
    return True
