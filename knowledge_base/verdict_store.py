"""Verdicts out of the archive, each with the decision it is about."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.sql import only_reading
from core.tables import decisions, verdicts
from knowledge_base.errors import StoreError
from knowledge_base.ports import BaseMeta
from knowledge_base.tables import kb_bases
from knowledge_base.verdicts import COUNTED, Verdict

MOST = 5000
"""Verdicts read: the newest ones."""
UNSURE = frozenset({"low_confidence", "clarify_failed"})
"""Reasons of a hand-over that a lower threshold would have turned into an answer."""


class SqlVerdicts:
    """A `Verdicts` over SQLAlchemy; reads the archive again only when there is more in it."""

    def __init__(self, engine: AsyncEngine, *, most: int = MOST) -> None:
        """`engine` is the archive's; `most` verdicts are read, the newest ones."""
        self._engine = only_reading(engine)
        self._most = most
        self._seen: tuple[int, int] | None = None
        self._known: list[Verdict] = []

    async def read(self) -> list[Verdict]:
        """The newest verdicts, one a decision: what was said last of it counts.

        Raises:
            StoreError: the archive cannot be read.
        """
        try:
            async with self._engine.connect() as connection:
                count = func.count(), func.coalesce(func.max(verdicts.c.at_ms), 0)
                total, newest_ms = (await connection.execute(_judged(*count))).one()
                if (total, newest_ms) == self._seen:
                    return self._known
                rows, metas = await self._rows(connection)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"verdicts cannot be read: {type(error).__name__}") from error
        # Thousands of stored decisions take a while to take apart, and messages must not wait for it.
        self._known = await asyncio.to_thread(_newest, rows, metas)
        self._seen = (total, newest_ms)
        return self._known

    async def _rows(self, connection: AsyncConnection) -> tuple[list[dict[str, Any]], dict[int, str]]:
        """Verdicts with their decisions, newest first, and what is known of the bases that decided."""
        query = (
            _judged(verdicts, decisions.c.payload, decisions.c.at_ms.label("decided_ms"))
            .order_by(verdicts.c.at_ms.desc(), verdicts.c.id.desc())
            .limit(self._most)
        )
        rows = [dict(row) for row in (await connection.execute(query)).mappings()]
        versions = {int(row["base_version"]) for row in rows if row["base_version"] is not None}
        known = select(kb_bases.c.version, kb_bases.c.meta).where(kb_bases.c.version.in_(versions))
        return rows, {int(version): str(meta) for version, meta in await connection.execute(known)}

    async def customers(self) -> tuple[int, int]:
        """How many answers customers said helped, and how many they said anything of.

        Raises:
            StoreError: the archive cannot be read.
        """
        query = select(
            func.count().filter(decisions.c.helpful.is_(True)), func.count(decisions.c.helpful)
        ).select_from(decisions)
        try:
            async with self._engine.connect() as connection:
                helped, asked = (await connection.execute(query)).one()
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"verdicts cannot be read: {type(error).__name__}") from error
        return int(helped), int(asked)


def _judged(*columns: Any) -> Select[Any]:
    """Verdicts that may count, beside the decisions they are about."""
    return (
        select(*columns)
        .select_from(verdicts.join(decisions, decisions.c.id == verdicts.c.decision_id))
        .where(verdicts.c.source.in_(COUNTED))
    )


def _newest(rows: Sequence[Mapping[str, Any]], metas: Mapping[int, str]) -> list[Verdict]:
    models = {version: BaseMeta(**json.loads(meta)).model for version, meta in metas.items()}
    newest: dict[str, Verdict | None] = {}
    for row in rows:
        if row["decision_id"] not in newest:
            newest[row["decision_id"]] = verdict_of(row, models.get(row["base_version"], ""))
    return [found for found in newest.values() if found is not None]


def verdict_of(row: Mapping[str, Any], model: str) -> Verdict | None:
    """A row as a verdict on the first article found; None where it tells nothing of that one.

    What counts is the decision as it was stored: its first article and probability, whether it was answered,
    and the threshold it met. An operator who answered with another article than the first one found, or than
    the bot's answer, thereby says that one was wrong.
    """
    decision = json.loads(row["payload"])
    signals = decision["signals"]
    first = signals["candidates"][0] if signals["candidates"] else None
    if first is None or signals["kind"] != "text" or not _met_threshold(decision):
        return None
    if row["article"] == first["article"]:
        right = bool(row["right"])
    elif row["right"]:
        right = False
    else:
        return None
    return Verdict(
        probability=float(first["probability"]),
        right=right,
        source=row["source"],
        base_version=int(row["base_version"] or 0),
        model=model,
        at_ms=int(row["decided_ms"]),
        article=first["article"],
        revision=first["revision"],
        in_force=float(decision["thresholds"]["article"]),
        answered=decision["decision"] == "answer",
    )


def _met_threshold(decision: Mapping[str, Any]) -> bool:
    """Whether the article's threshold decided; a wish for a person, mood and skills come before it."""
    word = decision["decision"]
    return word in ("answer", "clarify") or (word == "handoff" and decision.get("reason") in UNSURE)
