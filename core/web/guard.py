"""Who may do what: every route asks here first."""

from __future__ import annotations

from aiohttp import web

from core.auth import Operator, Role, Session
from core.auth_signin import SignIn, csrf_matches
from core.auth_web import same_origin, token_of
from core.web.problems import Problem

DESK_ROLES: frozenset[Role] = frozenset(("operator", "lead", "administrator"))
"""Who works with customers; editors have the knowledge base."""

EDITOR_ROLES: frozenset[Role] = frozenset(("editor", "lead", "administrator"))
"""Who decides what the knowledge base says and learns."""


class Guard:
    """Finds the session of a request and checks what it may do."""

    def __init__(
        self, sign_in: SignIn, roles: frozenset[Role] = DESK_ROLES, *, before_enrolment: bool = False
    ) -> None:
        """`sign_in` knows the sessions; `roles` are those that may read and change what is guarded.

        `before_enrolment`: also those who have yet to set up the second factor their role must use.
        """
        self._sign_in = sign_in
        self._roles = roles
        self._before_enrolment = before_enrolment

    def narrowed(self, roles: frozenset[Role]) -> Guard:
        """The same sessions, for what only these roles may see and change."""
        return Guard(self._sign_in, roles)

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
        """Somebody who may see what is guarded.

        Raises:
            Problem: 401 without a session, 403 with another role.
        """
        return self._allowed(await self.session(request))

    async def worker(self, request: web.Request) -> Operator:
        """Somebody who may change what is guarded.

        Raises:
            Problem: as `change` and `reader`.
        """
        return self._allowed(await self.change(request))

    async def listener(self, request: web.Request) -> Operator:
        """Somebody who may listen to live changes.

        Raises:
            Problem: as `reader`, and 403 for a page of another site.
        """
        check_origin(request)
        return await self.reader(request)

    def _allowed(self, session: Session) -> Operator:
        if session.must_enrol and not self._before_enrolment:
            text = "Your role needs a second factor; set it up at /desk/account first."
            raise Problem(403, "second_factor_needed", text)
        if session.operator.role not in self._roles:
            named = " or ".join(sorted(self._roles))
            raise Problem(403, "wrong_role", f"This needs the role {named}; ask an administrator for it.")
        return session.operator


def check_origin(request: web.Request) -> None:
    """Refuse pages of other sites.

    Raises:
        Problem: 403.
    """
    if not same_origin(request):
        raise Problem(403, "wrong_origin", "This comes from a page of another site; open the desk itself.")
