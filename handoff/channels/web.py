"""`/desk/settings/channels`: where customers write, how to set it up, and a test of each."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from core.web.area import ADMINISTRATORS, NavEntry
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.channels.ports import Channels


class ChannelsArea:
    """The page and its API; only administrators get in."""

    nav = (NavEntry("/desk/settings/channels", "channels.title", ADMINISTRATORS, hint="channels.hint"),)

    def __init__(self, *, frame: Frame, guard: Guard, channels: Channels) -> None:
        """`guard` lets administrators in and nobody else."""
        self._frame = frame
        self._guard = guard
        self._channels = channels

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/settings/channels", self.page),
            web.get("/api/channels", self.index),
            web.post("/api/channels/{name:[0-9a-z]{1,20}}/test", self.test),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """All channels."""
        return await self._frame.page(request, "channels.html", roles=ADMINISTRATORS)

    async def index(self, request: web.Request) -> web.Response:
        """How each channel is."""
        await self._guard.reader(request)
        found = [
            {"name": each.name, "state": each.state, "way": each.way} for each in self._channels.states()
        ]
        return web.json_response({"channels": found})

    async def test(self, request: web.Request) -> web.Response:
        """Ask a channel now whether it works."""
        await self._guard.worker(request)
        verdict = await self._channels.test(request.match_info["name"])
        if verdict is None:
            raise Problem(404, "unknown_channel", "There is no such channel; reload the page.")
        found = {"ok": verdict.ok, "code": verdict.code, "values": dict(verdict.values)}
        return web.json_response({"verdict": found})
