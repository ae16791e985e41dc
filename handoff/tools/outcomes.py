"""What came of an operator's step inside a conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noted:
    """A note is in the history; `repeated` means that it was before and nothing changed."""

    note: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Transferred:
    """Somebody else, or another group's queue, has the conversation."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The conversation goes on and the operator has it."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """It was closed too long ago to be reopened."""
