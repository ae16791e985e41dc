"""Verdicts between publishes: they raise the threshold in every process, and the health page says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.floor import FloorWatch
from bot.health import Part
from bot.moves import Moves
from bot.split_report import read_split, split_part
from bot.texts import load_texts
from bot.web.health_page import HealthPage, Split
from core.config import ROOT
from core.keys import Keys
from core.leader import Leader
from core.redis import Scripts
from knowledge_base.artefact import from_bytes
from knowledge_base.live import KnowledgeBase
from knowledge_base.publish import publish
from knowledge_base.store import SqlBaseStore
from knowledge_base.threshold import ANSWER_NOTHING, Estimate
from knowledge_base.verdicts import Verdict
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, HashingEncoder

NOW = datetime(2026, 1, 2, 9, 30, tzinfo=UTC)
PUBLISHED = Estimate(threshold=0.9, share=0.3, precision=0.97)


class Heard:
    """Verdicts as a test says them."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []

    async def read(self) -> list[Verdict]:
        return self.verdicts


@pytest.fixture
async def watched(
    scripts: Scripts, engine: AsyncEngine, redis: Redis, keys: Keys
) -> tuple[FloorWatch, Heard, str]:
    """A watch over a published base, what it hears, and the base's model."""
    store = SqlBaseStore(engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed"))
    encoder, heard = HashingEncoder(), Heard()
    articles = (DELIVERY, POINTS)
    version = await publish(articles, store=store, encoder=encoder, source="editors", now=NOW, floor=0.95)
    base = replace(from_bytes(await store.load(version), version=version), estimate=PUBLISHED)
    watch = FloorWatch(
        redis=redis,
        keys=keys,
        leader=Leader(scripts, name="floor", holder="a", lease_s=60),
        knowledge_base=KnowledgeBase(encoder=encoder, timezone="UTC", base=base),
        store=store,
        verdicts=heard,
        floor=0.95,
        confidence=0.95,
        clock=lambda: NOW,
    )
    return watch, heard, (await store.meta(version)).model


def wrong(model: str, count: int) -> list[Verdict]:
    return [
        Verdict(0.95, False, "operator", 1, model, at, "delivery", "r1", 0.9, True) for at in range(count)
    ]


async def test_without_verdicts_the_published_threshold_is_in_force(
    watched: tuple[FloorWatch, Heard, str], redis: Redis, keys: Keys
) -> None:
    watch, _, _ = watched
    await watch.step()
    report = await read_split(redis, keys, target=0.2, tolerance=0.05)
    assert (report.floor_threshold, report.kind, report.missing) == (0.9, "estimate", 59)
    assert report.moves == ()


async def test_wrong_answers_raise_the_threshold_once_and_the_move_says_why(
    watched: tuple[FloorWatch, Heard, str], redis: Redis, keys: Keys
) -> None:
    watch, heard, model = watched
    await watch.step()
    heard.verdicts = wrong(model, 12)
    await watch.step()
    await watch.step()
    (move,) = await Moves(redis=redis, key=keys("split_moves")).latest(10)
    assert move.reason == "verdicts_raised"
    assert (move.before, move.after, move.counted) == (0.9, ANSWER_NOTHING, 12)


async def test_verdicts_on_another_model_are_not_heard(
    watched: tuple[FloorWatch, Heard, str], redis: Redis, keys: Keys
) -> None:
    watch, heard, _ = watched
    heard.verdicts = wrong("another", 12)
    await watch.step()
    assert (await read_split(redis, keys, target=0.2, tolerance=0.05)).floor_threshold == 0.9


async def test_another_base_with_another_threshold_is_a_move_too(
    watched: tuple[FloorWatch, Heard, str], redis: Redis, keys: Keys
) -> None:
    watch, _, _ = watched
    await redis.hset(keys("floor"), mapping={"version": "0", "threshold": "0.95"})
    await watch.step()
    (move,) = await Moves(redis=redis, key=keys("split_moves")).latest(10)
    assert (move.reason, move.before) == ("published", 0.95)


async def test_a_move_no_one_can_read_is_left_out(redis: Redis, keys: Keys) -> None:
    await redis.lpush(keys("split_moves"), '{"reason":"of a newer version"}')
    assert await Moves(redis=redis, key=keys("split_moves")).latest(10) == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["Ни один порог", "вердикты (12) показали", "«помогло» 3", "02.01 12:30", "не работает"]),
        (
            "en",
            [
                "No threshold meets",
                "verdicts (12) showed",
                "3 of them helped",
                "02.01 12:30",
                "does not work",
            ],
        ),
    ],
)
async def test_the_health_page_tells_it_in_both_languages(
    language: str, expected: list[str], watched: tuple[FloorWatch, Heard, str], redis: Redis, keys: Keys
) -> None:
    watch, heard, model = watched
    await watch.step()
    heard.verdicts = wrong(model, 12)
    await watch.step()
    report = await read_split(redis, keys, target=0.2, tolerance=0.05)
    texts = load_texts(ROOT / "bot/wording", default_language="ru")
    part = split_part(report, texts)
    assert part.status == "degraded"

    async def parts() -> dict[str, Part]:
        return {"redis": Part("ok"), "nlu": Part("down", "<b>"), "split": part}

    async def split() -> Split:
        return Split(report, (3, 4))

    app = web.Application()
    page = HealthPage(texts=texts, timezone="Europe/Moscow", parts=parts, split=split)
    app.router.add_get("/health", page.show)
    async with TestServer(app) as server, ClientSession() as session:
        answer = await session.get(server.make_url("/health"), headers={"Accept-Language": language})
        html = await answer.text()
    assert answer.status == 200
    for words in expected:
        assert words in html
    assert "&lt;b&gt;" in html
