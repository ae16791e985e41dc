"""What came of a change: expected outcomes are values, not errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """The operator has the conversation. `on_the_way` replies of the bot had already left."""

    ticket: str
    on_the_way: int = 0


@dataclass(frozen=True, slots=True)
class Returned:
    """The bot has the conversation again."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation has ended."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A reply waits to be sent; `repeated` means that it already did and nothing changed."""

    reply: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The operator has read the conversation."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else has it: an operator's id, or `queue` where no operator has it yet."""

    operator: str


@dataclass(frozen=True, slots=True)
class Offered:
    """It is offered to a colleague for a few seconds."""

    operator: str


@dataclass(frozen=True, slots=True)
class Over:
    """The ticket is not in a state that allows this; `status` is the one it is in."""

    status: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A reply that needs no second sending; `status` says why."""

    status: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such ticket, conversation or reply."""


Refused = Busy | Over | Unknown
