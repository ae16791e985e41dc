"""Views people saved: a base view and a filter under a name, one's own or, by leads, for everybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.records import dump, new_id
from core.tables import audit
from handoff.lists.filters import Filter, filter_of
from handoff.lists.tables import saved_views
from handoff.records import milliseconds

MOST_OWN = 30
"""Views one operator may save: more than a menu can hold."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view under a name; `owner` is an operator's id."""

    id: str
    owner: str
    name: str
    base: str
    filter: Filter
    shared: bool


@dataclass(frozen=True, slots=True)
class TooMany:
    """There are `most` already."""

    most: int


class SavedViews:
    """Keeps the views in SQL; changes of shared ones are in the audit."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is the archive's."""
        self._engine = engine

    async def of(self, operator: str) -> list[SavedView]:
        """An operator's own and the shared ones, by name.

        Raises:
            Unavailable: the database does not answer.
        """
        own = or_(saved_views.c.owner == operator, saved_views.c.shared)
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(select(saved_views).where(own))).mappings().all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return sorted(map(_view, rows), key=lambda each: (not each.shared, each.name.casefold()))

    async def save(
        self, operator: str, *, name: str, base: str, wanted: Filter, shared: bool, now: datetime
    ) -> SavedView | TooMany:
        """Save a view under a name; one of the same name and owner is replaced.

        Raises:
            Unavailable: the database does not answer.
        """
        made = SavedView(new_id("v"), operator, name, base, wanted, shared)
        mine = saved_views.c.owner == operator
        row = {
            "id": made.id, "owner": operator, "name": name, "base": base, "filter": dump(wanted.data()),
            "shared": shared, "created_ms": milliseconds(now),
        }  # fmt: skip
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(saved_views).where(mine, saved_views.c.name == name))
                count = await connection.scalar(select(func.count()).select_from(saved_views).where(mine))
                if int(count or 0) >= MOST_OWN:
                    return TooMany(MOST_OWN)
                await connection.execute(insert(saved_views).values(**row))
                if shared:
                    await connection.execute(_note(operator, "view.shared", name, now))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return made

    async def drop(self, view: str, *, operator: str, any_shared: bool, now: datetime) -> bool:
        """Delete one's own view, or with `any_shared` a shared one; False where there is none to delete.

        Raises:
            Unavailable: the database does not answer.
        """
        allowed = saved_views.c.owner == operator
        if any_shared:
            allowed = or_(allowed, saved_views.c.shared)
        which = (saved_views.c.id == view) & allowed
        try:
            async with self._engine.begin() as connection:
                row = (await connection.execute(select(saved_views).where(which))).mappings().first()
                if row is None:
                    return False
                await connection.execute(delete(saved_views).where(which))
                if row["shared"]:
                    await connection.execute(_note(operator, "view.deleted", row["name"], now))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return True


def _view(row: Mapping[Any, Any]) -> SavedView:
    wanted = filter_of(json.loads(row["filter"]))
    return SavedView(row["id"], row["owner"], row["name"], row["base"], wanted, bool(row["shared"]))


def _note(operator: str, action: str, name: str, now: datetime) -> Any:
    detail = dump({"name": name})
    return insert(audit).values(at_ms=milliseconds(now), who=operator, action=action, detail=detail)
