"""`/desk/settings/webhooks`: who is told of what, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.clock import utc_now
from core.web.area import ADMINISTRATORS, NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.webhooks.store import Webhooks
from handoff.webhooks.types import EVENTS, Delivery, Webhook, WebhookError

_ID = "{id:[0-9A-Za-z]{1,40}}"


class HookBody(Body):
    """A webhook as it is to be."""

    url: Annotated[Text, Field(max_length=500)]
    events: Annotated[tuple[str, ...], Field(max_length=20)]
    active: bool = True


class WebhooksArea:
    """The page and its API; only administrators get in."""

    nav = (NavEntry("/desk/settings/webhooks", "webhooks.title", ADMINISTRATORS, hint="webhooks.hint"),)

    def __init__(self, *, frame: Frame, guard: Guard, webhooks: Webhooks) -> None:
        """`guard` lets administrators in and nobody else."""
        self._frame = frame
        self._guard = guard
        self._webhooks = webhooks

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/settings/webhooks", self.page),
            web.get("/api/webhooks", self.index),
            web.post("/api/webhooks", self.add),
            web.post(f"/api/webhooks/{_ID}", self.change),
            web.post(f"/api/webhooks/{_ID}/remove", self.remove),
            web.post(f"/api/webhooks/{_ID}/test", self.test),
            web.get(f"/api/webhooks/{_ID}/deliveries", self.deliveries),
            web.post("/api/webhooks/deliveries/{delivery:[0-9A-Za-z-]{1,80}}/again", self.again),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """All webhooks."""
        return await self._frame.page(
            request, "webhooks.html", roles=ADMINISTRATORS, data={"events": list(EVENTS)}
        )

    async def index(self, request: web.Request) -> web.Response:
        """All webhooks."""
        await self._guard.reader(request)
        return web.json_response({"webhooks": [_hook(each) for each in await self._webhooks.all()]})

    async def add(self, request: web.Request) -> web.Response:
        """A new one; its secret is told this once."""
        who = await self._guard.worker(request)
        body = await read_body(request, HookBody)
        try:
            made, secret = await self._webhooks.add(body.url, body.events, by=who.name, now=utc_now())
        except WebhookError as error:
            raise _refused(error) from error
        return web.json_response({"webhook": _hook(made), "secret": secret})

    async def change(self, request: web.Request) -> web.Response:
        """Change address, events, or whether it is on."""
        who = await self._guard.worker(request)
        body = await read_body(request, HookBody)
        try:
            await self._webhooks.change(
                request.match_info["id"],
                url=body.url,
                events=body.events,
                active=body.active,
                by=who.name,
                now=utc_now(),
            )
        except WebhookError as error:
            raise _refused(error) from error
        return web.json_response({})

    async def remove(self, request: web.Request) -> web.Response:
        """Forget it, and what it has not been told yet."""
        who = await self._guard.worker(request)
        await self._webhooks.remove(request.match_info["id"], by=who.name, now=utc_now())
        return web.json_response({})

    async def test(self, request: web.Request) -> web.Response:
        """Call it with a test event, now."""
        await self._guard.worker(request)
        try:
            delivery = await self._webhooks.test(request.match_info["id"], now=utc_now())
        except WebhookError as error:
            raise _refused(error) from error
        return web.json_response({"delivery": delivery})

    async def deliveries(self, request: web.Request) -> web.Response:
        """What it was told lately."""
        await self._guard.reader(request)
        found = await self._webhooks.deliveries(request.match_info["id"])
        return web.json_response({"deliveries": [_delivery(each) for each in found]})

    async def again(self, request: web.Request) -> web.Response:
        """Tell it once more; receivers know a repeat by its id."""
        await self._guard.worker(request)
        if not await self._webhooks.send_again(request.match_info["delivery"], now=utc_now()):
            raise Problem(404, "unknown_delivery", "There is no such delivery; reload the list.")
        return web.json_response({})


def _refused(error: WebhookError) -> Problem:
    return Problem(422, "bad_webhook", f"Change it: {error}.", detail=str(error))


def _hook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "active": webhook.active,
        "failures": webhook.failures,
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    waits = delivery.status == "waiting"
    return {
        "id": delivery.id,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at.isoformat() if waits else None,
        "created_at": delivery.created_at.isoformat(),
        "response": delivery.response,
        "error": delivery.error,
        "payload": delivery.payload,
    }
