"""The pages of the desk."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from core.auth_signin import SignIn
from core.auth_web import token_of
from core.web.guard import DESK_ROLES
from core.web.pages import Templates, preferred_language
from handoff.words import Words

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

EDITORS_HOME = "/kb/phrases"
"""Where those go who have no desk."""


class Pages:
    """`/desk` and `/desk/login`."""

    def __init__(self, *, sign_in: SignIn, words: Words) -> None:
        """`words` of the desk, by language."""
        self._sign_in = sign_in
        self._templates = Templates(_HERE / "templates", words)

    async def desk(self, request: web.Request) -> web.Response:
        """The desk, or the way to sign in; editors go to the knowledge base."""
        session = await self._sign_in.session(token_of(request))
        if session is None:
            raise web.HTTPFound("/desk/login")
        if session.operator.role not in DESK_ROLES:
            raise web.HTTPFound(EDITORS_HOME)
        return self._templates.page("desk.html", session.operator.language)

    async def login(self, request: web.Request) -> web.Response:
        """Signing in; who is signed in goes to the desk."""
        if await self._sign_in.session(token_of(request)) is not None:
            raise web.HTTPFound("/desk")
        return self._templates.page("login.html", preferred_language(request))

    async def to_desk(self, _request: web.Request) -> web.Response:
        """`/desk/` is `/desk`."""
        raise web.HTTPFound("/desk")
