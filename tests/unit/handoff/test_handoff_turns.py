"""Putting turns and deliveries together."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handoff.turns import Delivery, Entry, File, assemble


def _said(number: int, text: str = "Привет", **fields: Any) -> Entry:
    payload = {"author": "customer", "text": text, "kind": "text", **fields}
    return Entry(number, "turn", "c1", number * 1000, payload)


def _reply(number: int, out_id: str, **fields: Any) -> Entry:
    return _said(number, author="operator", out_id=out_id, operator="u1", name="Анна", **fields)


def _delivery(number: int, out_id: str, status: str, **fields: Any) -> Entry:
    return Entry(number, "delivery", "c1", number * 1000, {"out": out_id, "status": status, **fields})


def test_turns_come_in_the_order_of_their_events() -> None:
    found = assemble([_said(3, "три"), _said(1, "раз"), _said(2, "два")])
    assert [turn.text for turn in found] == ["раз", "два", "три"]


def test_an_event_found_in_both_stores_is_one_turn() -> None:
    assert len(assemble([_said(1), _said(1)])) == 1


def test_a_reply_shows_the_last_thing_known_of_it_and_how_often_it_was_tried() -> None:
    [turn] = assemble(
        [
            _reply(1, "o1"),
            _delivery(4, "o1", "failed", error="blocked"),
            _delivery(2, "o1", "queued"),
            _delivery(3, "o1", "sending", attempt=2),
        ]
    )
    assert turn.delivery == Delivery("failed", 2, "blocked")


def test_a_reply_of_which_nothing_is_known_yet_is_queued_and_not_better() -> None:
    [turn] = assemble([_reply(1, "o1")])
    assert turn.delivery == Delivery("queued")


def test_what_the_customer_wrote_has_no_delivery() -> None:
    [turn] = assemble([_said(1), _delivery(2, "", "sent")])
    assert turn.delivery is None


def test_a_reply_that_was_sent_again_names_the_new_one() -> None:
    first, second = assemble([_reply(1, "o1"), _reply(2, "o2", resend_of="o1")])
    assert (first.resent_as, second.resent_as) == ("o2", "")


def test_what_a_message_carries_is_named() -> None:
    [turn] = assemble(
        [
            _said(
                1,
                buttons=[{"id": "y", "text": "Да"}],
                attachments=[{"kind": "photo", "file_id": "f"}, {"kind": "document", "name": "чек.pdf"}],
                location={"lat": 55.75, "lon": 37.6},
            )
        ]
    )
    assert turn.buttons == ("Да",)
    assert turn.attachments == ("photo", "чек.pdf")
    assert turn.location == (55.75, 37.6)


@given(st.permutations(range(6)), st.integers(0, 5))
def test_the_order_in_which_events_are_read_changes_nothing(order: list[int], twice: int) -> None:
    events = [
        _said(1),
        _reply(2, "o1"),
        _delivery(3, "o1", "sending", attempt=1),
        _delivery(4, "o1", "sent"),
        _said(5, "Спасибо"),
        _reply(6, "o2"),
    ]
    assert assemble([*(events[n] for n in order), events[twice]]) == assemble(events)


def test_an_edited_message_has_every_version_and_each_names_what_it_was() -> None:
    first, other, second, third = assemble(
        [
            _said(1, "Заказ 15", external_id="42:7"),
            _said(2, "И ещё", external_id="42:8"),
            _said(3, "[изменено] Заказ 16", external_id="edit:42:7:1772366400:00ab"),
            _said(4, "[изменено] Заказ 17", external_id="edit:42:7:1772366401:00ac"),
        ]
    )
    assert [version.text for version in first.edits] == ["[изменено] Заказ 16", "[изменено] Заказ 17"]
    assert (other.edits, other.edit_of) == ((), "")
    assert (second.edit_of, third.edit_of) == (first.id, first.id)


def test_an_edit_of_a_message_that_is_not_shown_stands_alone() -> None:
    [turn] = assemble([_said(1, "[изменено] x", external_id="edit:42:7:1:0a")])
    assert turn.edit_of == ""


def test_a_file_has_its_kind_its_name_and_its_size() -> None:
    [turn] = assemble([_said(1, attachments=[{"kind": "document", "name": "чек.pdf", "size_bytes": 2048}])])
    assert turn.files == (File("document", "чек.pdf", 2048),)
