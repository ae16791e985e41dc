"""The packet and the ticket as the live record and the archive store them, made from plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.records import dump
from handoff.errors import BadRecord
from handoff.types import Candidate, HandoffPacket

PRIORITY_URGENT = 0
PRIORITY_NORMAL = 1

REASON_JOINED = "operator_joined"
"""An operator joined a conversation that the bot had."""


def dump_packet(packet: HandoffPacket) -> str:
    """JSON of a packet."""
    return dump(packet_data(packet))


def packet_data(packet: HandoffPacket) -> dict[str, Any]:
    """A packet as JSON data, for the store and for the desk alike."""
    return {
        "reason": packet.reason,
        "evidence": packet.evidence,
        "intent": packet.intent,
        "intent_confidence": packet.intent_confidence,
        "entities": [list(entity) for entity in packet.entities],
        "mood": packet.mood,
        "mood_score": packet.mood_score,
        "language": packet.language,
        "said": list(packet.said),
        "answered": list(packet.answered),
        "candidates": [_candidate_data(each) for each in packet.candidates],
    }


def _candidate_data(candidate: Candidate) -> dict[str, Any]:
    return {
        "article": candidate.article,
        "language": candidate.language,
        "title": candidate.title,
        "probability": candidate.probability,
    }


def load_packet(text: str) -> HandoffPacket:
    """The packet a ticket holds.

    Raises:
        BadRecord: the text is not a packet.
    """
    try:
        data = json.loads(text)
        return HandoffPacket(
            reason=str(data["reason"]),
            evidence=str(data.get("evidence", "")),
            intent=str(data.get("intent", "")),
            intent_confidence=float(data.get("intent_confidence", 0.0)),
            entities=tuple((str(name), str(value)) for name, value in data.get("entities", ())),
            mood=str(data.get("mood", "")),
            mood_score=float(data.get("mood_score", 0.0)),
            language=str(data.get("language", "ru")),
            said=tuple(map(str, data.get("said", ()))),
            answered=tuple(map(str, data.get("answered", ()))),
            candidates=tuple(_candidate(each) for each in data.get("candidates", ())),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadRecord(f"a packet cannot be read: {type(error).__name__}") from error


def _candidate(data: Any) -> Candidate:
    return Candidate(
        article=str(data["article"]),
        language=str(data.get("language", "ru")),
        title=str(data.get("title", "")),
        probability=float(data.get("probability", 0.0)),
    )


def new_ticket(
    packet: HandoffPacket,
    *,
    customer: str,
    last_line: str,
    due_s: float,
    urgent: bool = False,
    group: str = "general",
    targets: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The ticket the scripts open, as JSON data.

    Args:
        packet: What the operator sees first.
        customer: How the customer is named in lists.
        last_line: The customer's last words, for lists.
        due_s: Seconds in which an answer is due.
        urgent: Raised in the queue.
        group: Skill team.
        targets: Deadlines in working seconds by clock; None: only the first answer, in `due_s`.
    """
    told = {} if targets is None else {"targets": dict(targets)}
    return {
        "reason": packet.reason,
        "group": group,
        "priority": PRIORITY_URGENT if urgent else PRIORITY_NORMAL,
        "due_ms": int(due_s * 1000),
        "customer": customer,
        "language": packet.language,
        "packet": dump_packet(packet),
        "last_line": last_line[:200],
        **told,
    }
