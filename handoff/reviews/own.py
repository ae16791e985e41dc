"""`/desk/my`: one's own figures, and what reviewers said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.clock import utc_now
from core.web.area import NavEntry
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from handoff.reviews.figures import own_figures
from handoff.reviews.store import Reviews, month_before
from handoff.reviews.web import review_data


class OwnArea:
    """The page of whoever asks; nobody sees anybody else's here."""

    nav = (NavEntry("/desk/my", "nav.my", DESK_ROLES),)

    def __init__(
        self, *, frame: Frame, guard: Guard, engine: AsyncEngine, reviews: Reviews, operators: Operators
    ) -> None:
        """`guard` lets in who works with customers."""
        self._frame = frame
        self._guard = guard
        self._engine = engine
        self._reviews = reviews
        self._operators = operators

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [web.get("/my", self.page), web.get("/api/my", self.show)]

    async def page(self, request: web.Request) -> web.Response:
        """Figures and reviews."""
        return await self._frame.page(request, "my.html", roles=DESK_ROLES)

    async def show(self, request: web.Request) -> web.Response:
        """The last thirty days."""
        who = await self._guard.reader(request)
        since = month_before(utc_now())
        figures = await own_figures(self._engine, who.id, since=since)
        said = await self._reviews.of_operator(who.id, since=since)
        names = {each.id: each.display_name for each in await self._operators.all()}
        return web.json_response(
            {"figures": asdict(figures), "reviews": [review_data(each, names) for each in said]}
        )
