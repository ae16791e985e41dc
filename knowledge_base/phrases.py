"""Phrases that wait for an editor, and what editors decided, in SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import RowMapping, and_, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import only_reading
from core.tables import audit, pending_phrases
from knowledge_base.errors import StoreError
from knowledge_base.learned import Learned

Status = Literal["pending", "accepted", "rejected", "moved"]
Verdict = Literal["accepted", "rejected", "moved"]

STATUSES: tuple[Status, ...] = ("pending", "accepted", "rejected", "moved")
PAGE = 200
"""Phrases listed at a time: more than an editor decides in one sitting."""

_P = pending_phrases.c


@dataclass(frozen=True, slots=True)
class Phrase:
    """A customer's words somebody said belong to an article.

    `moved_to` is the article an editor chose instead; a moved phrase counts as accepted there.
    """

    id: str
    at: datetime
    article: str
    language: str
    text: str
    source: str
    status: Status
    decided_by: str
    moved_to: str


class SqlPhrases:
    """Reads and decides; new phrases come from the event stream."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._engine = engine
        self._reading = only_reading(engine)

    async def listed(self, status: Status = "pending", *, limit: int = PAGE) -> list[Phrase]:
        """Phrases of a status by article, the oldest first.

        Raises:
            StoreError: the database does not answer.
        """
        query = select(pending_phrases).where(_P.status == status)
        ordered = query.order_by(_P.article, _P.at_ms, _P.id).limit(limit)
        try:
            async with self._reading.connect() as connection:
                return [_phrase(row) for row in (await connection.execute(ordered)).mappings()]
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"phrases cannot be read: {type(error).__name__}") from error

    async def counts(self) -> dict[str, int]:
        """How many phrases each status holds.

        Raises:
            StoreError: the database does not answer.
        """
        query = select(_P.status, func.count()).group_by(_P.status)
        try:
            async with self._reading.connect() as connection:
                found = {str(row[0]): int(row[1]) for row in await connection.execute(query)}
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"phrases cannot be counted: {type(error).__name__}") from error
        return {status: found.get(status, 0) for status in STATUSES}

    async def accepted(self) -> tuple[Learned, ...]:
        """What the next publish adds to the articles.

        Raises:
            StoreError: the database does not answer.
        """
        query = select(_P.article, _P.moved_to, _P.language, _P.text, _P.status).where(
            or_(_P.status == "accepted", and_(_P.status == "moved", _P.moved_to.is_not(None)))
        )
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(query)).all()
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"accepted phrases cannot be read: {type(error).__name__}") from error
        return tuple(
            Learned(row.moved_to if row.status == "moved" else row.article, row.language, row.text)
            for row in rows
        )

    async def decide(
        self, ids: Sequence[str], verdict: Verdict, *, by: str, now: datetime, moved_to: str = ""
    ) -> int:
        """Decide about phrases, decided ones too; how many there were. The audit holds who did it.

        Raises:
            StoreError: the database does not answer.
        """
        at_ms = round(now.timestamp() * 1000)
        values = {"status": verdict, "decided_by": by, "decided_ms": at_ms, "moved_to": moved_to or None}
        change = update(pending_phrases).where(_P.id.in_(ids)).values(**values)
        detail = json.dumps({"ids": list(ids), "moved_to": moved_to})
        noted = insert(audit).values(at_ms=at_ms, who=by, action=f"phrases.{verdict}", detail=detail)
        try:
            async with self._engine.begin() as connection:
                changed = (await connection.execute(change)).rowcount
                if changed:
                    await connection.execute(noted)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"nothing was decided: {type(error).__name__}") from error
        return int(changed)


def _phrase(row: RowMapping) -> Phrase:
    return Phrase(
        id=row["id"],
        at=datetime.fromtimestamp(row["at_ms"] / 1000, UTC),
        article=row["article"],
        language=row["language"],
        text=row["text"],
        source=row["source"],
        status=row["status"],
        decided_by=row["decided_by"] or "",
        moved_to=row["moved_to"] or "",
    )
