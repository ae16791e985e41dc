"""Pages from templates, and the headers of all that a browser is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from core.web.words import LANGUAGES, Words

SHARED = Path(__file__).parent / "static"
"""Styles and scripts that the pages of every part use, served under `/shared`."""

_TEMPLATES = Path(__file__).parent / "templates"
_MARKS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_SHARING = web.AppKey("sharing", bool)


class Templates:
    """Renders the templates of one folder, and those that all share, with the words of one part."""

    def __init__(self, folder: Path, words: Words) -> None:
        """`words` by language; the scripts get all of them, so that switching needs no request."""
        self._words = words
        self._json = _script_json(words)
        self._templates = Environment(
            loader=FileSystemLoader([folder, _TEMPLATES]),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
        )

    def page(
        self, template: str, language: str, *, data: Mapping[str, Any] | None = None, **values: Any
    ) -> web.Response:
        """A page in a language, the first one where we do not speak it; `data` is for its script."""
        known = language if language in self._words else LANGUAGES[0]
        text = self._templates.get_template(template).render(
            language=known,
            say=self._words[known].__getitem__,
            words=self._json,
            data=None if data is None else _script_json(data),
            **values,
        )
        return web.Response(text=text, content_type="text/html")


def _script_json(value: Any) -> Markup:
    """JSON for a script element: marks are escaped so that no text can end the element it is put into."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.translate(_MARKS))  # noqa: S704 - our own values, and marks are escaped


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
