"""`/desk/settings/ratings`: when customers are asked how it went, and what a low score leads to."""

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
from handoff.ratings.section import RATINGS, RatingSettings
from handoff.setting.web import kept_or_told

PATH = "/desk/settings/ratings"


class RatingsBody(Body):
    """The settings as they are to be; `version` is the one that was read."""

    value: RatingSettings
    version: int


class RatingsArea:
    """The page of settings and its API, for leads."""

    nav = (NavEntry(PATH, "ratings.title", LEADS, hint="ratings.hint"),)

    def __init__(self, *, frame: Frame, guard: Guard, settings: Settings) -> None:
        """`guard` lets leads and administrators in."""
        self._frame = frame
        self._guard = guard
        self._settings = settings

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/settings/ratings", self.page),
            web.get("/api/settings/ratings", self.read),
            web.post("/api/settings/ratings", self.change),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """All of it on one form."""
        return await self._frame.page(request, "settings_ratings.html", roles=LEADS)

    async def read(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._guard.reader(request)
        return web.json_response(_data(await self._settings.stored(RATINGS, fresh=True)))

    async def change(self, request: web.Request) -> web.Response:
        """Change it."""
        who = await self._guard.worker(request)
        body = await read_body(request, RatingsBody)
        changed = await self._settings.put(
            RATINGS, body.value, version=body.version, by=who.name, now=utc_now()
        )
        return web.json_response(_data(kept_or_told(changed)))


def _data(stored: Stored[RatingSettings]) -> dict[str, Any]:
    return {"value": stored.value.model_dump(), "version": stored.version}
