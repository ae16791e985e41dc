"""Who may do what: every route asks here first."""

from __future__ import annotations

from aiohttp import web

from core.auth import Operator, Role, Session
from core.auth_signin import SignIn, csrf_matches
from core.auth_web import same_origin, token_of
from handoff.web.problems import Problem

DESK_ROLES: frozenset[Role] = frozenset(("operator", "lead", "administrator"))
"""Who works with customers; editors have the knowledge base."""


class Guard:
    """Finds the session of a request and checks what it may do."""

    def __init__(self, sign_in: SignIn) -> None:
        """`sign_in` knows the sessions."""
        self._sign_in = sign_in

    async def session(self, request: web.Request) -> Session:
        """The session, for reading.

        Raises:
            Problem: 401 without one.
        """
        session = await self._sign_in.session(token_of(request))
        if session is None:
            raise Problem(401, "not_signed_in", "There is no session; sign in at /desk/login.")
        return session

    async def change(self, request: web.Request) -> Session:
        """The session, for changing something.

        Raises:
            Problem: 401 without one, 403 without its CSRF token.
        """
        session = await self.session(request)
        if not csrf_matches(session, request.headers.get("X-CSRF-Token", "")):
            raise Problem(403, "csrf", "Send the token that signing in returned in the header X-CSRF-Token.")
        return session

    async def reader(self, request: web.Request) -> Operator:
        """An operator who may see customers' conversations.

        Raises:
            Problem: 401 without a session, 403 with a role that has no desk.
        """
        return _at_desk(await self.session(request))

    async def worker(self, request: web.Request) -> Operator:
        """An operator who may change customers' conversations.

        Raises:
            Problem: as `change` and `reader`.
        """
        return _at_desk(await self.change(request))

    async def listener(self, request: web.Request) -> Operator:
        """An operator who may listen to live changes.

        Raises:
            Problem: as `reader`, and 403 for a page of another site.
        """
        check_origin(request)
        return await self.reader(request)


def check_origin(request: web.Request) -> None:
    """Refuse pages of other sites.

    Raises:
        Problem: 403.
    """
    if not same_origin(request):
        raise Problem(403, "wrong_origin", "This comes from a page of another site; open the desk itself.")


def _at_desk(session: Session) -> Operator:
    if session.operator.role not in DESK_ROLES:
        raise Problem(
            403, "wrong_role", "Your role has no desk; ask an administrator for the role operator or lead."
        )
    return session.operator
