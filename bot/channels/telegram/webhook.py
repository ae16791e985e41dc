"""The webhook: an update is answered with 200 only once it is ingested."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.channels.telegram.intake import Intake
from core.logging import get_logger

log = get_logger("telegram")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def derive_secret(token: str) -> str:
    """A secret every process of a deployment finds by itself, where none is configured."""
    return hmac.new(token.encode(), b"duet webhook", hashlib.sha256).hexdigest()


def make_handler(*, intake: Intake, secret: str) -> Handler:
    """A handler for `POST` of updates: 200 taken, 400 malformed, 401 not the vendor, 500 come again."""

    async def handle(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
            return _refuse(401, "wrong_secret", "Send the secret token the webhook was set with.")
        update = _parse(await request.read())
        if update is None:
            return _refuse(400, "not_an_update", "Send one update of the Bot API as a JSON object.")
        try:
            await intake.take(update)
        except Exception as error:  # noqa: BLE001 - whatever it was, the vendor must send it again
            log.warning("telegram.webhook_failed", update_id=update["update_id"], error=type(error).__name__)
            return _refuse(500, "not_stored", "The update could not be stored; send it again.")
        return web.json_response({"ok": True})

    return handle


async def refuse_all(_request: web.Request) -> web.Response:
    """The handler of a channel without a usable token."""
    return _refuse(503, "channel_off", "The bot has no usable token; see the health page.")


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        return None
    return update


def _refuse(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)
