"""Pages from templates, and the headers of all that a browser is given."""

from __future__ import annotations

import json
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from core.web.words import LANGUAGES, Words

SHARED = Path(__file__).parent / "static"
"""Styles and scripts that the pages of every part use, served under `/shared`."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_SHARING = web.AppKey("sharing", bool)


class Templates:
    """Renders the templates of one folder with the words of one part."""

    def __init__(self, folder: Path, words: Words) -> None:
        """`words` by language; the scripts get all of them, so that switching needs no request."""
        self._words = words
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=select_autoescape(("html",))
        )

    def page(self, template: str, language: str) -> web.Response:
        """A page in a language, the first one where we do not speak it."""
        known = language if language in self._words else LANGUAGES[0]
        # "<" is escaped so that no text can end the element it is put into.
        words = json.dumps(self._words, ensure_ascii=False).replace("<", "\\u003c")
        text = self._templates.get_template(template).render(
            language=known,
            say=self._words[known].__getitem__,
            words=Markup(words),  # noqa: S704 - our own files, and "<" is escaped
        )
        return web.Response(text=text, content_type="text/html")


def preferred_language(request: web.Request) -> str:
    """The first language a browser asks for that we speak."""
    for wanted in request.headers.get("Accept-Language", "").split(","):
        if wanted.strip()[:2].lower() in LANGUAGES:
            return wanted.strip()[:2].lower()
    return LANGUAGES[0]


def add_shared(app: web.Application) -> None:
    """Serve what pages share; asking twice is harmless."""
    if _SHARING in app:
        return
    app[_SHARING] = True
    shared = web.Application()
    shared.on_response_prepare.append(protect)
    shared.router.add_static("/", SHARED)
    app.add_subapp("/shared", shared)


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer: nothing from elsewhere, no framing, and files are asked for before reuse."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    kept = "/static/" in request.path or request.path.startswith("/shared/")
    response.headers.setdefault("Cache-Control", "no-cache" if kept else "no-store")
