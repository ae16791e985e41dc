"""Steering the scripted Bot API server over HTTP, where the test is another process."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.stubs.telegram_customer import Customer
from tests.stubs.telegram_state import Fault

if TYPE_CHECKING:
    from tests.stubs.telegram_api import TelegramApi

Json = dict[str, Any]

ACTS: dict[str, Callable[..., int]] = {
    "text": Customer.write,
    "edit": Customer.edit,
    "press": Customer.press,
    "contact": Customer.share_contact,
    "foreign_contact": Customer.share_foreign_contact,
    "location": Customer.share_location,
    "venue": Customer.share_venue,
    "photo": Customer.send_photo,
    "document": Customer.send_document,
    "voice": Customer.send_voice,
    "video": Customer.send_video,
    "sticker": Customer.send_sticker,
    "raw": Customer.send_raw,
}
"""Kinds of `POST /control/message` and the acts behind them; the other fields are their arguments."""


def add_control(app: web.Application, api: TelegramApi) -> None:
    """Add the routes under `/control`.

    `POST message` `{"chat_id", "name"?, "language"?, "kind"?: one of ACTS, …}` → `{"update_id"}`;
    `POST block` `{"chat_id"}`; `POST fault` (the fields of `Fault`), `DELETE fault` (forget all);
    `GET log?after=N` → `{"calls", "next"}`; `GET wait?chat_id&contains&timeout_s` → the reply, or 408;
    `GET stats` → rate violations, unconfirmed updates, webhook, menus.
    """
    control = _Control(api)
    app.router.add_post("/control/message", _guarded(control.message))
    app.router.add_post("/control/block", _guarded(control.block))
    app.router.add_post("/control/fault", _guarded(control.fault))
    app.router.add_delete("/control/fault", _guarded(control.forget_faults))
    app.router.add_get("/control/log", _guarded(control.log))
    app.router.add_get("/control/wait", _guarded(control.wait))
    app.router.add_get("/control/stats", _guarded(control.stats))


class _Control:
    def __init__(self, api: TelegramApi) -> None:
        self._api = api

    async def message(self, request: web.Request) -> Json:
        fields: Json = await request.json()
        who = {key: fields.pop(key) for key in ("chat_id", "name", "language") if key in fields}
        act = ACTS[fields.pop("kind", "text")]
        return {"update_id": act(self._api.customer(**who), **fields)}

    async def block(self, request: web.Request) -> Json:
        self._api.state.blocked.add(int((await request.json())["chat_id"]))
        return {}

    async def fault(self, request: web.Request) -> Json:
        self._api.state.faults.append(Fault(**await request.json()))
        return {}

    async def forget_faults(self, _: web.Request) -> Json:
        self._api.state.faults.clear()
        return {}

    async def log(self, request: web.Request) -> Json:
        after = int(request.query.get("after", 0))
        calls = self._api.state.calls[after:]
        return {"calls": [asdict(call) for call in calls], "next": after + len(calls)}

    async def wait(self, request: web.Request) -> Json:
        try:
            reply = await self._api.wait_for_reply(
                int(request.query["chat_id"]),
                contains=request.query.get("contains", ""),
                timeout_s=float(request.query.get("timeout_s", 5)),
            )
        except AssertionError as error:
            raise web.HTTPRequestTimeout(text=json.dumps({"error": str(error)})) from error
        return {**asdict(reply), "buttons": reply.buttons}

    async def stats(self, _: web.Request) -> Json:
        state = self._api.state
        return {
            "rate_violations": dict(state.rate_violations),
            "unconfirmed": [update["update_id"] for update in state.updates],
            "webhook": state.webhook,
            "menus": state.commands,
        }


def _guarded(
    handler: Callable[[web.Request], Awaitable[Json]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer a wrong request with 400 and what is wrong with it."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return handle
