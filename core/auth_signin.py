"""Signing in and out."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.auth import CodeNeeded, Operator, Session, SignedIn, TooManyAttempts, WrongPassword
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators, stamp
from core.auth_passwords import MIN_PASSWORD_CHARS, random_password, verify_password
from core.auth_policy import SIGN_IN
from core.auth_second import SecondFactor
from core.auth_sessions import Sessions
from core.clock import utc_now
from core.errors import Unavailable
from core.logging import get_logger
from core.settings import Settings

ADMINISTRATOR = "admin"

_log = get_logger("auth")


class SignIn:
    """Checks passwords and sessions."""

    def __init__(
        self,
        *,
        operators: Operators,
        sessions: Sessions,
        limit: AttemptLimit,
        second: SecondFactor | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Where accounts, sessions and their rules meet.

        Without `second` nobody is asked for a code; without `settings` no role must have one.
        """
        self._operators = operators
        self._sessions = sessions
        self._limit = limit
        self._second = second
        self._settings = settings

    @property
    def lifetime_s(self) -> int:
        """Seconds a sign-in lasts."""
        return self._sessions.lifetime_s

    async def sign_in(
        self, name: str, password: str, *, address: str, agent: str = "", code: str = ""
    ) -> SignedIn | WrongPassword | CodeNeeded | TooManyAttempts:
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
        lacks = await self._lacks_code(operator, code)
        if lacks is not None:
            # The attempt stays counted: a code has a million values, and guessing is slowed like passwords.
            _log.info("signin.code_needed", operator=operator.id, wrong=lacks.wrong)
            return lacks
        await self._limit.forgive(name.strip(), address)
        token, csrf = await self._sessions.create(
            operator.id, stamp(password_hash), address=address, agent=agent
        )
        _log.info("signin.done", operator=operator.id)
        return SignedIn(token, Session(operator, csrf, await self._must_enrol(operator)))

    async def refuses(
        self, operator: Operator, password: str, *, address: str
    ) -> WrongPassword | TooManyAttempts | None:
        """Check the password of somebody who is signed in already, slowed down as at the door; None: right.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        wait_s = await self._limit.wait_s(operator.name, address)
        if wait_s:
            return TooManyAttempts(wait_s)
        known = await self._operators.credentials(operator.name)
        if known is None or not await verify_password(known[1], password):
            return WrongPassword()
        await self._limit.forgive(operator.name, address)
        return None

    async def open_again(self, operator: Operator, *, address: str, agent: str) -> SignedIn:
        """A session in place of one that ended because its owner changed the password.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        known = await self._operators.credentials(operator.name)
        if known is None:
            raise Unavailable("the account is gone")
        token, csrf = await self._sessions.create(operator.id, stamp(known[1]), address=address, agent=agent)
        return SignedIn(token, Session(operator, csrf, await self._must_enrol(operator)))

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
        return Session(known[0], stored.csrf, await self._must_enrol(known[0]))

    async def _lacks_code(self, operator: Operator, code: str) -> CodeNeeded | None:
        if self._second is None or not await self._second.on(operator.id):
            return None
        if not code.strip():
            return CodeNeeded()
        proof = await self._second.check(operator.id, code, now=utc_now())
        return CodeNeeded(wrong=True) if proof is None else None

    async def _must_enrol(self, operator: Operator) -> bool:
        if self._second is None or self._settings is None:
            return False
        policy = await self._settings.get(SIGN_IN)
        return operator.role in policy.second_factor and not await self._second.on(operator.id)

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
