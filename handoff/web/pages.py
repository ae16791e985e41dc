"""The pages of the desk."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from core.web.frame import Frame
from core.web.guard import DESK_ROLES
from core.web.pages import preferred_language

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
TEMPLATES = _HERE / "templates"
EDITORS_HOME = "/kb/phrases"
"""Where those go who work with articles and not with customers."""


class Pages:
    """`/desk` and `/desk/login`."""

    def __init__(self, *, frame: Frame) -> None:
        """`frame` renders."""
        self._frame = frame

    async def desk(self, request: web.Request) -> web.Response:
        """The desk, or the way to sign in; editors go to the knowledge base."""
        operator = await self._frame.operator(request)
        if operator is None:
            raise web.HTTPFound("/desk/login")
        if operator.role not in DESK_ROLES:
            raise web.HTTPFound(EDITORS_HOME)
        return self._frame.render(request, "desk.html", operator.language, operator)

    async def login(self, request: web.Request) -> web.Response:
        """Signing in; who is signed in goes to the desk."""
        if await self._frame.operator(request) is not None:
            raise web.HTTPFound("/desk")
        return self._frame.render(request, "login.html", preferred_language(request))

    async def to_desk(self, _request: web.Request) -> web.Response:
        """`/desk/` is `/desk`."""
        raise web.HTTPFound("/desk")
