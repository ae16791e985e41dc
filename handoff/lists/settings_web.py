"""The page on which leads decide which tags are offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.clock import utc_now
from core.settings import Conflict, Settings
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.lists.labels import LABELS, MAX_CHARS, Labels, clean_tag

MOST = 200
"""Tags at most: more than anybody chooses from."""


class LabelsBody(Body):
    """Tags as they were edited, and the version they were edited from."""

    version: int
    tags: list[Annotated[Text, Field(max_length=1000)]] = Field(max_length=MOST)


class LabelSettingsArea:
    """`/desk/settings/labels`."""

    nav: Sequence[NavEntry] = (NavEntry("/desk/settings/labels", "labels.title", LEADS, hint="hints.labels"),)

    def __init__(self, *, frame: Frame, guard: Guard, settings: Settings) -> None:
        """`guard` lets leads and administrators through."""
        self._frame = frame
        self._guard = guard
        self._settings = settings

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """For leads and administrators."""
        return (
            web.get("/settings/labels", self.page),
            web.get("/api/settings/labels", self.show),
            web.post("/api/settings/labels", self.save),
        )

    async def page(self, request: web.Request) -> web.Response:
        """The page; its script asks for the tags."""
        return await self._frame.page(request, "lists_labels.html", roles=LEADS)

    async def show(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._guard.reader(request)
        found = await self._settings.stored(LABELS, fresh=True)
        return web.json_response({**found.value.model_dump(), "version": found.version})

    async def save(self, request: web.Request) -> web.Response:
        """Change it."""
        operator = await self._guard.worker(request)
        body = await read_body(request, LabelsBody)
        if any(len(tag.strip()) > MAX_CHARS for tag in body.tags):
            faults = [{"field": "tags", "code": "long"}]
            raise Problem(422, "faults", f"A tag has {MAX_CHARS} letters at most; shorten it.", faults=faults)
        value = Labels(tags=tuple(tag for raw in body.tags if (tag := clean_tag(raw))))
        done = await self._settings.put(LABELS, value, version=body.version, by=operator.name, now=utc_now())
        if isinstance(done, Conflict):
            raise Problem(409, "labels_changed", "Somebody changed the tags meanwhile; reload the page.")
        return web.json_response({**done.value.model_dump(), "version": done.version})
