"""Signing in and out."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.auth import Session, SignedIn, TooManyAttempts, WrongPassword
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators, stamp
from core.auth_passwords import MIN_PASSWORD_CHARS, random_password, verify_password
from core.auth_sessions import Sessions
from core.logging import get_logger

ADMINISTRATOR = "admin"

_log = get_logger("auth")


class SignIn:
    """Checks passwords and sessions."""

    def __init__(self, *, operators: Operators, sessions: Sessions, limit: AttemptLimit) -> None:
        """All three are shared with nobody else's rules: this class is where they meet."""
        self._operators = operators
        self._sessions = sessions
        self._limit = limit

    @property
    def lifetime_s(self) -> int:
        """Seconds a sign-in lasts."""
        return self._sessions.lifetime_s

    async def sign_in(
        self, name: str, password: str, *, address: str, agent: str = ""
    ) -> SignedIn | WrongPassword | TooManyAttempts:
        """Open a session; `address` and `agent` (of the browser) are kept with it for its owner to see.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        wait_s = await self._limit.wait_s(name.strip(), address)
        if wait_s:
            _log.warning("signin.limited", address=address, retry_after_s=wait_s)
            return TooManyAttempts(wait_s)
        known = await self._operators.credentials(name)
        right = await verify_password(known[1] if known else None, password)
        if known is None or not right or not known[0].active:
            _log.info("signin.failed", address=address)
            return WrongPassword()
        operator, password_hash = known
        await self._limit.forgive(name.strip(), address)
        token, csrf = await self._sessions.create(
            operator.id, stamp(password_hash), address=address, agent=agent
        )
        _log.info("signin.done", operator=operator.id)
        return SignedIn(token, Session(operator, csrf))

    async def session(self, token: str) -> Session | None:
        """The session of a token; None once it ran out, was ended, or the account or password changed.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        stored = await self._sessions.find(token) if token else None
        if stored is None:
            return None
        known = await self._operators.find(stored.operator_id)
        if known is None or known[1] != stored.stamp:
            # What this process remembers may be older than the sign-in: a new account, a new password.
            known = await self._operators.find(stored.operator_id, fresh=True)
        if known is None or known[1] != stored.stamp or not known[0].active:
            return None
        return Session(known[0], stored.csrf)

    async def sign_out(self, token: str) -> None:
        """End the session of a token.

        Raises:
            core.errors.Unavailable: Redis does not answer.
        """
        await self._sessions.end(token)


def csrf_matches(session: Session, given: str) -> bool:
    """Whether a request carries the session's token; compared in constant time."""
    return secrets.compare_digest(session.csrf.encode(), given.encode(errors="backslashreplace"))


async def ensure_administrator(
    operators: Operators, *, password: str, language: str, now: datetime
) -> tuple[str, str] | None:
    """Create the first administrator where there is no operator at all.

    Args:
        operators: The accounts.
        password: From the environment; empty means: a random one.
        language: Of the desk, two letters.
        now: When.

    Returns:
        Name and password to print once, or None where somebody has an account already.

    Raises:
        OperatorError: the given password is too long.
        core.errors.Unavailable: the database does not answer.
    """
    if await operators.all():
        return None
    chosen = password or random_password()
    await operators.add(
        ADMINISTRATOR,
        password=chosen,
        role="administrator",
        language=language,
        by="setup",
        now=now,
        may_be_short=True,
    )
    if len(chosen) < MIN_PASSWORD_CHARS:
        _log.warning("administrator.short_password", chars=len(chosen), advised=MIN_PASSWORD_CHARS)
    return ADMINISTRATOR, chosen
