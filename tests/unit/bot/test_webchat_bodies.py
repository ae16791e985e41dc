"""What the web chat's API accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.webchat.bodies import MessageBody


def fault(raw: str) -> tuple[str, str]:
    """Kind and place of the first fault of a body."""
    with pytest.raises(ValidationError) as caught:
        MessageBody.model_validate_json(raw)
    first = caught.value.errors()[0]
    return first["type"], ".".join(str(part) for part in first["loc"])


@pytest.mark.parametrize(
    "body",
    [
        {"text": "привет", "client_id": "c1"},
        {"text": ""},
        {"location": {"lat": 55, "lon": 37.5}},
        {"contact": {"phone": "8 900 123-45-67"}},
        {"button": "person"},
        {"text": "x", "location": None, "contact": None, "button": None, "client_id": None},
        {"text": "x", "something_new": True},
    ],
)
def test_every_kind_of_message_is_accepted(body: dict[str, Any]) -> None:
    assert MessageBody.model_validate_json(json.dumps(body))


@pytest.mark.parametrize(
    ("raw", "kind", "place"),
    [
        ("{", "json_invalid", ""),
        ("[" * 5000, "json_invalid", ""),
        ('{"text": "\\ud800"}', "json_invalid", ""),
        ("[]", "model_type", ""),
        ("{}", "one_of", ""),
        ('{"text": "a", "button": "b"}', "one_of", ""),
        ('{"text": 5}', "string_type", "text"),
        ('{"location": {"lat": "55", "lon": 37}}', "float_type", "location.lat"),
        ('{"location": {"lat": 91, "lon": 37}}', "less_than_equal", "location.lat"),
        ('{"location": {"lat": NaN, "lon": 37}}', "finite_number", "location.lat"),
        ('{"location": {"lat": 55}}', "missing", "location.lon"),
        ('{"contact": {"phone": ""}}', "empty", "contact.phone"),
        ('{"contact": "8900"}', "model_type", "contact"),
        ('{"button": ""}', "empty", "button"),
        ('{"button": "' + "я" * 33 + '"}', "button_too_long", "button"),
        ('{"text": "a", "client_id": ""}', "empty", "client_id"),
        ('{"button": "\\u0000"}', "empty", "button"),
        ('{"text": "a", "client_id": "' + "x" * 129 + '"}', "string_too_long", "client_id"),
        ('{"text": "a", "client_id": 7}', "string_type", "client_id"),
    ],
)
def test_every_fault_is_named_with_its_place(raw: str, kind: str, place: str) -> None:
    assert fault(raw) == (kind, place)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_accepted_and_stays_the_same_but_for_blanks_and_nul(text: str) -> None:
    body = MessageBody.model_validate_json(json.dumps({"text": text}))
    assert body.text == text.replace("\x00", "").strip()
