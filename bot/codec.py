"""JSON of the values that live in Redis; pydantic checks what comes back."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from bot.types import BotState, IncomingMessage, Reply

_MESSAGE: TypeAdapter[IncomingMessage] = TypeAdapter(IncomingMessage)
_STATE: TypeAdapter[BotState] = TypeAdapter(BotState)
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def dump_message(message: IncomingMessage) -> str:
    """A message as the inbox holds it."""
    return _MESSAGE.dump_json(message).decode()


def load_message(body: str) -> IncomingMessage:
    """The message an inbox entry holds.

    Raises:
        pydantic.ValidationError: written by another version that this one cannot read.
    """
    return _MESSAGE.validate_json(body)


def dump_state(state: BotState) -> str:
    """The bot's memory as the conversation holds it."""
    return _STATE.dump_json(state).decode()


def load_state(body: str) -> BotState:
    """The bot's memory; an unreadable one (an older version's) counts as empty."""
    try:
        return _STATE.validate_json(body or "{}")
    except ValueError:
        return BotState()


def reply_data(reply: Reply) -> dict[str, Any]:
    """A reply as plain JSON data."""
    data: dict[str, Any] = _REPLY.dump_python(reply, mode="json")
    return data


def load_reply(data: Any) -> Reply:
    """A reply from plain JSON data."""
    return _REPLY.validate_python(data)
