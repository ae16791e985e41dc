"""Signing in and out over HTTP."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from core.auth import CodeNeeded, Session, SignedIn, TooManyAttempts, WrongPassword
from core.auth_signin import SignIn
from core.auth_web import client_address, drop_session_cookie, set_session_cookie, token_of
from core.web.guard import Guard, check_origin
from core.web.problems import Problem
from handoff.web.bodies import Login, read_body
from handoff.web.shapes import operator_data


class SignInApi:
    """`/desk/api/login`, `/logout` and `/me`."""

    def __init__(self, *, sign_in: SignIn, guard: Guard, behind_tls: bool) -> None:
        """`behind_tls`: a TLS proxy stands before us; cookies are Secure, its X-Forwarded-For is believed."""
        self._sign_in = sign_in
        self._guard = guard
        self._behind_tls = behind_tls

    async def login(self, request: web.Request) -> web.Response:
        """Open a session: sets the cookie and returns the CSRF token."""
        check_origin(request)
        body = await read_body(request, Login)
        address = client_address(request, behind_proxy=self._behind_tls)
        agent = request.headers.get("User-Agent", "")
        match await self._sign_in.sign_in(
            body.name, body.password, address=address, agent=agent, code=body.code
        ):
            case SignedIn(token, session):
                response = web.json_response(_session_data(session))
                set_session_cookie(
                    response, token, lifetime_s=self._sign_in.lifetime_s, secure=self._behind_tls
                )
                return response
            case CodeNeeded(wrong=False):
                raise Problem(401, "code_needed", "Send the code of your second factor too, as code.")
            case CodeNeeded():
                raise Problem(401, "wrong_code", "The code is wrong or was used; wait for the next one.")
            case WrongPassword():
                raise Problem(401, "wrong_password", "Name or password is wrong; check both and try again.")
            case TooManyAttempts(retry_after_s):
                text = f"Too many attempts; wait {retry_after_s} seconds and try again."
                raise Problem(429, "too_many_attempts", text, retry_after_s=retry_after_s)

    async def logout(self, request: web.Request) -> web.Response:
        """End this session."""
        await self._guard.change(request)
        await self._sign_in.sign_out(token_of(request))
        response = web.json_response({})
        drop_session_cookie(response, secure=self._behind_tls)
        return response

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in, and their CSRF token (after a reload of the page)."""
        session = await self._guard.session(request)
        return web.json_response(_session_data(session))


def _session_data(session: Session) -> dict[str, Any]:
    return {
        "csrf": session.csrf,
        "operator": operator_data(session.operator),
        "must_enrol": session.must_enrol,
    }
