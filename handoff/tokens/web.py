"""`/desk/settings/tokens`: keys for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.auth_operators import Operators
from core.clock import utc_now
from core.web.area import ADMINISTRATORS, NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem
from handoff.tokens.store import SCOPES, ApiToken, ApiTokens, TokenError
from handoff.web.shapes import People, colleague_data


class TokenBody(Body):
    """A token to make."""

    name: Annotated[Text, Field(max_length=200)]
    scopes: Annotated[tuple[str, ...], Field(max_length=20)]
    operator: Annotated[Text, Field(max_length=40)]


class TokensArea:
    """The page and its API; only administrators get in."""

    nav = (NavEntry("/desk/settings/tokens", "tokens.title", ADMINISTRATORS, hint="tokens.hint"),)

    def __init__(self, *, frame: Frame, guard: Guard, tokens: ApiTokens, operators: Operators) -> None:
        """`guard` lets administrators in and nobody else."""
        self._frame = frame
        self._guard = guard
        self._tokens = tokens
        self._operators = operators

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/settings/tokens", self.page),
            web.get("/api/tokens", self.index),
            web.post("/api/tokens", self.add),
            web.post("/api/tokens/{id:[0-9A-Za-z]{1,40}}/revoke", self.revoke),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """All tokens."""
        return await self._frame.page(
            request, "tokens.html", roles=ADMINISTRATORS, data={"scopes": list(SCOPES)}
        )

    async def index(self, request: web.Request) -> web.Response:
        """All tokens, and the accounts one may act for."""
        await self._guard.reader(request)
        everyone = await self._operators.all()
        people: People = {each.id: each for each in everyone}
        possible = [each for each in everyone if each.active and each.role in DESK_ROLES]
        return web.json_response(
            {
                "tokens": [_data(each, people) for each in await self._tokens.all()],
                "operators": [colleague_data(each.id, people) for each in possible],
            }
        )

    async def add(self, request: web.Request) -> web.Response:
        """A new one; its text is told this once."""
        who = await self._guard.worker(request)
        body = await read_body(request, TokenBody)
        known = await self._operators.find(body.operator)
        if known is None or not known[0].active or known[0].role not in DESK_ROLES:
            raise Problem(
                422, "bad_token_operator", "Choose an active account with a desk.", field="operator"
            )
        try:
            made, text = await self._tokens.add(
                body.name, body.scopes, operator=body.operator, by=who.name, now=utc_now()
            )
        except TokenError as error:
            raise Problem(422, "bad_token_body", f"Change it: {error}.", detail=str(error)) from error
        return web.json_response({"id": made.id, "token": text})

    async def revoke(self, request: web.Request) -> web.Response:
        """From now on it opens nothing."""
        who = await self._guard.worker(request)
        await self._tokens.revoke(request.match_info["id"], by=who.name, now=utc_now())
        return web.json_response({})


def _data(token: ApiToken, people: People) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "operator": colleague_data(token.operator, people),
        "created_at": token.created_at.isoformat(),
        "created_by": token.created_by,
        "used_at": token.used_at.isoformat() if token.used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
