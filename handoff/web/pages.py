"""The pages of the desk."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from core.auth_signin import SignIn
from core.auth_web import token_of
from handoff.words import LANGUAGES, Words

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Pages:
    """`/desk` and `/desk/login`."""

    def __init__(self, *, sign_in: SignIn, words: Words) -> None:
        """`words` of the desk, by language."""
        self._sign_in = sign_in
        self._words = words
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=select_autoescape(("html",))
        )

    async def desk(self, request: web.Request) -> web.Response:
        """The desk, or the way to sign in."""
        session = await self._sign_in.session(token_of(request))
        if session is None:
            raise web.HTTPFound("/desk/login")
        return self._page("desk.html", session.operator.language)

    async def login(self, request: web.Request) -> web.Response:
        """Signing in; who is signed in goes to the desk."""
        if await self._sign_in.session(token_of(request)) is not None:
            raise web.HTTPFound("/desk")
        return self._page("login.html", _preferred(request))

    async def to_desk(self, _request: web.Request) -> web.Response:
        """`/desk/` is `/desk`."""
        raise web.HTTPFound("/desk")

    def _page(self, template: str, language: str) -> web.Response:
        known = language if language in self._words else LANGUAGES[0]
        # "<" is escaped so that no text can end the element it is put into.
        words = json.dumps(self._words, ensure_ascii=False).replace("<", "\\u003c")
        text = self._templates.get_template(template).render(
            language=known,
            say=self._words[known].__getitem__,
            words=Markup(words),  # noqa: S704 - our own files, and "<" is escaped
        )
        return web.Response(text=text, content_type="text/html")


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
