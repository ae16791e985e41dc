"""`/desk/people`: administrators look after accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from aiohttp import web

from core.auth import ROLES, Operator
from core.auth_accounts import Accounts, Change, LastAdministratorError, UnknownOperatorError
from core.auth_operators import OperatorError, Operators
from core.auth_passwords import random_password
from core.auth_second import SecondFactor
from core.auth_sessions import OpenSession, Sessions
from core.clock import utc_now
from core.web.area import ADMINISTRATORS, NavEntry
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.people.bodies import NewPerson, PersonChange
from handoff.web.bodies import read_body

_ID = "{id:[0-9A-Za-z_-]{1,40}}"


class PeopleArea:
    """The page and its API; only administrators get in."""

    nav = (NavEntry("/desk/people", "nav.people", ADMINISTRATORS, hint="hints.people"),)

    def __init__(
        self,
        *,
        frame: Frame,
        guard: Guard,
        operators: Operators,
        accounts: Accounts,
        sessions: Sessions,
        second: SecondFactor,
    ) -> None:
        """`guard` lets administrators in and nobody else."""
        self._frame = frame
        self._guard = guard
        self._operators = operators
        self._accounts = accounts
        self._sessions = sessions
        self._second = second

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/people", self.page),
            web.get("/api/people", self.index),
            web.post("/api/people", self.add),
            web.post(f"/api/people/{_ID}", self.change),
            web.post(f"/api/people/{_ID}/password", self.new_password),
            web.get(f"/api/people/{_ID}/sessions", self.sessions),
            web.post(f"/api/people/{_ID}/sessions/end", self.end_sessions),
            web.post(f"/api/people/{_ID}/second/off", self.reset_second),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Everybody with an account."""
        return await self._frame.page(
            request, "people.html", roles=ADMINISTRATORS, data={"roles": list(ROLES)}
        )

    async def index(self, request: web.Request) -> web.Response:
        """All accounts."""
        await self._guard.reader(request)
        return web.json_response({"people": [person_data(each) for each in await self._operators.all()]})

    async def add(self, request: web.Request) -> web.Response:
        """Make an account; its password is told this once."""
        who = await self._guard.worker(request)
        body = await read_body(request, NewPerson)
        password = random_password()
        try:
            made = await self._operators.add(
                body.name.strip(),
                password=password,
                role=body.role,
                language=body.language,
                display_name=" ".join(body.display_name.split()),
                by=who.name,
                now=utc_now(),
            )
        except OperatorError as error:
            _refuse(error)
        return web.json_response({"person": person_data(made), "password": password})

    async def change(self, request: web.Request) -> web.Response:
        """Change an account; one that may not sign in any more loses its sessions at once."""
        who = await self._guard.worker(request)
        body = await read_body(request, PersonChange)
        operator_id = request.match_info["id"]
        change = Change(body.display_name, body.role, body.language, body.active)
        try:
            await self._accounts.change(operator_id, change, by=who.name, now=utc_now())
        except OperatorError as error:
            _refuse(error)
        if body.active is False:
            await self._sessions.revoke_all(operator_id)
        return web.json_response({})

    async def new_password(self, request: web.Request) -> web.Response:
        """A new random password, told this once; the old one and all sessions end."""
        who = await self._guard.worker(request)
        operator_id = request.match_info["id"]
        try:
            password = await self._accounts.new_password(operator_id, by=who.name, now=utc_now())
        except OperatorError as error:
            _refuse(error)
        await self._sessions.revoke_all(operator_id)
        return web.json_response({"password": password})

    async def sessions(self, request: web.Request) -> web.Response:
        """Where somebody is signed in."""
        await self._guard.reader(request)
        found = await self._sessions.listed(request.match_info["id"])
        on = await self._second.on(request.match_info["id"])
        return web.json_response({"sessions": [session_data(each) for each in found], "second": on})

    async def end_sessions(self, request: web.Request) -> web.Response:
        """Sign somebody out everywhere."""
        await self._guard.worker(request)
        return web.json_response({"ended": await self._sessions.revoke_all(request.match_info["id"])})

    async def reset_second(self, request: web.Request) -> web.Response:
        """Turn somebody's second factor off: their phone is lost, and so are the recovery codes."""
        who = await self._guard.worker(request)
        await self._second.turn_off(request.match_info["id"], by=who.name, now=utc_now())
        await self._sessions.revoke_all(request.match_info["id"])
        return web.json_response({})


def person_data(operator: Operator) -> dict[str, Any]:
    """An account as administrators see it."""
    return {
        "id": operator.id,
        "name": operator.name,
        "display_name": operator.display_name,
        "role": operator.role,
        "language": operator.language,
        "active": operator.active,
    }


def session_data(session: OpenSession, *, own: str = "") -> dict[str, Any]:
    """A sign-in; `own` is the id of the one that asks."""
    return {
        "id": session.id,
        "created_at": session.created_at.isoformat(),
        "seen_at": session.seen_at.isoformat(),
        "address": session.address,
        "agent": session.agent,
        "this": session.id == own,
    }


def _refuse(error: OperatorError) -> NoReturn:
    match error:
        case UnknownOperatorError():
            raise Problem(404, "unknown_person", "There is no such account; reload the list.") from error
        case LastAdministratorError():
            raise Problem(
                409, "last_administrator", "This is the last administrator; make somebody else one first."
            ) from error
        case _:
            sentence = f"{str(error)[:1].upper()}{str(error)[1:]}."
            raise Problem(422, "bad_person", sentence, detail=str(error)) from error
