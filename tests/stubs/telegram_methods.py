"""The methods of the Bot API: arguments in, the vendor's answers out."""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web

from tests.stubs import telegram_objects as objects
from tests.stubs.telegram_state import Delivered, Fault, State

Json = dict[str, Any]

SENDING = ("sendMessage", "sendVenue", "sendLocation")
MAX_TEXT_UNITS = 4096
MAX_CALLBACK_BYTES = 64


class Refusal(Exception):  # noqa: N818 - an answer of the vendor, not a fault of the server
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


async def read_params(request: web.Request) -> Json:
    """Arguments from the query, a form or JSON; values that hold JSON are parsed."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        params.update(await request.json())
    elif request.can_read_body:
        params.update({key: value for key, value in (await request.post()).items() if isinstance(value, str)})
    return {key: _parse(key, value) for key, value in params.items()}


def _parse(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key in ("text", "title", "address", "url", "secret_token"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def refuse_by(fault: Fault | None) -> None:
    """Answer with the planned refusal.

    Raises:
        Refusal: the fault is one the vendor answers with.
    """
    match fault:
        case Fault(kind="retry_after", retry_after_s=wait_s):
            raise Refusal(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s)
        case Fault(kind="server_error"):
            raise Refusal(500, "Internal Server Error")
        case Fault(kind="gateway_error"):
            raise Refusal(502, "Bad Gateway")
        case Fault(kind="blocked"):
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        case Fault(kind="error", status=status, description=description):
            raise Refusal(status, description)


def check_sending(state: State, method: str, params: Json) -> None:
    """Refuse what the vendor refuses.

    Raises:
        Refusal: with the vendor's status and words.
    """
    chat_id = params.get("chat_id")
    if chat_id in state.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if not isinstance(chat_id, int) or (chat_id > 0 and chat_id not in state.people):
        raise Refusal(400, "Bad Request: chat not found")
    if method == "sendMessage":
        _check_text(params)
    elif not isinstance(params.get("latitude"), int | float):
        raise Refusal(400, "Bad Request: latitude must be non-empty")
    if method == "sendVenue" and not (params.get("title") and params.get("address")):
        raise Refusal(400, "Bad Request: title and address must be non-empty")
    _check_markup(params.get("reply_markup"))


def _check_text(params: Json) -> None:
    text = params.get("text")
    if params.get("parse_mode"):
        raise Refusal(400, "Bad Request: this server takes entities and no parse_mode")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    units = len(text.encode("utf-16-le")) // 2
    if units > MAX_TEXT_UNITS:
        raise Refusal(400, "Bad Request: message is too long")
    for entity in params.get("entities") or []:
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > units:
            raise Refusal(400, "Bad Request: entity is out of the text's bounds")


def _check_markup(markup: Any) -> None:
    if markup is None:
        return
    if not isinstance(markup, dict):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not button.get("text"):
                raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= MAX_CALLBACK_BYTES:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


def sent_message(state: State, message: Delivered) -> Json:
    """The message as the vendor returns it to the bot."""
    person = state.people.get(message.chat_id)
    group = {"id": message.chat_id, "title": "Соседи", "type": "group"}
    body: Json = {
        "message_id": message.message_id,
        "from": objects.BOT_USER,
        "chat": objects.private_chat(person) if person else group,
        "date": int(message.at),
    }
    if message.method == "sendMessage":
        body["text"] = message.text
        if message.params.get("entities"):
            body["entities"] = message.params["entities"]
    else:
        point = {key: message.params[key] for key in ("latitude", "longitude")}
        body["location"] = point
        if message.method == "sendVenue":
            names = {key: message.params[key] for key in ("title", "address")}
            body["venue"] = {"location": point, **names}
    if "inline_keyboard" in message.markup:
        body["reply_markup"] = message.markup
    return body


def simple_method(state: State, method: str, params: Json) -> Any:
    """Methods that neither wait nor send.

    Raises:
        Refusal: for a method this server does not have.
    """
    match method:
        case "getMe":
            abilities = {"can_join_groups": True, "can_read_all_group_messages": False}
            return {**objects.BOT_USER, **abilities, "supports_inline_queries": False}
        case "setWebhook":
            state.webhook = {key: params.get(key) for key in ("url", "secret_token", "allowed_updates")}
        case "deleteWebhook":
            state.webhook = {}
            if params.get("drop_pending_updates"):
                state.confirm({update["update_id"] for update in state.updates})
        case "getWebhookInfo":
            url = state.webhook.get("url") or ""
            pending = len(state.updates)
            return {"url": url, "has_custom_certificate": False, "pending_update_count": pending}
        case "setMyCommands":
            state.commands[str(params.get("language_code") or "")] = params["commands"]
        case "answerCallbackQuery" | "sendChatAction" | "leaveChat":
            return True
        case "editMessageReplyMarkup":
            return _edit_markup(state, params)
        case _:
            raise Refusal(404, "Not Found: method not found")
    return True


def _edit_markup(state: State, params: Json) -> Json:
    for message in state.delivered[int(params["chat_id"])]:
        if message.message_id == params.get("message_id"):
            message.params["reply_markup"] = params.get("reply_markup") or {}
            return {**sent_message(state, message), "edit_date": int(time.time())}
    raise Refusal(400, "Bad Request: message to edit not found")
