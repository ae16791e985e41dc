"""The description of the API is a valid document that says what is there."""

from __future__ import annotations

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from bot.channels.webchat.bodies import MessageBody
from bot.web.openapi import describe
from bot.web.operations import OPERATIONS

DOCUMENT = describe(version="1.2.3")


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_it_survives_json_and_names_the_version() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert DOCUMENT["info"]["version"] == "1.2.3"


def test_every_operation_is_described_once() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))
    described = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
    assert sorted(described) == sorted((operation.path, operation.method) for operation in OPERATIONS)


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/metrics",
        "/chat/api/sessions",
        "/chat/api/messages",
        "/desk/api/login",
        "/desk/api/tickets",
        "/desk/api/tickets/{id}",
        "/desk/api/tickets/{id}/take",
        "/desk/api/tickets/{id}/return",
        "/desk/api/tickets/{id}/close",
        "/desk/api/tickets/{id}/reply",
    ],
)
def test_what_other_programs_use_is_there(path: str) -> None:
    assert path in DOCUMENT["paths"]


def test_every_change_of_the_desk_wants_the_csrf_token() -> None:
    for path, methods in DOCUMENT["paths"].items():
        if path.startswith("/desk") and "post" in methods and not path.endswith("/login"):
            assert methods["post"]["security"] == [{"deskSession": [], "deskCsrf": []}]


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"text": "привет", "client_id": "c1"}, True),
        ({"location": {"lat": 55, "lon": 37}}, True),
        ({"text": 5}, False),
        ({"text": "a", "button": "b"}, False),
        ({}, False),
        ({"location": {"lat": 91, "lon": 37}}, False),
    ],
)
def test_the_schema_of_a_message_agrees_with_what_is_accepted(body: dict[str, object], *, fits: bool) -> None:
    schema = {"$ref": "#/components/schemas/MessageBody", "components": DOCUMENT["components"]}
    assert OAS31Validator(schema).is_valid(body) is fits
    if fits:
        assert MessageBody.model_validate(body)
