"""Publishing into a real store and swapping while serving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from knowledge_base.errors import StoreError
from knowledge_base.follow import Follower
from knowledge_base.live import KnowledgeBase
from knowledge_base.publish import ensure_published, publish
from knowledge_base.store import RedisAnnouncements, SqlBaseStore
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, RETURNS, HashingEncoder

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FILE = "---\nid: {id}\ntitle: {id}\nlang: ru\nquestions: [{question}]\n---\nОтвет.\n"


@dataclass
class _World:
    store: SqlBaseStore
    encoder: HashingEncoder
    knowledge: KnowledgeBase
    follower: Follower
    announcements: RedisAnnouncements


@pytest.fixture
async def world(redis: Redis, engine: AsyncEngine, keys: Keys) -> AsyncIterator[_World]:
    store = SqlBaseStore(engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed"))
    encoder = HashingEncoder()
    knowledge = KnowledgeBase(encoder=encoder, timezone="UTC")
    announcements = RedisAnnouncements(redis=redis, channel=keys("kb_changed"))
    follower = Follower(
        knowledge_base=knowledge,
        store=store,
        announcements=announcements,
        fingerprint=encoder.fingerprint,
        poll_s=30,
    )
    yield _World(store, encoder, knowledge, follower, announcements)
    await announcements.close()


def _write(folder: Path, **questions: str) -> None:
    for name, question in questions.items():
        text = FILE.format(id=name, question=question)
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


async def _ensure(world: _World, folder: Path, floor: float = 0.95) -> int:
    return await ensure_published(folder, store=world.store, encoder=world.encoder, now=NOW, floor=floor)


async def test_the_first_start_publishes_the_folder_and_the_next_one_keeps_it(
    world: _World, tmp_path: Path
) -> None:
    _write(tmp_path, delivery="доставка", points="баллы")
    assert await _ensure(world, tmp_path) == 1
    assert await _ensure(world, tmp_path) == 1
    assert await world.follower.look()
    assert world.knowledge.version == 1
    meta = await world.store.meta(1)
    assert (meta.source, meta.articles, meta.created_at) == ("folder", 2, NOW)


async def test_a_changed_folder_or_floor_is_published_again(world: _World, tmp_path: Path) -> None:
    _write(tmp_path, delivery="доставка")
    await _ensure(world, tmp_path)
    _write(tmp_path, points="баллы")
    assert await _ensure(world, tmp_path) == 2
    assert await _ensure(world, tmp_path, floor=0.9) == 3


async def test_what_editors_published_is_not_replaced_by_the_folder(world: _World, tmp_path: Path) -> None:
    _write(tmp_path, delivery="доставка")
    mine = (DELIVERY, RETURNS)
    version = await publish(
        mine, store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95
    )
    assert await _ensure(world, tmp_path) == version


async def test_the_editors_base_is_built_again_from_its_own_articles_for_another_encoder(
    world: _World, tmp_path: Path
) -> None:
    mine = (DELIVERY, RETURNS)
    await publish(mine, store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95)
    world.encoder.fingerprint = "another"
    assert await _ensure(world, tmp_path) == 2
    await world.follower.look()
    assert world.knowledge.state == "down"
    assert (await world.store.meta(2)).source == "editors"


async def test_the_newest_version_serves_when_redis_was_emptied(world: _World, redis: Redis) -> None:
    for articles in ((DELIVERY,), (POINTS,)):
        await publish(
            articles, store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95
        )
    await redis.flushall()
    assert await world.store.active() == 2


async def test_an_artefact_that_was_stored_but_not_activated_is_not_served(world: _World) -> None:
    await publish(
        (DELIVERY,), store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95
    )
    meta = await world.store.meta(1)
    await world.store.save(await world.store.load(1), replace(meta, articles=99))
    await world.follower.look()
    assert world.knowledge.version == 1


async def test_a_broken_artefact_leaves_the_old_base_serving(world: _World) -> None:
    await publish(
        (DELIVERY,), store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95
    )
    await world.follower.look()
    broken = await world.store.save(b"half-written", await world.store.meta(1))
    await world.store.activate(broken)
    assert not await world.follower.look()
    assert (world.knowledge.version, world.knowledge.state) == (1, "ok")
    await world.store.activate(1)


async def test_a_version_nobody_stored_cannot_be_activated(world: _World) -> None:
    with pytest.raises(StoreError, match="no version 9"):
        await world.store.activate(9)


async def test_searches_never_mix_two_bases_while_they_are_swapped(world: _World) -> None:
    """Each version knows one article only; a result must be of the version it names."""
    only = {1: DELIVERY, 2: POINTS}
    for article in only.values():
        await publish(
            (article,), store=world.store, encoder=world.encoder, source="editors", now=NOW, floor=0.95
        )
    stop = asyncio.Event()
    following = asyncio.create_task(world.follower.run(stop))
    seen: set[int] = set()
    for turn in range(40):
        if turn % 10 == 0:
            await world.store.activate(1 + turn // 10 % 2)
        while world.knowledge.version is None:
            await asyncio.sleep(0.01)
        found = await world.knowledge.search("доставка баллы", language="ru", now=NOW)
        assert [hit.passage.article_id for hit in found.hits] == [only[found.base_version].id]
        seen.add(found.base_version)
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(following, 2)
    assert seen == {1, 2}
