"""Verdicts and phrases from events to SQL, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.tables import audit, pending_phrases, unread_events, verdicts
from tests.integration.bot.test_bot_projection import DECISION, event, holds, only, written

FOUND = [
    {"article": "delivery-cost", "language": "ru", "title": "т", "revision": "r1", "probability": 0.97},
    {"article": "delivery-times", "language": "ru", "title": "т", "revision": "r2", "probability": 0.02},
]
ANSWERED: dict[str, Any] = {
    **DECISION, "revision": "r1", "signals": {"candidates": FOUND, "base_version": 4},
}  # fmt: skip
HANDED: dict[str, Any] = {
    **ANSWERED, "decision": "handoff", "reason": "low_confidence", "article": None, "revision": None,
    "probability": 0.41,
}  # fmt: skip
PHRASE = {
    "id": "p1", "article": "delivery-cost", "language": "ru", "text": "почём привезёте", "source": "operator",
    "decision": "d1", "operator": "u1",
}  # fmt: skip


def said(right: bool | None = None, answered: str | None = None, by: str = "u1") -> Mapping[str, Any]:
    return {"decision": "d1", "right": right, "answered": answered, "source": "operator", "operator": by}


async def rows(engine: AsyncEngine, table: Table) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_a_verdict_on_an_answer_holds_all_that_the_threshold_needs(archive: AsyncEngine) -> None:
    await written(archive, event(1, "decision", ANSWERED), event(2, "verdict", said(right=False)))
    holds(await only(archive, verdicts), id="operator:d1", conversation="c1", decision_id="d1",
          article="delivery-cost", revision="r1", base_version=4, probability=0.97, right=False,
          source="operator", operator="u1", at_ms=2000)  # fmt: skip


@pytest.mark.parametrize(("answered", "right"), [("delivery-cost", True), ("delivery-times", False)])
async def test_an_article_an_operator_answered_with_judges_the_first_candidate(
    archive: AsyncEngine, answered: str, right: bool
) -> None:
    await written(archive, event(1, "decision", HANDED), event(2, "verdict", said(answered=answered)))
    holds(
        await only(archive, verdicts), article="delivery-cost", revision="r1", probability=0.41, right=right
    )


async def test_a_decision_that_considered_no_article_has_nothing_to_be_judged(archive: AsyncEngine) -> None:
    nothing = {**HANDED, "signals": {"candidates": []}, "probability": None}
    await written(archive, event(1, "decision", nothing), event(2, "verdict", said(answered="delivery-cost")))
    assert await rows(archive, verdicts) == []
    assert await rows(archive, unread_events) == []


async def test_a_later_verdict_replaces_the_earlier_which_stays_in_the_audit(archive: AsyncEngine) -> None:
    await written(
        archive,
        event(1, "decision", ANSWERED),
        event(2, "verdict", said(right=True)),
        event(3, "verdict", said(right=False, by="u2")),
        event(4, "verdict", said(right=False, by="u2")),
    )
    holds(await only(archive, verdicts), right=False, operator="u2", at_ms=4000)
    noted = await only(archive, audit)
    holds(noted, who="u2", action="verdict.replaced")
    assert json.loads(noted["detail"])["right"] is True


async def test_each_source_has_a_verdict_of_its_own(archive: AsyncEngine) -> None:
    await written(
        archive,
        event(1, "decision", ANSWERED),
        event(2, "feedback", {"decision": "d1", "helpful": True}),
        event(3, "verdict", said(right=False)),
    )
    found = {row["source"]: row["right"] for row in await rows(archive, verdicts)}
    assert found == {"customer": True, "operator": False}


async def test_a_verdict_on_a_decision_nobody_knows_is_set_aside(archive: AsyncEngine) -> None:
    await written(archive, event(1, "verdict", said(right=True)))
    assert await rows(archive, verdicts) == []
    holds(await only(archive, unread_events), kind="verdict")


async def test_a_phrase_waits_once_whatever_was_decided_about_it(archive: AsyncEngine) -> None:
    await written(archive, event(1, "phrase", PHRASE))
    async with archive.begin() as connection:
        await connection.execute(pending_phrases.update().values(status="rejected"))
    await written(archive, event(2, "phrase", PHRASE))
    holds(await only(archive, pending_phrases), id="p1", article="delivery-cost", text="почём привезёте",
          conversation="c1", decision_id="d1", operator="u1", status="rejected", at_ms=1000)  # fmt: skip
