"""Pages on which leads settle the tools, and everybody keeps replies of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from core.settings import Section, Settings
from core.web.area import LEADS
from core.web.frame import Frame
from core.web.guard import DESK_ROLES
from core.web.problems import Problem
from handoff.tools.closing import CLOSING
from handoff.tools.coach import coach_section
from handoff.tools.promises import COMPENSATION
from handoff.tools.replies import GIVEN, CannedReply, Variable, own_section, shared_section, unknown_variables
from handoff.tools.web.desk import Desk, must_lead
from handoff.tools.web.sections import changed, faulty, put, shown


class SettingsApi:
    """`/desk/settings/replies`, `/desk/settings/tools`, and what their scripts ask."""

    def __init__(self, *, desk: Desk, frame: Frame, settings: Settings) -> None:
        """Sections are read and written through `settings`."""
        self._desk = desk
        self._frame = frame
        self._settings = settings
        self._sections: Mapping[str, Section[Any]] = {
            "closing": CLOSING, "coach": coach_section(), "compensation": COMPENSATION
        }  # fmt: skip

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Pages and their API."""
        return [
            web.get("/settings/replies", self.replies_page),
            web.get("/settings/tools", self.tools_page),
            web.get("/api/settings/replies", self.replies),
            web.post("/api/settings/replies/shared", self.change_shared),
            web.post("/api/settings/replies/own", self.change_own),
            web.get("/api/settings/tools", self.tools),
            web.post("/api/settings/tools/{section:[0-9a-z]{1,40}}", self.change),
        ]

    async def replies_page(self, request: web.Request) -> web.Response:
        """Canned replies: one's own for everybody, the shared ones for leads."""
        return await self._frame.page(request, "replies.html", roles=DESK_ROLES)

    async def tools_page(self, request: web.Request) -> web.Response:
        """Closing, the coach and compensation."""
        return await self._frame.page(request, "tools.html", roles=LEADS)

    async def replies(self, request: web.Request) -> web.Response:
        """Both lists as they are edited."""
        operator = await self._desk.guard.reader(request)
        return web.json_response(
            {
                "shared": await shown(self._settings, shared_section()),
                "own": await shown(self._settings, own_section(operator.id)),
                "given": {name: {"ru": words[0], "en": words[1]} for name, words in GIVEN.items()},
                "leads": operator.role in LEADS,
            }
        )

    async def change_shared(self, request: web.Request) -> web.Response:
        """Change everybody's replies."""
        operator = await self._desk.guard.worker(request)
        must_lead(operator)
        value, version = await changed(request, shared_section())
        _all_filled(value.replies, value.variables)
        return await put(self._settings, shared_section(), value, version, operator)

    async def change_own(self, request: web.Request) -> web.Response:
        """Change one's own replies."""
        operator = await self._desk.guard.worker(request)
        section = own_section(operator.id)
        value, version = await changed(request, section)
        _all_filled(value.replies, (await self._settings.get(shared_section())).variables)
        return await put(self._settings, section, value, version, operator)

    async def tools(self, request: web.Request) -> web.Response:
        """The sections of the page."""
        must_lead(await self._desk.guard.reader(request))
        return web.json_response(
            {name: await shown(self._settings, section) for name, section in self._sections.items()}
        )

    async def change(self, request: web.Request) -> web.Response:
        """Change one section."""
        operator = await self._desk.guard.worker(request)
        must_lead(operator)
        section = self._sections.get(request.match_info["section"])
        if section is None:
            raise Problem(404, "not_found", "There is no such section.")
        value, version = await changed(request, section)
        return await put(self._settings, section, value, version, operator)


def _all_filled(replies: Sequence[CannedReply], variables: Sequence[Variable]) -> None:
    faults = [
        {
            "at": f"replies.{place}.{language}",
            "kind": "unknown_variable",
            "message": f"nothing fills {{{name}}}",
        }
        for place, language, name in unknown_variables(replies, variables)
    ]
    if faults:
        raise faulty(faults)
