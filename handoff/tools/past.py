"""What operators answered before, found again by the words of the question."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, Select, delete, desc, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.sql import insert_once, upsert
from core.tables import archive_cursor, conversations, turns
from handoff.tools.drafts import Draft, Lemmas, overlap
from handoff.tools.rows import reads, writes
from handoff.tools.tables import past_answers, past_words

KEPT = 50_000
"""Answers remembered, the latest: a few weeks of a large desk, and a search stays in milliseconds."""

_CURSOR = "past_answers"
_BATCH = 500
_SHORTEST_CHARS = 20
"""Shorter ones ("да, конечно") answer nothing by themselves."""
_MOST_WORDS = 40
_WORD_CHARS = 60
_MOST_ALIKE = 20
"""A canned reply sent a thousand times must not crowd out all others; as many of its questions are enough."""
_LOOKED_AT = 60
_LEAST_SCORE = 0.4
_SOMEBODYS = re.compile(r"\d[\d\s()-]{4,}\d|@|‹")
"""Numbers of orders, phones and cards, addresses, gaps: such an answer was for one customer only."""


class PastAnswers:
    """Learns from the archive and finds similar questions."""

    def __init__(self, engine: AsyncEngine, *, lemmas: Lemmas, kept: int = KEPT) -> None:
        """`lemmas` gives the words that say something, as base forms."""
        self._engine = engine
        self._lemmas = lemmas
        self._kept = kept

    async def learn(self) -> int:
        """Read further in the archive; how many turns were looked at.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        async with reads(self._engine) as connection:
            since = int(await connection.scalar(_position()) or 0)
            query = select(turns).where(turns.c.event_id > since).order_by(turns.c.event_id).limit(_BATCH)
            found = (await connection.execute(query)).mappings().all()
            pairs = [
                (row, asked)
                for row in found
                if _may_teach(row) and (asked := await _question(connection, row))
            ]
        if not found:
            return 0
        # Base forms first: neither SQLite's one writer nor the event loop may wait for a dictionary.
        learned = await asyncio.to_thread(lambda: [self._learned(row, asked) for row, asked in pairs])
        async with writes(self._engine) as connection:
            for values, words in learned:
                await _keep(connection, values, words)
            place = {"name": _CURSOR, "last_event": str(found[-1]["event_id"])}
            await upsert(connection, archive_cursor, place, key="name")
            await self._forget(connection)
        return len(found)

    async def drafts(self, question: str, typed: str, language: str) -> Sequence[Draft]:
        """Answers to similar questions; what was typed raises those that say it too.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        wanted = await asyncio.to_thread(self._words, question)
        if not wanted:
            return []
        shared = func.count()
        ranked = (
            select(past_words.c.event_id, shared.label("shared"))
            .where(past_words.c.lemma.in_(wanted))
            .group_by(past_words.c.event_id)
            .order_by(desc(shared), desc(past_words.c.event_id))
            .limit(_LOOKED_AT)
        ).subquery()
        query = (
            select(past_answers, ranked.c.shared)
            .join(ranked, ranked.c.event_id == past_answers.c.event_id)
            .where(past_answers.c.language == language)
        )
        async with reads(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return await asyncio.to_thread(self._ranked, rows, len(wanted), typed)

    def _ranked(self, rows: Sequence[RowMapping], asked: int, typed: str) -> list[Draft]:
        begun = self._lemmas(typed) if typed.strip() else []
        found = (self._draft(row, asked, begun) for row in rows)
        return sorted((each for each in found if each.score >= _LEAST_SCORE), key=lambda draft: -draft.score)

    def _words(self, text: str) -> list[str]:
        return sorted({word[:_WORD_CHARS] for word in self._lemmas(text)})[:_MOST_WORDS]

    def _draft(self, row: RowMapping, asked: int, begun: list[str]) -> Draft:
        score = row["shared"] / (asked * max(1, row["question_words"])) ** 0.5
        if begun:
            score = 0.6 * score + 0.4 * overlap(begun, self._lemmas(row["answer"]))
        return Draft("past", row["question"][:80], row["answer"], min(1.0, score))

    def _learned(self, row: RowMapping, asked: RowMapping) -> tuple[dict[str, Any], list[str]]:
        answer, words = str(row["text"]).strip(), self._words(asked["text"])
        values = {
            "event_id": row["event_id"], "language": asked["language"], "question": asked["text"][:500],
            "answer": answer, "question_words": len(words), "at_ms": row["at_ms"],
            "answer_hash": sha256(" ".join(answer.lower().split()).encode()).hexdigest()[:40],
        }  # fmt: skip
        return values, words

    async def _forget(self, connection: AsyncConnection) -> None:
        newest = select(past_answers.c.event_id).order_by(desc(past_answers.c.event_id))
        last = await connection.scalar(newest.offset(self._kept).limit(1))
        if last is not None:
            for table in (past_words, past_answers):
                await connection.execute(delete(table).where(table.c.event_id <= last))


async def _keep(connection: AsyncConnection, values: dict[str, Any], words: list[str]) -> None:
    same = past_answers.c.answer_hash == values["answer_hash"]
    known = await connection.scalar(select(func.count()).select_from(past_answers).where(same))
    if not words or (known or 0) >= _MOST_ALIKE:
        return
    await insert_once(connection, past_answers, values, key="event_id")
    for word in words:
        entry = {"id": f"{values['event_id']}|{word}", "lemma": word, "event_id": values["event_id"]}
        await insert_once(connection, past_words, entry, key="id")


def _position() -> Select[tuple[str]]:
    return select(archive_cursor.c.last_event).where(archive_cursor.c.name == _CURSOR)


def _may_teach(row: RowMapping) -> bool:
    text = str(row["text"]).strip()
    said = row["author"] == "operator" and row["kind"] == "text"
    return said and len(text) >= _SHORTEST_CHARS and not _SOMEBODYS.search(text)


async def _question(connection: AsyncConnection, row: RowMapping) -> RowMapping | None:
    """What the customer wrote right before, with the conversation's language; None if somebody else spoke."""
    before = (
        select(turns.c.text, turns.c.author, turns.c.kind, conversations.c.language)
        .join(conversations, conversations.c.id == turns.c.conversation)
        .where((turns.c.conversation == row["conversation"]) & (turns.c.event_id < row["event_id"]))
        .where((turns.c.kind != "note") & (turns.c.author != "system"))
        .order_by(desc(turns.c.event_id))
        .limit(1)
    )
    found = (await connection.execute(before)).mappings().first()
    return found if found is not None and found["author"] == "customer" else None
