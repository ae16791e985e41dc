"""The page on which leads decide which tags are offered and which topics there are."""

from __future__ import annotations

import secrets
from collections import Counter
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
from handoff.lists.labels import LABELS, MAX_CHARS, Labels, Topic, clean_tag

MOST = 200
"""Tags and topics each: more than anybody chooses from."""
_NAME_CHARS = 60


class TopicRow(Body):
    """A topic as it was edited; a new one has no id yet."""

    id: Annotated[Text, Field(max_length=40)] = ""
    ru: Annotated[Text, Field(max_length=1000)] = ""
    en: Annotated[Text, Field(max_length=1000)] = ""


class LabelsBody(Body):
    """Labels as they were edited, and the version they were edited from."""

    version: int
    tags: list[Annotated[Text, Field(max_length=1000)]] = Field(max_length=MOST)
    topics: list[TopicRow] = Field(max_length=MOST)


Fault = dict[str, str]
"""`field` such as `topics.2.ru`, and `code`: empty, long, twice, id."""


def check(body: LabelsBody) -> tuple[Labels | None, list[Fault]]:
    """The labels, or what is wrong with them, field by field."""
    faults: list[Fault] = []
    if any(len(tag.strip()) > MAX_CHARS for tag in body.tags):
        faults.append({"field": "tags", "code": "long"})
    known = {topic.id for topic in body.topics if topic.id}
    for language in ("ru", "en"):
        names = [getattr(row, language).strip() for row in body.topics]
        counts = Counter(name.casefold() for name in names)
        for number, name in enumerate(names):
            code = (
                "empty" if not name
                else "long" if len(name) > _NAME_CHARS
                else "twice" if counts[name.casefold()] > 1
                else ""
            )  # fmt: skip
            if code:
                faults.append({"field": f"topics.{number}.{language}", "code": code})
    if len(known) < sum(1 for topic in body.topics if topic.id):
        faults.append({"field": "topics", "code": "id"})
    if faults:
        return None, faults
    topics = [
        Topic(id=row.id or f"t{secrets.token_hex(4)}", ru=row.ru.strip(), en=row.en.strip())
        for row in body.topics
    ]
    return Labels(tags=tuple(tag for raw in body.tags if (tag := clean_tag(raw))), topics=tuple(topics)), []


class LabelSettingsArea:
    """`/desk/settings/labels`."""

    nav: Sequence[NavEntry] = (NavEntry("/desk/settings/labels", "nav.labels", LEADS),)

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
        """The page; its script asks for the labels."""
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
        value, faults = check(body)
        if value is None:
            raise Problem(422, "faults", "Mend the fields that are named.", faults=faults)
        done = await self._settings.put(LABELS, value, version=body.version, by=operator.name, now=utc_now())
        if isinstance(done, Conflict):
            raise Problem(409, "labels_changed", "Somebody changed the labels meanwhile; reload the page.")
        return web.json_response({**done.value.model_dump(), "version": done.version})
