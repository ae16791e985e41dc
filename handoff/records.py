"""Reading tickets out of the live record and the archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast, get_args

from core.keys import split_ref
from handoff.errors import BadRecord
from handoff.types import Ticket, TicketStatus

FIELDS = (
    "id", "conversation", "ref", "channel", "status", "reason", "group", "priority", "due_at", "created_at",
    "customer", "language", "operator", "last_line", "unread", "taken_at", "replied_at", "ended_at",
    "snoozed_until", "tags", "topic",
    "due_clock", "late", "why", "offered_to", "escalated_at", "window_ends_at",
)  # fmt: skip
"""Fields of a live ticket that a list needs; the packet is left out, being the largest."""


def moment(ms: int | str) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def milliseconds(at: datetime) -> int:
    """An aware time as milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def live_ticket(values: Mapping[str, str | None]) -> Ticket:
    """A ticket of the live record from its fields.

    Raises:
        BadRecord: a field is missing or wrong.
    """
    try:
        return _ticket(values)
    except (KeyError, ValueError, TypeError) as error:
        raise BadRecord(f"ticket {values.get('id')} cannot be read: {error}") from error


def archived_ticket(row: Mapping[str, Any], channel: str) -> Ticket:
    """A ticket of the archive; it has no last line and nothing unread.

    Raises:
        BadRecord: a field is missing or wrong.
    """
    times = {"due_at": "due_ms", "created_at": "created_ms", "taken_at": "taken_ms",
             "replied_at": "replied_ms", "ended_at": "ended_ms"}  # fmt: skip
    return live_ticket({**row, "channel": channel, **{name: row[column] for name, column in times.items()}})


def _ticket(values: Mapping[str, Any]) -> Ticket:
    account, chat_id = split_ref(values["ref"])
    status = values["status"]
    if status not in get_args(TicketStatus):
        raise ValueError(f"status {status!r}")
    return Ticket(
        id=str(values["id"]),
        conversation=values["conversation"],
        account=account,
        channel=values["channel"],
        chat_id=chat_id,
        status=cast(TicketStatus, status),
        reason=values["reason"],
        group=values["group"],
        priority=int(values["priority"]),
        created_at=moment(values["created_at"]),
        due_at=moment(values["due_at"]),
        customer=values["customer"] or "",
        language=values["language"],
        operator=values["operator"] or "",
        last_line=values.get("last_line") or "",
        unread=int(values.get("unread") or 0),
        taken_at=_moment_or_none(values.get("taken_at")),
        replied_at=_moment_or_none(values.get("replied_at")),
        ended_at=_moment_or_none(values.get("ended_at")),
        snoozed_until=_moment_or_none(values.get("snoozed_until")),
        tags=tuple(tag for tag in str(values.get("tags") or "").split("\n") if tag),
        topic=values.get("topic") or "",
        due_clock=values.get("due_clock") or "",
        late=values.get("late") or "",
        why=values.get("why") or "",
        offered_to=values.get("offered_to") or "",
        escalated_at=_moment_or_none(values.get("escalated_at")),
        window_ends_at=_moment_or_none(values.get("window_ends_at")),
    )


def _moment_or_none(ms: Any) -> datetime | None:
    return moment(ms) if ms else None
