"""Values of webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from handoff.errors import HandoffError

HookEvent = Literal[
    "conversation.opened", "conversation.handed_over", "conversation.taken", "conversation.closed",
    "conversation.rated", "topic.rising",
]  # fmt: skip
EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)
TEST_EVENT = "test"

DeliveryStatus = Literal["waiting", "delivered", "failed"]


class WebhookError(HandoffError):
    """A webhook cannot be kept or called; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Who is told of what. `failures` counts attempts that failed since one succeeded."""

    id: str
    url: str
    events: tuple[str, ...]
    active: bool
    failures: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook, with what came of it.

    `response` is the HTTP status of the last attempt, `error` what went wrong without one.
    """

    id: str
    webhook: str
    event: str
    payload: str
    status: DeliveryStatus
    attempts: int
    next_at: datetime
    created_at: datetime
    done_at: datetime | None = None
    response: int | None = None
    error: str = ""
