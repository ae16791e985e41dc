"""`/desk/settings`: the way to every page of settings, and the settings of signing in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from aiohttp import web

from core.auth import ROLES, Role
from core.auth_policy import SIGN_IN, SignInPolicy
from core.clock import utc_now
from core.settings import Conflict, Settings, Stored
from core.web.area import ADMINISTRATORS, NavEntry
from core.web.bodies import Body, read_body
from core.web.frame import Frame, Menu
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem

PATH = "/desk/settings/sign-in"


class PolicyBody(Body):
    """Roles that must use a second factor; `version` is the one that was read."""

    second_factor: tuple[str, ...]
    version: int


class SettingsArea:
    """The index and the page of signing in."""

    nav = (
        NavEntry("/desk/settings", "nav.settings", DESK_ROLES),
        NavEntry(PATH, "sign_in.title", ADMINISTRATORS, hint="sign_in.hint"),
    )

    def __init__(self, *, frame: Frame, guard: Guard, menu: Menu, settings: Settings) -> None:
        """`guard` lets administrators in; `menu` knows the pages of settings."""
        self._frame = frame
        self._guard = guard
        self._menu = menu
        self._settings = settings

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Both pages and what their scripts ask."""
        return [
            web.get("/settings", self.index),
            web.get("/settings/sign-in", self.sign_in),
            web.get("/api/settings/sign-in", self.policy),
            web.post("/api/settings/sign-in", self.change_policy),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """All pages of settings that are for whoever asks."""
        operator = await self._frame.operator(request)
        pages = self._menu.settings(operator)
        return await self._frame.page(request, "settings.html", roles=DESK_ROLES, pages=pages)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Who must use a second factor."""
        return await self._frame.page(
            request, "settings_sign_in.html", roles=ADMINISTRATORS, data={"roles": list(ROLES)}
        )

    async def policy(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._guard.reader(request)
        return web.json_response(_data(await self._settings.stored(SIGN_IN, fresh=True)))

    async def change_policy(self, request: web.Request) -> web.Response:
        """Change it; who must set one up is asked for it on their next click."""
        who = await self._guard.worker(request)
        body = await read_body(request, PolicyBody)
        unknown = [role for role in body.second_factor if role not in ROLES]
        if unknown:
            raise Problem(422, "unknown_role", f"There is no role {unknown[0]!r}.", field="second_factor")
        value = SignInPolicy(second_factor=cast(tuple[Role, ...], body.second_factor))
        changed = await self._settings.put(SIGN_IN, value, version=body.version, by=who.name, now=utc_now())
        return web.json_response(_data(kept_or_told(changed)))


def kept_or_told(changed: Stored[Any] | Conflict[Any]) -> Stored[Any]:
    """What was stored.

    Raises:
        Problem: 409 if somebody else changed it meanwhile.
    """
    if isinstance(changed, Conflict):
        text = f"{changed.now.changed_by} changed this meanwhile; look at it and save again."
        raise Problem(409, "settings_changed", text, who=changed.now.changed_by, version=changed.now.version)
    return changed


def _data(stored: Stored[SignInPolicy]) -> dict[str, Any]:
    return {"second_factor": list(stored.value.second_factor), "version": stored.version}
