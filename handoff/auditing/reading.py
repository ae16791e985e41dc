"""The audit, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.sql import only_reading
from core.tables import audit

PAGE = 100
"""Lines a page: what fits on a few screens."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was changed. `detail` is what is known of it: JSON where the writer gave some."""

    id: int
    at: datetime
    who: str
    action: str
    detail: Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: by whom, of which kind (`settings` finds `settings.hours`), since when, before which."""

    who: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


class Audit:
    """Reads; nobody changes what was written."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._reading = only_reading(engine)

    async def lines(self, wanted: Wanted, *, limit: int = PAGE) -> list[Line]:
        """The latest first; the next page is the one `before` the last id.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(_query(wanted).limit(limit))).mappings().all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return [
            Line(
                row["id"],
                datetime.fromtimestamp(row["at_ms"] / 1000, UTC),
                row["who"],
                row["action"],
                _detail(row["detail"]),
            )
            for row in rows
        ]

    async def authors(self) -> Sequence[str]:
        """Everybody who ever changed something.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._reading.connect() as connection:
                return list(await connection.scalars(select(audit.c.who).distinct().order_by(audit.c.who)))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


def _query(wanted: Wanted) -> Select[Any]:
    query = select(audit).order_by(audit.c.id.desc())
    if wanted.who:
        query = query.where(audit.c.who == wanted.who)
    if wanted.action:
        query = query.where(
            (audit.c.action == wanted.action)
            | audit.c.action.startswith(f"{wanted.action}.", autoescape=True)
        )
    if wanted.since:
        query = query.where(audit.c.at_ms >= wanted.since.timestamp() * 1000)
    if wanted.until:
        query = query.where(audit.c.at_ms < wanted.until.timestamp() * 1000)
    if wanted.before:
        query = query.where(audit.c.id < wanted.before)
    return query


def _detail(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
