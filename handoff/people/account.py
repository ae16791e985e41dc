"""`/desk/account`: what everybody looks after for themselves."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from core.auth import ROLES, TooManyAttempts, WrongPassword
from core.auth_accounts import Accounts, Change
from core.auth_operators import OperatorError, Operators
from core.auth_passwords import MIN_PASSWORD_CHARS
from core.auth_sessions import Sessions, session_id
from core.auth_signin import SignIn
from core.auth_web import client_address, set_session_cookie, token_of
from core.clock import utc_now
from core.web.area import NavEntry
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.people.bodies import OwnChange, PasswordChange
from handoff.people.web import session_data
from handoff.web.bodies import read_body


class AccountArea:
    """One's own name, language, password and sessions; every role has it."""

    nav: Sequence[NavEntry] = ()

    def __init__(
        self,
        *,
        frame: Frame,
        guard: Guard,
        sign_in: SignIn,
        operators: Operators,
        accounts: Accounts,
        sessions: Sessions,
        behind_tls: bool,
    ) -> None:
        """`guard` lets every role in; `behind_tls` as for signing in."""
        self._frame = frame
        self._guard = guard
        self._sign_in = sign_in
        self._operators = operators
        self._accounts = accounts
        self._sessions = sessions
        self._behind_tls = behind_tls

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/account", self.page),
            web.get("/api/account/sessions", self.sessions),
            web.post("/api/account/sessions/end", self.end_others),
            web.post("/api/account/sessions/{id:[0-9a-f]{16}}/end", self.end_one),
            web.post("/api/account", self.change),
            web.post("/api/account/password", self.password),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """One's own account."""
        return await self._frame.page(
            request, "account.html", roles=ROLES, data={"least_chars": MIN_PASSWORD_CHARS}
        )

    async def sessions(self, request: web.Request) -> web.Response:
        """Where one is signed in."""
        operator = await self._guard.reader(request)
        own = session_id(token_of(request))
        found = await self._sessions.listed(operator.id)
        return web.json_response({"sessions": [session_data(each, own=own) for each in found]})

    async def end_others(self, request: web.Request) -> web.Response:
        """Sign out everywhere but here."""
        operator = await self._guard.worker(request)
        return web.json_response(
            {"ended": await self._sessions.revoke_all(operator.id, but=token_of(request))}
        )

    async def end_one(self, request: web.Request) -> web.Response:
        """Sign out at one browser; only one's own."""
        operator = await self._guard.worker(request)
        if not await self._sessions.revoke(operator.id, request.match_info["id"]):
            raise Problem(404, "unknown_session", "This sign-in has ended already; reload the list.")
        return web.json_response({})

    async def change(self, request: web.Request) -> web.Response:
        """One's own name and language."""
        operator = await self._guard.worker(request)
        body = await read_body(request, OwnChange)
        change = Change(display_name=body.display_name, language=body.language)
        try:
            await self._accounts.change(operator.id, change, by=operator.name, now=utc_now())
        except OperatorError as error:
            raise Problem(422, "bad_person", f"Change it: {error}.", detail=str(error)) from error
        return web.json_response({})

    async def password(self, request: web.Request) -> web.Response:
        """A new password; other browsers are signed out, this one gets a new session."""
        operator = await self._guard.worker(request)
        body = await read_body(request, PasswordChange)
        address = client_address(request, behind_proxy=self._behind_tls)
        # The same check as at the door, so that a browser left open cannot be used to guess.
        match await self._sign_in.refuses(operator, body.old, address=address):
            case TooManyAttempts(retry_after_s):
                text = f"Too many attempts; wait {retry_after_s} seconds and try again."
                raise Problem(429, "too_many_attempts", text, retry_after_s=retry_after_s)
            case WrongPassword():
                raise Problem(403, "wrong_old_password", "The present password is wrong; type it again.")
        try:
            await self._operators.set_password(
                operator.name, password=body.new, by=operator.name, now=utc_now()
            )
        except OperatorError as error:
            raise Problem(
                422, "bad_password", f"Choose another: {error}.", least=MIN_PASSWORD_CHARS
            ) from error
        await self._sessions.revoke_all(operator.id)
        agent = request.headers.get("User-Agent", "")
        opened = await self._sign_in.open_again(operator, address=address, agent=agent)
        response = web.json_response({"csrf": opened.session.csrf})
        set_session_cookie(
            response, opened.token, lifetime_s=self._sign_in.lifetime_s, secure=self._behind_tls
        )
        return response
