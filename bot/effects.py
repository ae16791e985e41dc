"""What handling a message changes, as a value; the commit script carries it out whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.records import dump


@dataclass(frozen=True, slots=True)
class NewTicket:
    """Work for a person. `due_ms` is how long an answer may take; smaller priority numbers come first.

    `why` says which rule chose the group, `targets` are deadlines in working seconds by clock (None: only
    `due_ms`), `raised_ms` is how far it moves ahead in the queue, `manager` the customer's own operator.
    """

    reason: str
    group: str
    priority: int
    due_ms: int
    customer: str
    language: str
    packet: str
    last_line: str
    why: str | None = None
    targets: Mapping[str, int] | None = None
    raised_ms: int | None = None
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """All changes of one handled message.

    Attributes:
        events: Kind and JSON payload of each event for the archive, in order.
        replies: Outbox entries as `core.records.outgoing` makes them, in order.
        state: The bot's memory from now on (JSON), or None to keep it.
        language: The conversation's language from now on, or empty to keep it.
        ticket: Set to hand the conversation over.
        relay: Set when a person owns it: the line the desk shows.
        close: Reason, set to end the conversation.
        customer: `user_id` and fields to remember of the customer.
    """

    events: tuple[tuple[str, str], ...]
    replies: tuple[Mapping[str, Any], ...] = ()
    state: str | None = None
    language: str = ""
    ticket: NewTicket | None = None
    relay: str | None = None
    close: str = ""
    customer: tuple[str, Mapping[str, str]] | None = field(default=None)

    def dump(self) -> str:
        """JSON for `bot/lua/commit.lua`; what is absent stays absent."""
        data: dict[str, Any] = {
            "events": [{"kind": kind, "payload": payload} for kind, payload in self.events],
            "replies": [dict(reply) for reply in self.replies],
        }
        if self.state is not None:
            data["state"] = self.state
        if self.language:
            data["language"] = self.language
        if self.ticket is not None:
            ticket = self.ticket
            told = {name: getattr(ticket, name) for name in NewTicket.__slots__}
            data["ticket"] = {name: value for name, value in told.items() if value is not None}
        if self.relay is not None:
            data["relay"] = self.relay
        if self.close:
            data["close"] = self.close
        if self.customer is not None:
            user_id, fields = self.customer
            data["customer"] = {"user_id": user_id, "fields": dict(fields)}
        return dump(data)
