"""Values of Web Push."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from core.auth import Role
from core.web.area import LEADS
from handoff.errors import HandoffError

PushKind = Literal["waiting", "assigned", "message", "mention", "overdue", "task"]
KINDS: tuple[PushKind, ...] = get_args(PushKind)

Status = Literal["waiting", "sent", "moot", "failed"]
"""Of a notice: to be sent, taken by the push service, needless by now, given up."""


class PushError(HandoffError):
    """A subscription cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind is sent: how long the push service keeps it, and how much it may drain a phone for it."""

    ttl_s: int
    urgency: Literal["normal", "high"]


MANNERS: Mapping[str, Manner] = {
    "waiting": Manner(600, "high"),
    "assigned": Manner(1800, "high"),
    "message": Manner(3600, "high"),
    "mention": Manner(12 * 3600, "normal"),
    "overdue": Manner(3600, "high"),
    "task": Manner(12 * 3600, "normal"),
}
"""What is hours old says nothing about who waits now; a mention still matters in the evening."""


def kinds_of(role: Role) -> tuple[PushKind, ...]:
    """What somebody of this role may be told."""
    return tuple(each for each in KINDS if each != "overdue" or role in LEADS)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser of one operator; `kinds` is what it wants to be told."""

    id: str
    operator: str
    endpoint: str
    p256dh: str
    auth: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice for one subscription, with what is known now of the ticket it is about.

    `ticket` is empty for a task; `ticket_status` and `group` are empty where the archive has no such ticket.
    """

    id: str
    kind: str
    ticket: str
    at_ms: int
    attempts: int
    subscription: Subscription
    language: str
    ticket_status: str
    group: str
