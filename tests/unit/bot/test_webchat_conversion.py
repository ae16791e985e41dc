"""From the web chat's API to messages, and from replies to what the page reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.channels.contract import OutgoingMessage
from bot.channels.webchat.bodies import ContactBody, LocationBody, MessageBody, SessionBody
from bot.channels.webchat.chat import Entry, is_id
from bot.channels.webchat.convert import echo_body, incoming, reply_body, shape
from bot.channels.webchat.sessions import WebSession, caller
from bot.types import Button, Contact, IncomingMessage, Location, MessageKind, Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SESSION = WebSession("w1", "ru", "Анна")


def say(key: str, language: str) -> str:
    """Words that show which were asked for."""
    return f"{key}/{language}"


def convert(body: MessageBody, caption: str = "") -> IncomingMessage:
    """What a body becomes."""
    return incoming(
        body, session=SESSION, account="webchat", client_id="c1", caption=caption, say=say, received_at=NOW
    )


def test_a_text_names_its_session_its_sender_and_an_id_of_session_and_client() -> None:
    message = convert(MessageBody(text="привет"))
    assert (message.kind, message.text, message.chat_id) == (MessageKind.TEXT, "привет", "w1")
    assert message.external_id == "w1:c1"
    assert (message.sender.user_id, message.sender.name, message.sender.language) == ("w1", "Анна", "ru")
    assert message.sent_at == NOW


def test_a_typed_phone_is_never_verified() -> None:
    message = convert(MessageBody(contact=ContactBody(phone="+79001234567")))
    assert message.kind is MessageKind.CONTACT
    assert message.contact == Contact("+79001234567", verified=False)
    assert message.text == "[webchat.contact/ru] +79001234567"


def test_a_location_keeps_its_point_and_is_readable_for_a_person() -> None:
    message = convert(MessageBody(location=LocationBody(lat=55.7558, lon=37.6173)))
    assert message.kind is MessageKind.LOCATION
    assert message.location == Location(55.7558, 37.6173)
    assert message.text == "[webchat.location/ru] 55.75580, 37.61730"


def test_a_pressed_button_says_its_words_and_keeps_its_id() -> None:
    message = convert(MessageBody(button="yes:1"), caption="Да, помогло")
    assert (message.kind, message.text, message.button) == (MessageKind.BUTTON, "Да, помогло", "yes:1")


def test_what_the_customer_wrote_comes_back_with_their_own_id() -> None:
    message = convert(MessageBody(location=LocationBody(lat=1, lon=2)))
    told = shape(Entry("1700000000123-4", echo_body(message, client_id="c1")))
    assert (told.author, told.client_id, told.id) == ("customer", "c1", "1700000000123-4")
    assert [(point.lat, point.lon) for point in told.locations] == [(1, 2)]
    assert told.at == "2023-11-14T22:13:20.123+00:00"


def test_a_reply_comes_with_all_it_asks_and_offers() -> None:
    reply = Reply(
        text="**Вот** магазины",
        buttons=(Button("person", "Позвать оператора"),),
        ask_contact=True,
        ask_location=True,
        locations=(("Лавка на Тверской", Location(55.76, 37.6)),),
    )
    sent = OutgoingMessage("o1", "webchat", "w1", "operator", reply, "ru", name="Ольга")
    told = shape(Entry("1700000000123-0", reply_body(sent))).model_dump()
    assert told["buttons"] == [{"id": "person", "text": "Позвать оператора"}]
    assert (told["author"], told["name"], told["ask_contact"]) == ("operator", "Ольга", True)
    assert told["ask_location"] is True
    assert told["locations"] == [{"title": "Лавка на Тверской", "lat": 55.76, "lon": 37.6}]


def test_stored_messages_are_json_that_keeps_russian_readable() -> None:
    stored = echo_body(convert(MessageBody(text="где мой заказ")), client_id="c")
    assert "где мой заказ" in stored
    assert json.loads(stored)["author"] == "customer"


@pytest.mark.parametrize("text", ["0", "0-0", "1700000000123-4", "1700000000123", "18446744073709551615-0"])
def test_ids_the_api_gave_are_known(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "+", "$", "(1-0", "1-", "-1", "1-2-3", "abc", "1 ", "١", "18446744073709551616-0", "9" * 40],
)
def test_what_is_no_id_is_seen(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize(
    ("given", "known"),
    [("ru", "ru"), ("ru-RU", "ru"), ("EN-gb", "en"), ("", ""), ("klingon", ""), ("жж", "")],
)
def test_the_browsers_language_becomes_two_letters_or_nothing(given: str, known: str) -> None:
    assert SessionBody(language=given).known_language == known


def test_an_address_cannot_be_read_from_its_key() -> None:
    assert "192.0.2.7" not in caller("192.0.2.7")
    assert caller("192.0.2.7") == caller("192.0.2.7") != caller("192.0.2.8")
