"""The frame every signed-in page stands in: menu by role, words, language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from core.auth import Operator, Role
from core.auth_signin import SignIn
from core.auth_web import token_of
from core.web.area import NavEntry
from core.web.guard import DESK_ROLES
from core.web.pages import Templates
from core.web.words import Words

ENROLMENT = "/desk/account"
"""Where a second factor is set up."""
SETTINGS = "/desk/settings"
"""The page that leads to all settings."""
DESK = NavEntry("/desk", "nav.desk", DESK_ROLES)


class Menu:
    """The lines of the menu, the same on every page; areas add theirs when the application is composed."""

    def __init__(self) -> None:
        self._entries: list[NavEntry] = [DESK]

    def add(self, entries: Sequence[NavEntry]) -> None:
        """Further lines, after those that are there."""
        self._entries += entries

    def of(self, operator: Operator | None) -> list[NavEntry]:
        """What somebody sees of it: nothing before signing in."""
        return [each for each in self._for(operator) if not each.hint]

    def here(self, path: str) -> str:
        """The line that stands for a page: its own, that of the page above it, or that of all settings."""
        above = [each for each in self._entries if path == each.path or path.startswith(f"{each.path}/")]
        if not above:
            return ""
        nearest = max(above, key=lambda entry: len(entry.path))
        return SETTINGS if nearest.hint else nearest.path

    def settings(self, operator: Operator | None) -> list[NavEntry]:
        """The pages of settings somebody may change."""
        return [each for each in self._for(operator) if each.hint]

    def _for(self, operator: Operator | None) -> list[NavEntry]:
        return [each for each in self._entries if operator is not None and operator.role in each.roles]


class Frame:
    """Renders the pages of one part for whoever is signed in."""

    def __init__(self, *, sign_in: SignIn, words: Words, templates: Path, menu: Menu, api: str) -> None:
        """Prepare the pages.

        Args:
            sign_in: Knows the sessions.
            words: Of this part's pages, by language.
            templates: Folder of this part's templates; they may extend `frame.html`.
            menu: Shared by the frames of all parts.
            api: Where the scripts of its pages send requests, such as `/desk/api`.
        """
        self._sign_in = sign_in
        self._templates = Templates(templates, words)
        self._menu = menu
        self._api = api

    async def operator(self, request: web.Request) -> Operator | None:
        """Who is signed in at this browser, or None; who must set up a second factor is sent to do so."""
        session = await self._sign_in.session(token_of(request))
        if session is not None and session.must_enrol and request.path != ENROLMENT:
            raise web.HTTPFound(ENROLMENT)
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
            return self.render(request, "forbidden.html", operator.language, operator, status=403)
        return self.render(request, template, operator.language, operator, **values)

    def render(
        self,
        request: web.Request,
        template: str,
        language: str,
        operator: Operator | None = None,
        *,
        status: int = 200,
        data: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> web.Response:
        """A template in one language (the first known one where it is unknown)."""
        response = self._templates.page(
            template,
            language,
            data=data,
            api=self._api,
            operator=operator,
            nav=self._menu.of(operator),
            here=self._menu.here(request.path),
            **values,
        )
        response.set_status(status)
        return response
