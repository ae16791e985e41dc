"""Values of the hand-over: the ticket and the packet an operator sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TicketStatus = Literal["waiting", "taken", "returned", "closed"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article the bot considered."""

    article: str
    language: str
    title: str
    probability: float


@dataclass(frozen=True, slots=True)
class HandoffPacket:
    """Why the conversation came and what is known, so that nothing is asked twice.

    `said` is what the customer wrote so far, `answered` what the bot replied, both oldest first.
    """

    reason: str
    evidence: str = ""
    intent: str = ""
    intent_confidence: float = 0.0
    entities: tuple[tuple[str, str], ...] = ()
    mood: str = ""
    mood_score: float = 0.0
    language: str = "ru"
    said: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A piece of work for a person. A conversation handed over twice has two tickets, one after another.

    Smaller `priority` numbers come first. `operator` is the id of who has it, empty while nobody does.
    `unread` counts the customer's messages since the operator last looked. While `snoozed_until` is set, the
    ticket is in no list of its operator but the snoozed ones. `due_clock` is the deadline that
    `due_at` belongs to (`first`, `next`, `resolve`), empty while none runs; `late` is `warned` or `breached`.
    `why` names the conditions that chose the group, `offered_to` whom it is offered to at the moment.
    """

    id: str
    conversation: str
    account: str
    channel: str
    chat_id: str
    status: TicketStatus
    reason: str
    group: str
    priority: int
    created_at: datetime
    due_at: datetime
    customer: str
    language: str
    operator: str = ""
    last_line: str = ""
    unread: int = 0
    taken_at: datetime | None = None
    replied_at: datetime | None = None
    ended_at: datetime | None = None
    snoozed_until: datetime | None = None
    tags: tuple[str, ...] = ()
    topic: str = ""
    due_clock: str = ""
    late: str = ""
    why: str = ""
    offered_to: str = ""
    escalated_at: datetime | None = None
    window_ends_at: datetime | None = None
