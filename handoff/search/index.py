"""Keeps the index beside the archive: follows what is new, and fills in what was there before."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import CoreError, Unavailable
from core.keys import split_ref
from core.leader import Leader
from core.logging import get_logger
from core.sql import only_reading, upsert, upsert_all
from core.tables import conversations, customers, turns
from handoff.search.tables import search_cursors, search_documents
from handoff.search.text import indexed

AT_ONCE = 300
"""Rows a step takes: a tenth of a second of work, after which others may write."""
_POLL_S = 1.0

_log = get_logger("search")


@dataclass(frozen=True, slots=True)
class State:
    """How many documents there are, and whether everything archived is among them."""

    documents: int
    complete: bool


class Indexer:
    """Reads the archive's tables and writes the search's; a step may be repeated without harm."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is the archive's."""
        self._engine = engine

    async def run(self, stop: asyncio.Event, *, leader: Leader) -> None:
        """Index what is new until `stop`, in one process at a time."""
        while not stop.is_set():
            try:
                done = await self.step() if await leader.acquire() else 0
            except (CoreError, SQLAlchemyError, OSError) as error:
                _log.warning("search.interrupted", error=type(error).__name__)
                done = 0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S if done < AT_ONCE else 0.05):
                    await stop.wait()

    async def step(self) -> int:
        """Index the next messages and customers; how many there were."""
        return await self._messages() + await self._customers()

    async def rebuild(self) -> int:
        """Forget the index and make it anew; how many documents it has then.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(search_documents))
                await connection.execute(delete(search_cursors))
            while await self.step():
                pass
            return (await self.state()).documents
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def state(self) -> State:
        """How far the index has come."""
        async with only_reading(self._engine).connect() as connection:
            count = await connection.scalar(select(func.count()).select_from(search_documents))
            at, _ = await _cursor(connection, "turns")
            newer = select(turns.c.event_id).where(turns.c.event_id > at).limit(1)
            return State(int(count or 0), await connection.scalar(newer) is None)

    async def _messages(self) -> int:
        async with self._engine.connect() as connection:
            was = at, _ = await _cursor(connection, "turns")
            query = (
                select(turns.c.event_id, turns.c.conversation, turns.c.ref, turns.c.text, turns.c.at_ms,
                       conversations.c.channel, conversations.c.customer)
                .outerjoin(conversations, conversations.c.id == turns.c.conversation)
                .where(turns.c.event_id > at)
                .order_by(turns.c.event_id)
                .limit(AT_ONCE)
            )  # fmt: skip
            rows = (await connection.execute(query)).mappings().all()
            await connection.rollback()
        if not rows:
            return 0
        made = await asyncio.to_thread(lambda: [_message(dict(row)) for row in rows])
        await self._write("turns", made, was, (rows[-1]["event_id"], ""))
        return len(rows)

    async def _customers(self) -> int:
        async with self._engine.connect() as connection:
            was = at, key = await _cursor(connection, "customers")
            later = or_(
                customers.c.last_seen_ms > at, and_(customers.c.last_seen_ms == at, customers.c.key > key)
            )
            query = select(customers).where(later).order_by(customers.c.last_seen_ms, customers.c.key)
            rows = (await connection.execute(query.limit(AT_ONCE))).mappings().all()
            await connection.rollback()
        if not rows:
            return 0
        made = await asyncio.to_thread(lambda: [_customer(dict(row)) for row in rows])
        await self._write("customers", made, was, (rows[-1]["last_seen_ms"], rows[-1]["key"]))
        return len(rows)

    async def _write(
        self, name: str, documents: list[dict[str, Any]], was: tuple[int, str], now: tuple[int, str]
    ) -> None:
        """Documents and how far they go, together; nothing if the index has moved on or was made anew."""
        async with self._engine.begin() as connection:
            if await _cursor(connection, name, held=True) != was:
                return
            await upsert_all(connection, search_documents, documents, key="source")
            await upsert(connection, search_cursors, {"name": name, "at": now[0], "key": now[1]}, key="name")


async def _cursor(connection: AsyncConnection, name: str, *, held: bool = False) -> tuple[int, str]:
    query = select(search_cursors).where(search_cursors.c.name == name)
    row = (await connection.execute(query.with_for_update() if held else query)).mappings().first()
    return (row["at"], row["key"]) if row else (0, "")


def _message(row: Mapping[str, Any]) -> dict[str, Any]:
    found = indexed(row["text"])
    return {
        "source": f"t:{row['event_id']}",
        "event_id": row["event_id"],
        "conversation": row["conversation"],
        "customer": row["customer"],
        "channel": row["channel"] or split_ref(row["ref"])[0],
        "words": found.words,
        "numbers": found.numbers,
        "at_ms": row["at_ms"],
    }


def _customer(row: Mapping[str, Any]) -> dict[str, Any]:
    name, phone = indexed(row["name"]), indexed(row["phone"] or "")
    return {
        "source": f"c:{row['key']}",
        "event_id": None,
        "conversation": None,
        "customer": row["key"],
        "channel": split_ref(row["key"])[0],
        "words": name.words,
        "numbers": phone.numbers,
        "at_ms": row["last_seen_ms"],
    }
