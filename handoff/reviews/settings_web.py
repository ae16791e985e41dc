"""`/desk/settings/reviews`: the list that conversations are scored by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from core.clock import utc_now
from core.settings import Settings, Stored
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, read_body
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.reviews.section import REVIEWS, ReviewSettings
from handoff.setting.web import kept_or_told


class CriteriaBody(Body):
    """The list as it is to be; `version` is the one that was read."""

    value: ReviewSettings
    version: int


class CriteriaArea:
    """The page of settings and its API, for leads."""

    nav = (NavEntry("/desk/settings/reviews", "reviews.list", LEADS, hint="reviews.list_hint"),)

    def __init__(self, *, frame: Frame, guard: Guard, settings: Settings) -> None:
        """`guard` lets leads and administrators in."""
        self._frame = frame
        self._guard = guard
        self._settings = settings

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/settings/reviews", self.page),
            web.get("/api/settings/reviews", self.read),
            web.post("/api/settings/reviews", self.change),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The list."""
        return await self._frame.page(request, "settings_reviews.html", roles=LEADS)

    async def read(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._guard.reader(request)
        return web.json_response(_data(await self._settings.stored(REVIEWS, fresh=True)))

    async def change(self, request: web.Request) -> web.Response:
        """Change it; reviews made before keep the list they were made with."""
        who = await self._guard.worker(request)
        body = await read_body(request, CriteriaBody)
        changed = await self._settings.put(
            REVIEWS, body.value, version=body.version, by=who.name, now=utc_now()
        )
        return web.json_response(_data(kept_or_told(changed)))


def _data(stored: Stored[ReviewSettings]) -> dict[str, Any]:
    return {"value": stored.value.model_dump(), "version": stored.version}
