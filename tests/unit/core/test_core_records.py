"""The JSON that scripts store."""

from __future__ import annotations

import json
import time

from core.records import PRIORITY_BOT, PRIORITY_NOTICE, PRIORITY_PERSON, dump, new_id, outgoing, turn


def test_ids_are_unique_and_sort_by_time() -> None:
    first = new_id("m")
    time.sleep(0.003)
    second = new_id("m")
    assert first < second
    assert len({new_id("m") for _ in range(1000)}) == 1000
    assert len(first) == 29


def test_json_is_compact_and_keeps_russian_readable() -> None:
    assert dump({"text": "Алло", "n": 1}) == '{"text":"Алло","n":1}'


def test_a_turn_holds_who_what_and_further_fields() -> None:
    assert json.loads(turn("operator", "Здравствуйте", operator="u1", name="Ольга")) == {
        "author": "operator", "text": "Здравствуйте", "kind": "text", "operator": "u1", "name": "Ольга",
    }  # fmt: skip


def test_an_entry_for_the_outbox_holds_the_reply_the_turn_and_a_line_for_lists() -> None:
    reply = {"text": "т" * 300, "buttons": [{"id": "person", "text": "Позвать"}]}
    entry = outgoing("b1", "bot", reply, language="ru", priority=PRIORITY_BOT, decision_id="d1")
    assert (entry["id"], entry["author"], entry["priority"], entry["line"]) == ("b1", "bot", 1, "т" * 200)
    assert json.loads(entry["payload"]) == {"reply": reply, "language": "ru", "name": ""}
    assert json.loads(entry["turn"]) == {
        "author": "bot", "text": "т" * 300, "kind": "text", "out_id": "b1",
        "buttons": reply["buttons"], "decision_id": "d1",
    }  # fmt: skip


def test_the_name_of_a_person_reaches_the_channel() -> None:
    entry = outgoing(
        "o1", "operator", {"text": "Я тут"}, language="en", priority=PRIORITY_PERSON, name="Ольга"
    )
    assert json.loads(entry["payload"])["name"] == "Ольга"


def test_people_go_before_the_bot_and_the_bot_before_notices() -> None:
    assert PRIORITY_PERSON < PRIORITY_BOT < PRIORITY_NOTICE
