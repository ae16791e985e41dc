"""What the list needs from other parts of the desk."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Mentions(Protocol):
    """Conversations in whose notes somebody was named and has not looked since."""

    async def tickets_of(self, operator: str) -> Collection[str]:
        """Ids of tickets.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        ...


class NoMentions:
    """Nobody is ever named."""

    async def tickets_of(self, operator: str) -> Collection[str]:
        """None."""
        return ()
