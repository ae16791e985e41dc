"""`/desk/api/account/second`: setting up one's second factor and turning it off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import segno
from aiohttp import web
from pydantic import Field

from core.auth_limits import AttemptLimit
from core.auth_second import SecondFactor
from core.auth_web import client_address
from core.clock import utc_now
from core.web.area import NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.guard import Guard
from core.web.problems import Problem


class Code(Body):
    """A code of the app, or a recovery code."""

    code: Annotated[Text, Field(max_length=40)]


class SecondFactorArea:
    """Everybody's own second factor; its page is the account's."""

    nav: Sequence[NavEntry] = ()

    def __init__(self, *, guard: Guard, second: SecondFactor, limit: AttemptLimit, behind_tls: bool) -> None:
        """`guard` lets every role in, also before enrolment; `limit` slows those who guess codes."""
        self._guard = guard
        self._second = second
        self._limit = limit
        self._behind_tls = behind_tls

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What the account's script asks."""
        return [
            web.get("/api/account/second", self.show),
            web.post("/api/account/second/begin", self.begin),
            web.post("/api/account/second/confirm", self.confirm),
            web.post("/api/account/second/off", self.turn_off),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Whether it is on, and whether it has to be."""
        await self._guard.reader(request)
        session = await self._guard.session(request)
        on = await self._second.on(session.operator.id)
        return web.json_response({"on": on, "must_enrol": session.must_enrol})

    async def begin(self, request: web.Request) -> web.Response:
        """A new secret, as text and as a picture to scan; the old one holds until this one is confirmed."""
        operator = await self._guard.worker(request)
        made = await self._second.begin(operator.id, operator.name)
        picture = segno.make(made.uri, error="m").svg_data_uri(scale=5, border=3, light="#fff", dark="#000")
        return web.json_response({"secret": made.secret, "uri": made.uri, "picture": picture})

    async def confirm(self, request: web.Request) -> web.Response:
        """Turn it on; the recovery codes are told this once."""
        operator = await self._guard.worker(request)
        body = await read_body(request, Code)
        await self._slow_down(request, operator.name)
        codes = await self._second.confirm(
            operator.id, body.code.replace(" ", ""), by=operator.name, now=utc_now()
        )
        if codes is None:
            raise _wrong()
        await self._forgive(request, operator.name)
        return web.json_response({"recovery": codes})

    async def turn_off(self, request: web.Request) -> web.Response:
        """Turn it off with a code of it."""
        operator = await self._guard.worker(request)
        body = await read_body(request, Code)
        await self._slow_down(request, operator.name)
        if await self._second.check(operator.id, body.code, now=utc_now()) is None:
            raise _wrong()
        await self._second.turn_off(operator.id, by=operator.name, now=utc_now())
        await self._forgive(request, operator.name)
        return web.json_response({})

    async def _slow_down(self, request: web.Request, name: str) -> None:
        address = client_address(request, behind_proxy=self._behind_tls)
        wait_s = await self._limit.wait_s(name, address)
        if wait_s:
            text = f"Too many attempts; wait {wait_s} seconds and try again."
            raise Problem(429, "too_many_attempts", text, retry_after_s=wait_s)

    async def _forgive(self, request: web.Request, name: str) -> None:
        await self._limit.forgive(name, client_address(request, behind_proxy=self._behind_tls))


def _wrong() -> Problem:
    return Problem(403, "wrong_code", "The code is wrong or was used; wait for the next one.")
