"""The pages of the desk."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from handoff.web.frame import Frame
from handoff.words import LANGUAGES

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Pages:
    """`/desk` and `/desk/login`."""

    def __init__(self, *, frame: Frame) -> None:
        """`frame` renders."""
        self._frame = frame

    async def desk(self, request: web.Request) -> web.Response:
        """The desk, or the way to sign in."""
        operator = await self._frame.operator(request)
        if operator is None:
            raise web.HTTPFound("/desk/login")
        return self._frame.render("desk.html", operator.language, operator, request.path)

    async def login(self, request: web.Request) -> web.Response:
        """Signing in; who is signed in goes to the desk."""
        if await self._frame.operator(request) is not None:
            raise web.HTTPFound("/desk")
        return self._frame.render("login.html", _preferred(request))

    async def to_desk(self, _request: web.Request) -> web.Response:
        """`/desk/` is `/desk`."""
        raise web.HTTPFound("/desk")


def _preferred(request: web.Request) -> str:
    """The first language a browser asks for that we speak."""
    for wanted in request.headers.get("Accept-Language", "").split(","):
        if wanted.strip()[:2].lower() in LANGUAGES:
            return wanted.strip()[:2].lower()
    return LANGUAGES[0]


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer: nothing from elsewhere, no framing, and files are asked for before reuse."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    kept = request.path.startswith("/desk/static/")
    response.headers.setdefault("Cache-Control", "no-cache" if kept else "no-store")
