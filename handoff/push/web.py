"""`/desk/sw.js` and `/desk/api/push`: a browser asks to be told, and shows what it is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.clock import utc_now
from core.web.area import NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.guard import Guard
from core.web.problems import Problem
from core.web.words import Words
from handoff.push.keys import PushKeys
from handoff.push.store import Subscriptions
from handoff.push.types import KINDS, PushError, kinds_of

WORKER = Path(__file__).parents[1] / "web" / "static" / "push_worker.js"


class KeysBody(Body):
    """The keys that a browser made for its subscription, in base 64 for URLs."""

    p256dh: Annotated[Text, Field(max_length=120)]
    auth: Annotated[Text, Field(max_length=40)]


class SubscriptionBody(Body):
    """A browser's subscription, and what it wants to be told."""

    endpoint: Annotated[Text, Field(max_length=1000)]
    keys: KeysBody
    kinds: Annotated[tuple[str, ...], Field(max_length=20)]


class PushArea:
    """The service worker and the API of the card on the account's page."""

    nav: Sequence[NavEntry] = ()

    def __init__(self, *, guard: Guard, subscriptions: Subscriptions, keys: PushKeys, words: Words) -> None:
        """`guard` lets in who works at the desk."""
        self._guard = guard
        self._subscriptions = subscriptions
        self._keys = keys
        self._worker = _worker(words)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The worker, and what the card's script asks."""
        return [
            web.get("/sw.js", self.worker),
            web.get("/api/push", self.index),
            web.post("/api/push", self.put),
            web.post("/api/push/{id:[0-9a-f]{16,40}}/remove", self.remove),
        ]

    async def worker(self, _request: web.Request) -> web.Response:
        """The service worker with its words; browsers fetch it without anybody being signed in."""
        headers = {"Service-Worker-Allowed": "/desk", "Cache-Control": "no-cache"}
        return web.Response(text=self._worker, content_type="text/javascript", headers=headers)

    async def index(self, request: web.Request) -> web.Response:
        """The key to subscribe with (empty: Web Push is off), what one may be told, and one's browsers."""
        who = await self._guard.reader(request)
        signer = await self._keys.signer(now=utc_now())
        own = await self._subscriptions.of(who.id)
        return web.json_response(
            {
                "key": signer.public if signer else "",
                "kinds": list(kinds_of(who.role)),
                "subscriptions": [{"id": each.id, "kinds": list(each.kinds)} for each in own],
            }
        )

    async def put(self, request: web.Request) -> web.Response:
        """Tell this browser, or tell it something else."""
        who = await self._guard.worker(request)
        body = await read_body(request, SubscriptionBody)
        allowed = kinds_of(who.role)
        try:
            id_ = await self._subscriptions.put(
                who.id,
                endpoint=body.endpoint,
                p256dh=body.keys.p256dh,
                auth=body.keys.auth,
                kinds=[each for each in body.kinds if each in allowed],
                now=utc_now(),
            )
        except PushError as error:
            raise Problem(
                422, "bad_subscription", f"It cannot be told: {error}.", detail=str(error)
            ) from error
        return web.json_response({"id": id_})

    async def remove(self, request: web.Request) -> web.Response:
        """Tell one of one's own browsers no more; that it was not told is fine too."""
        who = await self._guard.worker(request)
        await self._subscriptions.remove(who.id, request.match_info["id"])
        return web.json_response({})


def _worker(words: Words) -> str:
    """A worker cannot ask the page for words, so they stand before its script."""
    told = {
        language: {"brand": own["brand"], **{kind: own[f"push_told.{kind}"] for kind in KINDS}}
        for language, own in words.items()
    }
    return f"const WORDS = {json.dumps(told)};\n{WORKER.read_text('utf-8')}"
