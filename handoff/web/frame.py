"""The frame every page of the desk stands in: menu, words, language."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from core.auth import Operator, Role
from core.auth_signin import SignIn
from core.auth_web import token_of
from handoff.web.area import NavEntry
from handoff.web.guard import DESK_ROLES
from handoff.words import LANGUAGES, Words

DESK = NavEntry("/desk", "nav.desk", DESK_ROLES)
_TEMPLATES = Path(__file__).parent / "templates"
_MARKS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Frame:
    """Renders templates of `handoff/web/templates` for whoever is signed in."""

    def __init__(self, *, sign_in: SignIn, words: Words) -> None:
        """`words` of all pages by language."""
        self._sign_in = sign_in
        self._words = words
        self._nav: list[NavEntry] = [DESK]
        # "<" is escaped so that no text can end the element it is put into.
        self._json = _script_json(words)
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(("html",)),
            undefined=StrictUndefined,
        )

    def add_to_menu(self, entries: Sequence[NavEntry]) -> None:
        """Further lines of the menu; each role sees those that are for it."""
        self._nav += entries

    async def operator(self, request: web.Request) -> Operator | None:
        """Who is signed in at this browser, or None."""
        session = await self._sign_in.session(token_of(request))
        return None if session is None else session.operator

    async def page(
        self, request: web.Request, template: str, *, roles: Collection[Role], **values: Any
    ) -> web.Response:
        """A page for `roles`; others are sent to sign in, or told that it is not theirs (403).

        `values` are for the template; `data`, where given, reaches its script as JSON in `#data`.
        """
        operator = await self.operator(request)
        if operator is None:
            raise web.HTTPFound("/desk/login")
        if operator.role not in roles:
            return self.render("forbidden.html", operator.language, operator, request.path, status=403)
        return self.render(template, operator.language, operator, request.path, **values)

    def render(
        self,
        template: str,
        language: str,
        operator: Operator | None = None,
        path: str = "",
        *,
        status: int = 200,
        data: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> web.Response:
        """A template in one language (the first known one where it is unknown)."""
        known = language if language in self._words else LANGUAGES[0]
        nav = [entry for entry in self._nav if operator is not None and operator.role in entry.roles]
        text = self._templates.get_template(template).render(
            language=known,
            say=self._words[known].__getitem__,
            words=self._json,
            operator=operator,
            nav=nav,
            path=path,
            data=None if data is None else _script_json(data),
            **values,
        )
        return web.Response(text=text, content_type="text/html", status=status)


def _script_json(value: Any) -> Markup:
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.translate(_MARKS))  # noqa: S704 - our own values, and marks are escaped
