"""A page of settings that is one section on one form, for leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, create_model

from core.clock import utc_now
from core.settings import Section, Settings, Stored
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, read_body
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.setting.web import kept_or_told

ModelT = TypeVar("ModelT", bound=BaseModel)


class SectionArea(Generic[ModelT]):
    """`/desk/settings/NAME` and its API; the page is `settings_NAME.html`."""

    def __init__(
        self,
        *,
        name: str,
        word: str,
        hint: str,
        section: Section[ModelT],
        frame: Frame,
        guard: Guard,
        settings: Settings,
    ) -> None:
        """`word` and `hint` are keys of its words; `guard` lets leads and administrators in."""
        self.nav = (NavEntry(f"/desk/settings/{name}", word, LEADS, hint=hint),)
        self._name = name
        self._section = section
        self._frame = frame
        self._guard = guard
        self._settings = settings
        self._body: Any = create_model(
            "Changed", __base__=Body, value=(section.model, ...), version=(int, ...)
        )

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get(f"/settings/{self._name}", self.page),
            web.get(f"/api/settings/{self._name}", self.read),
            web.post(f"/api/settings/{self._name}", self.change),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """All of it on one form."""
        return await self._frame.page(request, f"settings_{self._name}.html", roles=LEADS)

    async def read(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._guard.reader(request)
        return web.json_response(_data(await self._settings.stored(self._section, fresh=True)))

    async def change(self, request: web.Request) -> web.Response:
        """Change it; `version` in the body is the one that was read."""
        who = await self._guard.worker(request)
        body = await read_body(request, self._body)
        changed = await self._settings.put(
            self._section, body.value, version=body.version, by=who.name, now=utc_now()
        )
        return web.json_response(_data(kept_or_told(changed)))


def _data(stored: Stored[Any]) -> dict[str, Any]:
    return {"value": stored.value.model_dump(), "version": stored.version}
