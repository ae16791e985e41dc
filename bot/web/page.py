"""The customer's page at `/`: one template and the modules it loads, nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from bot.texts import LANGUAGES, Texts

_HERE = Path(__file__).parent
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Files:
    """The files of the page; `version` changes whenever one of them does, so browsers may keep them."""

    version: str
    contents: Mapping[str, bytes]


def load_files(folder: Path = _HERE / "static") -> Files:
    """Read the page's files."""
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return Files(digest.hexdigest()[:16], contents)


class Page:
    """Serves the page and its files."""

    def __init__(
        self,
        *,
        texts: Texts,
        company: Mapping[str, str],
        max_text_chars: int,
        max_wait_s: float,
        files: Files | None = None,
    ) -> None:
        """`company`: its name by language."""
        self._files = files or load_files()
        self._words = {
            language: {**texts.section("webchat", language), "company": company[language]}
            for language in LANGUAGES
        }
        self._default_language = texts.default_language
        self._settings = {"max_text_chars": max_text_chars, "wait_s": min(25.0, max_wait_s)}
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=select_autoescape(("html",)),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("chat.html")

    async def show(self, request: web.Request) -> web.Response:
        """The page, in the language the browser asks for; it may be changed there."""
        language = preferred_language(request.headers.get("Accept-Language", ""), self._default_language)
        data = {"words": self._words, "language": language, **self._settings}
        # "<" is escaped so that no text can end the element it is put into.
        embedded = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        html = self._template.render(
            language=language,
            words=self._words[language],
            base=f"/chat/static/{self._files.version}",
            data=Markup(embedded),  # noqa: S704 - our own wording files, and "<" is escaped
        )
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        """A file of the page; under an old version the present one, not to be kept."""
        name = request.match_info["name"]
        content = self._files.contents.get(name)
        if content is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self._files.version
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(
            body=content, content_type=_TYPES[Path(name).suffix], charset="utf-8", headers=headers
        )


def preferred_language(accepted: str, default: str) -> str:
    """The first language of an `Accept-Language` that we speak."""
    for wanted in accepted.split(","):
        language = wanted.strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return default


def add_page(
    app: web.Application,
    *,
    texts: Texts,
    company: Mapping[str, str],
    max_text_chars: int,
    max_wait_s: float,
) -> None:
    """Serve the customer's page at `/`.

    Args:
        app: The application.
        texts: Words of the page, under `webchat`.
        company: Name of the company by language.
        max_text_chars: As the API has it.
        max_wait_s: As the API has it.
    """
    page = Page(texts=texts, company=company, max_text_chars=max_text_chars, max_wait_s=max_wait_s)
    app.add_routes([web.get("/", page.show), web.get("/chat/static/{version}/{name}", page.file)])
