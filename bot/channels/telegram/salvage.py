"""Saving what can be saved from an update that cannot be parsed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram.storable import storable
from bot.channels.telegram.texts import placeholder
from bot.types import IncomingMessage, MessageKind, Sender


def salvage(
    raw: Mapping[str, Any], *, account: str, word: str, received_at: datetime
) -> IncomingMessage | None:
    """A message of kind OTHER with the ids and the text that can be found; None without a private chat.

    Its id is the one the message would have had, so that it is no second message once it can be read.
    """
    query = _mapping(raw.get("callback_query"))
    message = (
        _mapping(raw.get("message")) or _mapping(raw.get("edited_message")) or _mapping(query.get("message"))
    )
    chat = _mapping(message.get("chat"))
    chat_id = chat.get("id")
    if not isinstance(chat_id, int) or chat.get("type") != "private":
        return None
    author = _mapping(query.get("from")) or _mapping(message.get("from"))
    return IncomingMessage(
        account=account,
        channel="telegram",
        chat_id=str(chat_id),
        external_id=_external_id(raw, message, query, chat_id),
        sender=Sender(user_id=str(author.get("id", chat_id)), name=_text(author.get("first_name"))),
        kind=MessageKind.OTHER,
        text=_text(message.get("text") if not query else "") or placeholder(word),
        sent_at=_date(message.get("date"), received_at) if not query else received_at,
    )


def _external_id(
    raw: Mapping[str, Any], message: Mapping[str, Any], query: Mapping[str, Any], chat_id: int
) -> str:
    if query:
        return f"cb:{query.get('id')}"
    message_id = message.get("message_id")
    if "edited_message" in raw or not isinstance(message_id, int):
        return f"update:{raw.get('update_id')}"
    return f"{chat_id}:{message_id}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return str(storable(value)) if isinstance(value, str) else ""


def _date(value: object, otherwise: datetime) -> datetime:
    if not isinstance(value, int):
        return otherwise
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return otherwise
