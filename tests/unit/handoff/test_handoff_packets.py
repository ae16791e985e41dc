"""Packets and tickets as they are stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.errors import BadRecord
from handoff.packets import dump_packet, load_packet, new_ticket
from handoff.records import archived_ticket, live_ticket, milliseconds, moment
from handoff.types import Candidate, HandoffPacket

STORED = {
    "id": "7", "conversation": "c1", "ref": "telegram:42:1", "channel": "telegram", "status": "taken",
    "reason": "complaint", "group": "general", "priority": "0", "due_at": "1772366520000",
    "created_at": "1772366400000", "customer": "Мария", "language": "ru", "operator": "u1",
    "last_line": "Алло?", "unread": "2", "taken_at": "1772366410000", "replied_at": None, "ended_at": None,
}  # fmt: skip

_shares = st.floats(0, 1)
_candidates = st.builds(Candidate, st.text(), st.text(), st.text(), _shares)
_packets = st.builds(
    HandoffPacket,
    reason=st.text(),
    evidence=st.text(),
    intent=st.text(),
    intent_confidence=_shares,
    entities=st.lists(st.tuples(st.text(), st.text())).map(tuple),
    mood=st.text(),
    mood_score=_shares,
    language=st.sampled_from(("ru", "en")),
    said=st.lists(st.text()).map(tuple),
    answered=st.lists(st.text()).map(tuple),
    candidates=st.lists(_candidates).map(tuple),
)


@given(_packets)
def test_a_packet_survives_being_stored(packet: HandoffPacket) -> None:
    assert load_packet(dump_packet(packet)) == packet


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"reason": "x", "candidates": [1]}', '{"reason": null, "said": 5}']
)
def test_what_is_not_a_packet_is_said_to_be_one(text: str) -> None:
    with pytest.raises(BadRecord):
        load_packet(text)


def test_an_urgent_ticket_comes_first_and_a_long_line_is_cut() -> None:
    packet = HandoffPacket(reason="emotion", language="en")
    urgent = new_ticket(packet, customer="M", last_line="x" * 500, due_s=60, urgent=True)
    normal = new_ticket(packet, customer="M", last_line="x", due_s=120.5)
    assert urgent["priority"] < normal["priority"]
    assert len(urgent["last_line"]) == 200
    assert (normal["due_ms"], normal["language"], normal["reason"]) == (120_500, "en", "emotion")
    assert json.loads(normal["packet"])["reason"] == "emotion"


def test_a_live_ticket_is_read_with_aware_times_and_a_chat_id_that_may_have_colons() -> None:
    ticket = live_ticket(STORED)
    assert (ticket.account, ticket.chat_id) == ("telegram", "42:1")
    assert ticket.created_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert ticket.taken_at == datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
    assert (ticket.replied_at, ticket.unread, ticket.priority) == (None, 2, 0)


@pytest.mark.parametrize("fault", [{"status": "odd"}, {"due_at": "soon"}, {"priority": None}])
def test_a_bad_record_is_named_and_not_guessed(fault: dict[str, str | None]) -> None:
    with pytest.raises(BadRecord, match="ticket 7"):
        live_ticket({**STORED, **fault})


def test_an_archived_ticket_reads_like_a_live_one() -> None:
    row = {
        "id": "7", "conversation": "c1", "ref": "telegram:42:1", "status": "closed", "reason": "complaint",
        "group": "general", "priority": 0, "customer": "Мария", "language": "ru", "operator": None,
        "created_ms": 1772366400000, "due_ms": 1772366520000, "taken_ms": None, "replied_ms": None,
        "ended_ms": 1772366700000,
    }  # fmt: skip
    ticket = archived_ticket(row, "telegram")
    assert (ticket.status, ticket.operator, ticket.channel) == ("closed", "", "telegram")
    assert ticket.ended_at == datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


@given(st.integers(0, 4_000_000_000_000))
def test_milliseconds_survive_becoming_a_moment(ms: int) -> None:
    assert milliseconds(moment(ms)) == ms
