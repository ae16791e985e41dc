"""Changes of accounts: role, names, language, whether somebody may sign in, a new password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.auth_operators import OperatorError, Operators, checked_role, note
from core.auth_passwords import hash_password, random_password
from core.errors import Unavailable
from core.records import dump
from core.tables import operators

LANGUAGES = ("ru", "en")
_MOST_NAME_CHARS = 80


class LastAdministratorError(OperatorError):
    """Without this account nobody could administer Duet."""


class UnknownOperatorError(OperatorError):
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an account; None leaves it as it is."""

    display_name: str | None = None
    role: str | None = None
    language: str | None = None
    active: bool | None = None


class Accounts:
    """Changes accounts; each change is in the audit and keeps one administrator who can sign in."""

    def __init__(self, engine: AsyncEngine, operators: Operators) -> None:
        """`operators` forgets what it remembered after a change."""
        self._engine = engine
        self._operators = operators

    async def change(self, operator_id: str, change: Change, *, by: str, now: datetime) -> None:
        """Change an account; `by` is written into the audit.

        Raises:
            UnknownOperatorError: there is none with this id.
            LastAdministratorError: nobody would be left to administer.
            OperatorError: a value is not allowed; the message says which are.
            Unavailable: the database does not answer.
        """
        values = _checked(change)
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, operator_id)
                new = {name: value for name, value in values.items() if row[name] != value}
                if not new:
                    return
                if _loses_administrator(row, new) and await _administrators(connection) <= 1:
                    raise LastAdministratorError(
                        "this is the last administrator; make somebody else one first"
                    )
                await _write(connection, operator_id, new)
                detail = {name: {"was": row[name], "now": value} for name, value in new.items()}
                await note(connection, now, by, "operator.changed", dump({"name": row["name"], **detail}))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        self._operators.forget()

    async def new_password(self, operator_id: str, *, by: str, now: datetime) -> str:
        """Give an account a random password, which ends its sessions; returned once, stored hashed.

        Raises:
            UnknownOperatorError: there is none with this id.
            Unavailable: the database does not answer.
        """
        password = random_password()
        hashed = await hash_password(password)
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, operator_id)
                await _write(connection, operator_id, {"password_hash": hashed})
                await note(connection, now, by, "operator.password", dump({"name": row["name"]}))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        self._operators.forget()
        return password


async def _row(connection: AsyncConnection, operator_id: str) -> Mapping[str, Any]:
    # Locked, so that two administrators who demote each other do not both find the other one left.
    query = select(operators).where(operators.c.id == operator_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise UnknownOperatorError("there is no such account; reload the list")
    return dict(row)


async def _write(connection: AsyncConnection, operator_id: str, values: Mapping[str, Any]) -> None:
    await connection.execute(update(operators).where(operators.c.id == operator_id).values(**values))


async def _administrators(connection: AsyncConnection) -> int:
    query = select(operators.c.id).where(operators.c.role == "administrator", operators.c.active)
    locked = (await connection.execute(query.with_for_update())).all()
    return len(locked)


def _loses_administrator(row: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    is_one = row["role"] == "administrator" and bool(row["active"])
    stays = new.get("role", row["role"]) == "administrator" and new.get("active", row["active"])
    return is_one and not stays


def _checked(change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.display_name is not None:
        name = " ".join(change.display_name.split())
        if not 1 <= len(name) <= _MOST_NAME_CHARS:
            raise OperatorError(f"a name has 1 to {_MOST_NAME_CHARS} characters")
        values["display_name"] = name
    if change.role is not None:
        values["role"] = checked_role(change.role)
    if change.language is not None:
        if change.language not in LANGUAGES:
            raise OperatorError(f"unknown language {change.language!r}; use one of {', '.join(LANGUAGES)}")
        values["language"] = change.language
    if change.active is not None:
        values["active"] = change.active
    return values
