"""Between the API's shapes and the program's values; nothing here talks to anybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from bot.channels.contract import OutgoingMessage
from bot.channels.webchat.bodies import (
    ContactBody,
    LocationBody,
    MessageBody,
    MessageShape,
)
from bot.channels.webchat.chat import Entry
from bot.channels.webchat.sessions import WebSession
from bot.types import Contact, IncomingMessage, Location, MessageKind, Sender
from core.records import dump

CHANNEL = "webchat"

Say = Callable[[str, str], str]
"""Text of a key (`webchat.location`, `webchat.contact`) in a language."""


def incoming(
    body: MessageBody,
    *,
    session: WebSession,
    account: str,
    client_id: str,
    caption: str,
    say: Say,
    received_at: datetime,
) -> IncomingMessage:
    """A customer's message; `caption` is the words on the pressed button.

    A contact is never verified here: anybody can type any number.
    """
    kind, text = _kind_and_text(body, caption, session.language, say)
    return IncomingMessage(
        account=account,
        channel=CHANNEL,
        chat_id=session.id,
        external_id=f"{session.id}:{client_id}",
        sender=Sender(user_id=session.id, name=session.name, language=session.language),
        kind=kind,
        text=text,
        sent_at=received_at,
        button=body.button or "",
        location=Location(body.location.lat, body.location.lon) if body.location else None,
        contact=Contact(body.contact.phone, verified=False) if body.contact else None,
    )


def _kind_and_text(body: MessageBody, caption: str, language: str, say: Say) -> tuple[MessageKind, str]:
    match body:
        case MessageBody(location=LocationBody(lat=lat, lon=lon)):
            return MessageKind.LOCATION, f"[{say('webchat.location', language)}] {lat:.5f}, {lon:.5f}"
        case MessageBody(contact=ContactBody(phone=phone)):
            return MessageKind.CONTACT, f"[{say('webchat.contact', language)}] {phone}"
        case MessageBody(button=str()):
            return MessageKind.BUTTON, caption
        case _:
            return MessageKind.TEXT, body.text or ""


def echo_body(message: IncomingMessage, *, client_id: str) -> str:
    """The customer's own words as the chat keeps them; a phone number stands without the word for it."""
    place = message.location
    return dump(
        {
            "author": "customer",
            "text": message.contact.phone if message.contact else message.text,
            "client_id": client_id,
            "locations": [{"title": "", "lat": place.lat, "lon": place.lon}] if place else [],
        }
    )


def reply_body(message: OutgoingMessage) -> str:
    """A reply as the chat keeps it."""
    reply = message.reply
    return dump(
        {
            "author": message.author,
            "text": reply.text,
            "buttons": [{"id": button.id, "text": button.text} for button in reply.buttons],
            "name": message.name,
            "ask_contact": reply.ask_contact,
            "ask_location": reply.ask_location,
            "locations": [
                {"title": title, "lat": place.lat, "lon": place.lon} for title, place in reply.locations
            ],
        }
    )


def shape(entry: Entry) -> MessageShape:
    """A kept message as the API tells it; when it came is part of its id."""
    at = datetime.fromtimestamp(int(entry.id.partition("-")[0]) / 1000, UTC)
    known = {"id": entry.id, "at": at.isoformat(timespec="milliseconds")}
    return MessageShape.model_validate({**json.loads(entry.body), **known})
