"""Changes of a card: profile, notes, merging and undoing it; each in one transaction with its audit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.records import dump, new_id
from core.tables import audit
from handoff.customers.persons import Already, Merged, Stale, Undone, ensure, merge, person_of, undo
from handoff.customers.profiles import Profile, read_profile, write_profile
from handoff.customers.tables import person_notes
from handoff.records import milliseconds


class People:
    """Writes SQL; the audit holds who did what to whom, by id, never what a note says."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is the archive's."""
        self._engine = engine

    async def change(
        self,
        customer: str,
        *,
        who: str,
        now: datetime,
        tags: tuple[str, ...] | None = None,
        vip: bool | None = None,
        manager: str | None = None,
    ) -> Profile:
        """Change parts of a person's profile; None leaves a part as it is.

        Raises:
            Unavailable: the database does not answer.
        """
        at_ms = milliseconds(now)
        async with self._writing() as connection:
            person = await ensure(connection, customer, at_ms=at_ms)
            was = await read_profile(connection, person)
            made = Profile(
                was.tags if tags is None else tags,
                was.vip if vip is None else vip,
                was.manager if manager is None else manager,
            )
            if made != was:
                await write_profile(connection, person, made, who=who, at_ms=at_ms)
                detail = {"person": person, "was": _data(was), "now": _data(made)}
                await connection.execute(_note(who, "customer.changed", detail, at_ms))
        return made

    async def profile_of(self, customer: str) -> Profile:
        """The profile of the person behind a customer: VIP and manager, for those who distribute work.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._writing() as connection:
            return await read_profile(connection, await person_of(connection, customer))

    async def add_note(self, customer: str, text: str, *, who: str, now: datetime) -> str:
        """Write a note about a person; its id.

        Raises:
            Unavailable: the database does not answer.
        """
        at_ms = milliseconds(now)
        row = {"id": new_id("n"), "at_ms": at_ms, "operator": who, "text": text}
        async with self._writing() as connection:
            person = await ensure(connection, customer, at_ms=at_ms)
            await connection.execute(insert(person_notes).values(**row, person=person))
        return str(row["id"])

    async def drop_note(self, note: str, *, who: str, anyones: bool, now: datetime) -> bool:
        """Delete one's own note, or with `anyones` any; False where there is none to delete.

        Raises:
            Unavailable: the database does not answer.
        """
        which = person_notes.c.id == note
        if not anyones:
            which &= person_notes.c.operator == who
        async with self._writing() as connection:
            row = (await connection.execute(select(person_notes).where(which))).mappings().first()
            if row is None:
                return False
            await connection.execute(delete(person_notes).where(which))
            detail = {"person": row["person"], "note": note, "by": row["operator"]}
            await connection.execute(_note(who, "customer.note_deleted", detail, milliseconds(now)))
        return True

    async def merge(self, customer: str, other: str, *, who: str, now: datetime) -> Merged | Already | Stale:
        """Say that two customers are one person.

        Raises:
            Unavailable: the database does not answer.
        """
        at_ms = milliseconds(now)
        async with self._writing() as connection:
            done = await merge(connection, customer, other, how="operator", who=who, at_ms=at_ms)
            if isinstance(done, Merged):
                detail = {"person": done.person, "history": done.history}
                await connection.execute(_note(who, "customer.merged", detail, at_ms))
        return done

    async def undo(self, history: int, *, who: str, now: datetime) -> Undone | Stale:
        """Take a merge back, an automatic one too: these two are not recognised as one again.

        Raises:
            Unavailable: the database does not answer.
        """
        at_ms = milliseconds(now)
        async with self._writing() as connection:
            done = await undo(connection, history, who=who, at_ms=at_ms)
            if isinstance(done, Undone):
                await connection.execute(_note(who, "customer.parted", {"history": history}, at_ms))
        return done

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


def _data(profile: Profile) -> dict[str, Any]:
    return {"tags": list(profile.tags), "vip": profile.vip, "manager": profile.manager}


def _note(who: str, action: str, detail: dict[str, Any], at_ms: int) -> Any:
    return insert(audit).values(at_ms=at_ms, who=who, action=action, detail=dump(detail))
