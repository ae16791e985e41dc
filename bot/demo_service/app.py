"""The HTTP side of the demo service."""

from __future__ import annotations

import hmac
import json

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.demo_service.catalogue import read_stores
from bot.demo_service.errors import Refusal
from bot.demo_service.service import DemoService, utc_now

MAX_BODY_BYTES = 16_384


def make_app(service: DemoService, *, token: str) -> web.Application:
    """The application; every path but `/healthz` wants `Authorization: Bearer TOKEN`."""
    handlers = _Handlers(service)
    app = web.Application(
        middlewares=[_refusals, _bearer(token)],
        client_max_size=MAX_BODY_BYTES,
    )
    app.add_routes(
        [
            web.get("/healthz", handlers.health),
            web.get("/v1/stores", handlers.stores),
            web.get("/v1/customers", handlers.customer),
            web.post("/v1/verifications", handlers.send_code),
            web.post("/v1/verifications/check", handlers.check_code),
            web.post("/v1/cards/activate", handlers.activate),
        ]
    )
    return app


class _Handlers:
    """One method a path."""

    def __init__(self, service: DemoService) -> None:
        self._service = service

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def stores(self, request: web.Request) -> web.Response:
        return web.json_response(read_stores(today=utc_now().date()))

    async def customer(self, request: web.Request) -> web.Response:
        return web.json_response(self._service.customer(request.query.get("phone", "")))

    async def send_code(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        return web.json_response(self._service.send_code(_text(body, "phone")), status=202)

    async def check_code(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        phone, code = _text(body, "phone"), _text(body, "code")
        return web.json_response(self._service.check_code(phone, code, _key(request)))

    async def activate(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        card = _text(body, "card_number", default="")
        return web.json_response(self._service.activate(_text(body, "phone"), card, _key(request)))


def _key(request: web.Request) -> str:
    return request.headers.get("Idempotency-Key", "")


async def _fields(request: web.Request) -> dict[str, object]:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "bad_json", "The body must be a JSON object.") from error
    if not isinstance(body, dict):
        raise Refusal(400, "bad_json", "The body must be a JSON object.")
    return body


def _text(body: dict[str, object], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise Refusal(422, "bad_field", f"{name} must be a text.")
    return value


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, unknown paths and too large bodies into JSON with a stable code."""
    try:
        return await handler(request)
    except Refusal as refusal:
        body = {"code": refusal.code, "message": refusal.message, **refusal.extra}
        return web.json_response(body, status=refusal.status)
    except web.HTTPException as error:
        code = error.reason.lower().replace(" ", "_")
        return web.json_response({"code": code, "message": error.reason}, status=error.status)


def _bearer(token: str) -> Middleware:
    expected = f"Bearer {token}".encode()

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode()
        if request.path != "/healthz" and not hmac.compare_digest(given, expected):
            raise Refusal(401, "unauthorized", "Send the token as Authorization: Bearer.")
        return await handler(request)

    return check
