"""What the list needs from other parts of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Mentions(Protocol):
    """Conversations in whose notes somebody was named and has not looked since."""

    async def of(self, operator: str) -> Sequence[str]:
        """Ids of tickets, the latest mention first."""
        ...


class NoMentions:
    """Nobody is ever named."""

    async def of(self, operator: str) -> Sequence[str]:
        """None."""
        return ()
