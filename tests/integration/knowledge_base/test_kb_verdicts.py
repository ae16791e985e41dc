"""Verdicts out of a real archive, and what they do to a publish."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from core.sql import metadata
from core.tables import decisions, verdicts
from knowledge_base.artefact import from_bytes
from knowledge_base.errors import StoreError
from knowledge_base.publish import publish
from knowledge_base.store import SqlBaseStore
from knowledge_base.verdict_store import SqlVerdicts
from knowledge_base.verdicts import Verdict
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, RETURNS, HashingEncoder

NOW = datetime(2025, 6, 1, tzinfo=UTC)
_numbers = itertools.count(1)


@pytest.fixture
async def archive_with_verdicts(archive: AsyncEngine) -> AsyncEngine:
    async with archive.begin() as connection:
        await connection.run_sync(metadata.create_all)
    return archive


def payload(
    decision: str, *, first: str | None = "delivery", reason: str | None = None, kind: str = "text",
    probability: float = 0.97,
) -> dict[str, Any]:  # fmt: skip
    candidate = {
        "article": first,
        "language": "ru",
        "title": "t",
        "revision": "r1",
        "probability": probability,
    }
    return {
        "decision": decision,
        "reason": reason,
        "signals": {"kind": kind, "candidates": [candidate] if first else []},
        "thresholds": {"article": 0.9},
    }


async def judged(
    engine: AsyncEngine, told: dict[str, Any], article: str = "delivery", *, right: bool = True,
    source: str = "operator", again: bool = False,
) -> None:  # fmt: skip
    """A decision with a verdict on it, or another verdict on the last decision."""
    number = next(_numbers)
    decision_id = f"d{number - 1}" if again else f"d{number}"
    async with engine.begin() as connection:
        if not again:
            row = {"id": decision_id, "event_id": number, "conversation": "c", "message_id": "m",
                   "decision": told["decision"], "payload": json.dumps(told), "at_ms": number}  # fmt: skip
            await connection.execute(insert(decisions).values(row))
        verdict = {"id": f"v{number}", "at_ms": 1000 + number, "conversation": "c",
                   "decision_id": decision_id, "article": article, "revision": "r1", "base_version": 1,
                   "probability": 0.97, "right": right, "source": source, "operator": "o"}  # fmt: skip
        await connection.execute(insert(verdicts).values(verdict))


async def only(engine: AsyncEngine) -> Verdict | None:
    found = await SqlVerdicts(engine).read()
    assert len(found) <= 1
    return found[0] if found else None


async def test_a_verdict_carries_what_its_decision_stored(archive_with_verdicts: AsyncEngine) -> None:
    await judged(archive_with_verdicts, payload("answer"))
    found = await only(archive_with_verdicts)
    assert found is not None
    assert (found.probability, found.right, found.in_force, found.answered) == (0.97, True, 0.9, True)
    assert (found.article, found.revision) == ("delivery", "r1")


@pytest.mark.parametrize(
    ("told", "article", "right", "expected"),
    [
        (payload("answer"), "delivery", False, False),
        (payload("answer"), "points", True, False),  # the operator answered with another article
        (payload("answer"), "points", False, None),  # that says nothing of the first one
        (payload("handoff", reason="low_confidence"), "delivery", True, True),
        (payload("handoff", reason="clarify_failed"), "points", True, False),
        (payload("clarify"), "delivery", True, True),
        (payload("handoff", reason="emotion"), "delivery", True, None),  # no threshold would have answered
        (payload("skill"), "delivery", True, None),
        (payload("handoff", reason="low_confidence", first=None), "delivery", True, None),
        (payload("answer", kind="button", probability=1.0), "delivery", True, None),  # chosen, not estimated
    ],
)
async def test_what_a_verdict_says_of_the_first_article(
    told: dict[str, Any], article: str, right: bool, expected: bool | None, archive_with_verdicts: AsyncEngine
) -> None:
    await judged(archive_with_verdicts, told, article, right=right)
    found = await only(archive_with_verdicts)
    assert (found.right if found else None) is expected
    assert found is None or found.answered is (told["decision"] == "answer")


async def test_what_was_said_last_of_a_decision_counts(archive_with_verdicts: AsyncEngine) -> None:
    await judged(archive_with_verdicts, payload("answer"), right=True)
    await judged(archive_with_verdicts, payload("answer"), right=False, source="review", again=True)
    found = await only(archive_with_verdicts)
    assert found is not None
    assert (found.right, found.source) == (False, "review")


async def test_a_verdict_without_a_base_is_of_no_model(archive_with_verdicts: AsyncEngine) -> None:
    await judged(archive_with_verdicts, payload("answer"))
    async with archive_with_verdicts.begin() as connection:
        await connection.execute(verdicts.update().values(base_version=None))
    found = await only(archive_with_verdicts)
    assert found is not None
    assert (found.base_version, found.model) == (0, "")


async def test_more_verdicts_are_seen_by_the_next_look(archive_with_verdicts: AsyncEngine) -> None:
    store = SqlVerdicts(archive_with_verdicts)
    assert await store.read() == []
    await judged(archive_with_verdicts, payload("answer"))
    first = await store.read()
    assert len(first) == 1
    assert await store.read() is first


async def test_customers_are_counted_apart(archive_with_verdicts: AsyncEngine) -> None:
    engine = archive_with_verdicts
    await judged(engine, payload("answer"), source="customer")
    assert await only(engine) is None
    async with engine.begin() as connection:
        await connection.execute(decisions.update().values(helpful=True))
    assert await SqlVerdicts(engine).customers() == (1, 1)


async def test_an_archive_without_the_table_is_a_store_error(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE IF EXISTS verdicts")
    with pytest.raises(StoreError):
        await SqlVerdicts(engine).read()


class _Verdicts:
    def __init__(self, heard: list[Verdict] | None) -> None:
        self._heard = heard

    async def read(self) -> list[Verdict]:
        if self._heard is None:
            raise StoreError("away")
        return self._heard


@pytest.mark.parametrize(
    ("count", "kind", "missing"), [(None, "estimate", None), (10, "estimate", 49), (70, "bound", 0)]
)
async def test_a_publish_takes_the_bound_verdicts_prove(
    redis: Redis, engine: AsyncEngine, keys: Keys, count: int | None, kind: str, missing: int | None
) -> None:
    store = SqlBaseStore(engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed"))
    encoder = HashingEncoder()
    articles = (DELIVERY, POINTS, RETURNS)
    first = await publish(articles, store=store, encoder=encoder, source="editors", now=NOW, floor=0.95)
    model = (await store.meta(first)).model
    one = Verdict(0.995, True, "review", first, model, 1, "delivery", "r1", 0.0, True)
    version = await publish(
        articles, store=store, encoder=encoder, source="editors", now=NOW, floor=0.95,
        verdicts=_Verdicts(None if count is None else [one] * count), confidence=0.95,
    )  # fmt: skip
    estimate = from_bytes(await store.load(version)).estimate
    assert (estimate.kind, estimate.missing) == (kind, missing)
    meta = await store.meta(version)
    assert (meta.kind, meta.threshold) == (kind, estimate.threshold)
    if kind == "bound":
        assert (estimate.threshold, estimate.labels) == (0.995, 70)
