"""What is written to Redis reads back the same; what cannot be read is told apart."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.codec import dump_message, dump_state, load_message, load_reply, load_state, reply_data
from bot.effects import Effect, NewTicket
from bot.types import (
    Attachment,
    BotState,
    Button,
    Contact,
    IncomingMessage,
    Location,
    MessageKind,
    Reply,
    Sender,
)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
locations = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
messages = st.builds(
    IncomingMessage,
    account=texts, channel=texts, chat_id=texts, external_id=texts,
    sender=st.builds(Sender, texts, texts, texts),
    kind=st.sampled_from(MessageKind),
    text=texts,
    sent_at=st.datetimes(timezones=st.just(UTC)),
    button=texts,
    location=st.none() | locations,
    contact=st.none() | st.builds(Contact, texts, st.booleans()),
    attachments=st.lists(st.builds(Attachment, texts, texts, texts, texts, st.integers(0, 2**40))).map(tuple),
)  # fmt: skip
states = st.builds(
    BotState, texts, st.dictionaries(texts, texts), st.booleans(), texts, st.lists(texts).map(tuple),
    st.lists(texts).map(tuple),
)  # fmt: skip
replies = st.builds(
    Reply, texts, st.lists(st.builds(Button, texts, texts)).map(tuple), st.booleans(), st.booleans(),
    st.lists(st.tuples(texts, locations)).map(tuple),
)  # fmt: skip


@settings(max_examples=50)
@given(messages)
def test_a_message_reads_back_the_same(message: IncomingMessage) -> None:
    assert load_message(dump_message(message)) == message


@settings(max_examples=50)
@given(states)
def test_the_memory_reads_back_the_same(state: BotState) -> None:
    assert load_state(dump_state(state)) == state


@settings(max_examples=50)
@given(replies)
def test_a_reply_reads_back_the_same_from_its_json(reply: Reply) -> None:
    assert load_reply(json.loads(json.dumps(reply_data(reply)))) == reply


@pytest.mark.parametrize("body", ["", "{}", "not json", "[1]", '{"said": 5}', '{"clarified": {}}'])
def test_a_memory_nobody_can_read_counts_as_empty(body: str) -> None:
    assert load_state(body) == BotState()


def test_a_newer_memory_keeps_what_this_version_knows() -> None:
    assert load_state('{"skill": "balance", "invented_later": 1}') == BotState(skill="balance")


@pytest.mark.parametrize("body", ["", "not json", "{}", '{"account": "a"}'])
def test_a_message_nobody_can_read_says_so(body: str) -> None:
    with pytest.raises(ValidationError):
        load_message(body)


def test_an_effect_leaves_out_what_does_not_change() -> None:
    assert json.loads(Effect(events=()).dump()) == {"events": [], "replies": []}


def test_an_effect_holds_everything_that_changes() -> None:
    ticket = NewTicket("emotion", "general", 0, 60_000, "Анна", "ru", "{}", "Алло")
    effect = Effect(
        events=(("turn", "{}"),), replies=({"id": "b1"},), state="{}", language="en", ticket=ticket,
        relay="", close="customer", customer=("7", {"name": "Анна"}),
    )  # fmt: skip
    assert json.loads(effect.dump()) == {
        "events": [{"kind": "turn", "payload": "{}"}],
        "replies": [{"id": "b1"}],
        "state": "{}",
        "language": "en",
        "ticket": {
            "reason": "emotion", "group": "general", "priority": 0, "due_ms": 60_000, "customer": "Анна",
            "language": "ru", "packet": "{}", "last_line": "Алло",
        },
        "relay": "",
        "close": "customer",
        "customer": {"user_id": "7", "fields": {"name": "Анна"}},
    }  # fmt: skip
