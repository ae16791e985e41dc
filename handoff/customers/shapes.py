"""The card as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handoff.customers.card import Card, Channel, Joining, Note, PastConversation
from handoff.customers.ports import Loyalty, Offer, Rating
from handoff.web.shapes import People, colleague_data


def hidden(number: str) -> str:
    """Enough of a number to know it by, not enough to call or pay with."""
    return f"•••{number[-4:]}" if number else ""


def card_data(
    card: Card,
    *,
    customer: str,
    people: People,
    whole_phones: bool,
    ratings: Sequence[Rating],
    offers: Sequence[Offer],
) -> dict[str, Any]:
    """A card for its panel; `whole_phones` for those who may see them."""
    asked = next((each for each in card.channels if each.customer == customer), card.channels[0])
    profile = card.profile
    return {
        "person": card.person,
        "customer": customer,
        "name": asked.name,
        "language": asked.language,
        "phone": card.phone if whole_phones else hidden(card.phone),
        "channels": [_channel(each, whole_phones) for each in card.channels],
        "tags": list(profile.tags),
        "vip": profile.vip,
        "manager": colleague_data(profile.manager, people),
        "notes": [_note(each, people) for each in card.notes],
        "past": [_past(each, people) for each in card.past],
        "joined": [_joined(each, people) for each in card.joined],
        "ratings": [
            {
                "conversation": each.conversation,
                "score": each.score,
                "comment": each.comment,
                "at": each.at.isoformat(),
            }
            for each in ratings
        ],
        "offers": [{"name": each.name, "at": each.at.isoformat()} for each in offers],
    }


def loyalty_data(found: Loyalty | None) -> dict[str, Any] | None:
    """Card and points; of the card's number only the end."""
    if found is None:
        return None
    return {
        "card": hidden(found.card_number),
        "status": found.card_status,
        "points": found.points,
        "worth_kopecks": found.worth_kopecks,
        "expires_points": found.expires_points,
        "expires_on": found.expires_on,
    }


def _channel(each: Channel, whole_phones: bool) -> dict[str, Any]:
    return {
        "customer": each.customer,
        "channel": each.channel,
        "name": each.name,
        "language": each.language,
        "phone": each.phone if whole_phones else hidden(each.phone),
        "last_seen_at": _iso(each.last_seen_at),
    }


def _note(each: Note, people: People) -> dict[str, Any]:
    return {
        "id": each.id,
        "at": each.at.isoformat(),
        "by": colleague_data(each.operator, people),
        "text": each.text,
    }


def _past(each: PastConversation, people: People) -> dict[str, Any]:
    return {
        "id": each.id,
        "channel": each.channel,
        "started_at": each.started_at.isoformat(),
        "ended_at": _iso(each.ended_at),
        "reason": each.reason,
        "topic": each.topic,
        "tags": list(each.tags),
        "operator": colleague_data(each.operator, people),
        "ticket": each.ticket,
        "first_line": each.first_line,
    }


def _joined(each: Joining, people: People) -> dict[str, Any]:
    who = None if each.who == "system" else colleague_data(each.who, people)
    return {
        "id": each.id,
        "at": each.at.isoformat(),
        "who": who,
        "how": each.how,
        "customers": list(each.customers),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
