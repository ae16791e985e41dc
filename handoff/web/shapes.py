"""Values as JSON of the desk's API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.auth import Operator
from handoff.board import Talk
from handoff.turns import Turn
from handoff.types import Ticket

People = Mapping[str, Operator]
"""Operators by id."""


def operator_data(operator: Operator) -> dict[str, Any]:
    """An operator as they see themselves."""
    return {
        "id": operator.id,
        "name": operator.name,
        "display_name": operator.display_name,
        "role": operator.role,
        "language": operator.language,
    }


def colleague_data(operator_id: str, people: People) -> dict[str, str] | None:
    """An operator as others see them; one whose account is gone keeps the id as a name."""
    if not operator_id:
        return None
    known = people.get(operator_id)
    if known is None:
        return {"id": operator_id, "name": operator_id, "display_name": operator_id}
    return {"id": known.id, "name": known.name, "display_name": known.display_name}


def ticket_data(ticket: Ticket, *, people: People, now: datetime) -> dict[str, Any]:
    """A ticket; `waiting_s` runs until somebody took it or it ended, times are ISO 8601 in UTC."""
    until = ticket.taken_at or ticket.ended_at or now
    return {
        "id": ticket.id,
        "status": ticket.status,
        "reason": ticket.reason,
        "channel": ticket.channel,
        "customer": ticket.customer,
        "waiting_s": max(0, int((until - ticket.created_at).total_seconds())),
        "due_at": ticket.due_at.isoformat() if ticket.due_clock else None,
        "due_clock": ticket.due_clock,
        "late": ticket.late,
        "escalated": ticket.escalated_at is not None,
        "why": ticket.why,
        "offered_to": colleague_data(ticket.offered_to, people),
        "window_ends_at": ticket.window_ends_at.isoformat() if ticket.window_ends_at else None,
        "operator": colleague_data(ticket.operator, people),
        "language": ticket.language,
        "last_line": ticket.last_line,
        "unread": ticket.unread,
        "group": ticket.group,
        "priority": ticket.priority,
        "conversation": ticket.conversation,
        "created_at": ticket.created_at.isoformat(),
        "replied_at": ticket.replied_at.isoformat() if ticket.replied_at else None,
        "ended_at": ticket.ended_at.isoformat() if ticket.ended_at else None,
        "snoozed_until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else None,
        "tags": list(ticket.tags),
        "topic": ticket.topic,
    }


def talk_data(talk: Talk, last_line: str) -> dict[str, Any]:
    """A conversation of the bot."""
    return {
        "id": talk.id,
        "channel": talk.channel,
        "customer": talk.customer,
        "language": talk.language,
        "last_at": talk.last_at.isoformat(),
        "last_line": last_line,
    }


def turn_data(turn: Turn, people: People) -> dict[str, Any]:
    """A turn of the history; `delivery` is null for what the customer wrote."""
    delivery = turn.delivery
    author = people.get(turn.operator)
    return {
        "id": turn.id,
        "conversation": turn.conversation,
        "author": turn.author,
        "name": author.display_name if author else turn.name,
        "kind": turn.kind,
        "text": turn.text,
        "at": turn.at.isoformat(),
        "out_id": turn.out_id,
        "delivery": delivery
        and {"status": delivery.status, "attempt": delivery.attempt, "error": delivery.error},
        "resent_as": turn.resent_as,
        "buttons": list(turn.buttons),
        "attachments": list(turn.attachments),
        "files": [{"kind": file.kind, "name": file.name, "size": file.size_bytes} for file in turn.files],
        "edits": [{"text": version.text, "at": version.at.isoformat()} for version in turn.edits],
        "edit_of": turn.edit_of,
        "outcome": turn.outcome or None,
        "judged": turn.judged or None,
        "verdicts": dict(turn.verdicts),
        "decision": turn.decision_id or None,
        "location": turn.location and {"lat": turn.location[0], "lon": turn.location[1]},
    }
