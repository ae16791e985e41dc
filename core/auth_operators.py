"""Operators in SQL."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.auth import ROLES, Operator, Role
from core.auth_passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, hash_password
from core.errors import CoreError, Unavailable
from core.records import new_id
from core.sql import only_reading
from core.tables import audit, operators

_NAME = re.compile(r"[\w.@+-]{1,80}")


class OperatorError(CoreError):
    """An account cannot be made or changed; the message says what to change."""


class Operators:
    """Accounts, and a short memory of them so that a request costs no query."""

    def __init__(
        self, engine: AsyncEngine, *, memory_s: float = 5.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`memory_s`: how long another process's change may stay unseen; `monotonic` in seconds."""
        self._engine = engine
        self._reading = only_reading(engine)
        self._memory_s = memory_s
        self._monotonic = monotonic
        self._known: Mapping[str, tuple[Operator, str]] = {}
        self._known_at = float("-inf")

    async def all(self) -> list[Operator]:
        """Everyone, by name.

        Raises:
            Unavailable: the database does not answer.
        """
        return [operator for operator, _ in (await self._everyone()).values()]

    async def find(self, operator_id: str, *, fresh: bool = False) -> tuple[Operator, str] | None:
        """An operator and the stamp of their password, or None; `fresh` asks the database, not the memory.

        Raises:
            Unavailable: the database does not answer.
        """
        if fresh:
            self._known_at = float("-inf")
        return (await self._everyone()).get(operator_id)

    async def credentials(self, name: str) -> tuple[Operator, str] | None:
        """An operator by the name they sign in with, and their password's hash; always asks the database.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._reading.connect() as connection:
                row = await _by_name(connection, name)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return (_operator(row), str(row["password_hash"])) if row is not None else None

    async def add(
        self,
        name: str,
        *,
        password: str,
        role: str,
        language: str,
        by: str,
        now: datetime,
        display_name: str = "",
        may_be_short: bool = False,
    ) -> Operator:
        """Make an account; `by` is written into the audit.

        `may_be_short` is for a password that a deployment gives: refusing it would keep Duet from starting.

        Raises:
            OperatorError: the name is taken or not a name, the role is unknown, the password too short.
            Unavailable: the database does not answer.
        """
        operator = Operator(
            new_id("u"), _checked_name(name), display_name or name, checked_role(role), language
        )
        checked = _checked_password(password, 1 if may_be_short else MIN_PASSWORD_CHARS)
        values = {
            "id": operator.id, "name": operator.name, "display_name": operator.display_name,
            "role": operator.role, "password_hash": await hash_password(checked),
            "active": True, "language": language, "created_ms": _ms(now),
        }  # fmt: skip
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(operators).values(**values))
                await note(connection, now, by, "operator.added", f"{operator.name} {operator.role}")
        except IntegrityError as error:
            raise OperatorError(f"{name!r} is taken; choose another name") from error
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        self._known_at = float("-inf")
        return operator

    async def set_password(self, name: str, *, password: str, by: str, now: datetime) -> None:
        """Change a password, which ends every session of that operator.

        Raises:
            OperatorError: there is no such operator, or the password is too short.
            Unavailable: the database does not answer.
        """
        hashed = await hash_password(_checked_password(password))
        try:
            async with self._engine.begin() as connection:
                row = await _by_name(connection, name)
                if row is None:
                    raise OperatorError(f"there is no operator {name!r}")
                change = update(operators).where(operators.c.id == row["id"]).values(password_hash=hashed)
                await connection.execute(change)
                await note(connection, now, by, "operator.password", str(row["name"]))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        self._known_at = float("-inf")

    def forget(self) -> None:
        """Ask the database next time, since an account was changed."""
        self._known_at = float("-inf")

    async def _everyone(self) -> Mapping[str, tuple[Operator, str]]:
        if self._monotonic() - self._known_at > self._memory_s:
            try:
                async with self._reading.connect() as connection:
                    rows = (await connection.execute(select(operators).order_by(operators.c.name))).mappings()
                    self._known = {row["id"]: (_operator(row), stamp(row["password_hash"])) for row in rows}
            except (DBAPIError, OSError) as error:
                raise Unavailable(f"database: {error}") from error
            self._known_at = self._monotonic()
        return self._known


def stamp(password_hash: str) -> str:
    """What a session remembers of the password it was opened with."""
    return sha256(password_hash.encode()).hexdigest()[:16]


async def _by_name(connection: AsyncConnection, name: str) -> RowMapping | None:
    query = select(operators).where(func.lower(operators.c.name) == name.strip().lower())
    return (await connection.execute(query)).mappings().first()


async def note(connection: AsyncConnection, now: datetime, who: str, action: str, detail: str) -> None:
    """Write a line of the audit."""
    await connection.execute(insert(audit).values(at_ms=_ms(now), who=who, action=action, detail=detail))


def _operator(row: RowMapping) -> Operator:
    return Operator(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        role=cast(Role, row["role"]),
        language=row["language"],
        active=row["active"],
    )


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise OperatorError(f"{name!r} is not a name; use up to 80 letters, digits and . _ @ + -")
    return name.lower()


def checked_role(role: str) -> Role:
    """A role.

    Raises:
        OperatorError: there is none of this name.
    """
    for known in ROLES:
        if role == known:
            return known
    raise OperatorError(f"unknown role {role!r}; use one of {', '.join(ROLES)}")


def _checked_password(password: str, least_chars: int = MIN_PASSWORD_CHARS) -> str:
    if not least_chars <= len(password) <= MAX_PASSWORD_CHARS:
        raise OperatorError(
            f"the password has {len(password)} characters; use {least_chars} to {MAX_PASSWORD_CHARS}"
        )
    return password


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
