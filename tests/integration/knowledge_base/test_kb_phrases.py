"""Editors decide about phrases, and publish: in SQL, over HTTP, in the base that serves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from core.leader import Leader
from core.redis import Scripts
from core.tables import audit
from knowledge_base.learned import Learned
from knowledge_base.phrases import SqlPhrases
from knowledge_base.publish import ensure_published
from knowledge_base.store import SqlBaseStore
from tests.integration.handoff.handoff_desk import Hand, refused
from tests.integration.knowledge_base.kb_pages import NOW, Pages, file_of, wait_for_phrases
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, HashingEncoder


async def test_decisions_are_kept_counted_and_noted(archive: AsyncEngine) -> None:
    phrases = SqlPhrases(archive)
    await wait_for_phrases(archive)
    assert [each.id for each in await phrases.listed()] == ["p1", "p2", "p3"]
    assert await phrases.decide(["p1"], "accepted", by="u1", now=NOW) == 1
    assert await phrases.decide(["p2"], "moved", by="u1", now=NOW, moved_to="points") == 1
    assert await phrases.decide(["p3", "none"], "rejected", by="u1", now=NOW) == 1
    assert await phrases.counts() == {"pending": 0, "accepted": 1, "rejected": 1, "moved": 1}
    assert set(await phrases.accepted()) == {
        Learned("delivery", "ru", "почём привезёте на дом"),
        Learned("points", "ru", "баллы за доставку сгорят когда"),
    }
    async with archive.connect() as connection:
        noted = (await connection.execute(select(audit.c.action, audit.c.detail))).all()
    assert [row.action for row in noted] == ["phrases.accepted", "phrases.moved", "phrases.rejected"]
    assert json.loads(noted[1].detail) == {"ids": ["p2"], "moved_to": "points"}


async def test_an_accepted_phrase_can_be_taken_back(archive: AsyncEngine) -> None:
    phrases = SqlPhrases(archive)
    await wait_for_phrases(archive)
    await phrases.decide(["p1"], "accepted", by="u1", now=NOW)
    await phrases.decide(["p1"], "rejected", by="u2", now=NOW)
    assert await phrases.accepted() == ()


async def test_a_start_publishes_what_was_accepted_meanwhile_and_then_keeps_it(
    redis: Redis, keys: Keys, engine: AsyncEngine, tmp_path: Path
) -> None:
    for article in (DELIVERY, POINTS):
        (tmp_path / f"{article.id}.md").write_text(file_of(article), "utf-8")
    store = SqlBaseStore(engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed"))

    async def start(*learned: Learned) -> int:
        return await ensure_published(
            tmp_path, store=store, encoder=HashingEncoder(), now=NOW, floor=0.95, learned=learned
        )

    taught = Learned("delivery", "ru", "почём привезёте")
    assert [await start(), await start(), await start(taught), await start(taught)] == [1, 1, 2, 2]


@pytest.fixture
async def pages(redis: Redis, keys: Keys, engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Pages]:
    folder = tmp_path / "kb"
    folder.mkdir()
    pages = Pages.on(redis, keys, engine, folder)
    yield pages
    await pages.announcements.close()


class Editor:
    """Somebody signed in, on the editors' page."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand

    async def get(self, path: str) -> Any:
        response = await self.hand.client.get(f"/kb/api{path}")
        assert response.status == 200, await response.text()
        return await response.json()

    async def post(self, path: str, body: Any = None) -> Any:
        headers = {"X-CSRF-Token": self.hand.csrf}
        return await self.hand.client.post(f"/kb/api{path}", json=body, headers=headers)


@pytest.fixture
async def server(pages: Pages) -> AsyncIterator[TestServer]:
    server = TestServer(pages.app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def editor(pages: Pages, server: TestServer) -> AsyncIterator[Editor]:
    await pages.desk.add("eva", role="editor")
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        hand = Hand(client)
        await hand.sign_in("eva")
        yield Editor(hand)


async def test_phrases_come_by_article_with_what_the_bot_thinks_now(
    editor: Editor, engine: AsyncEngine
) -> None:
    await wait_for_phrases(engine)
    found = await editor.get("/phrases")
    assert [(group["article"], len(group["phrases"])) for group in found["groups"]] == [
        ("delivery", 2), ("returns", 1),
    ]  # fmt: skip
    first = found["groups"][0]["phrases"][0]
    assert first["guess"]["article"] == "delivery"
    assert 0 <= first["guess"]["probability"] <= 1
    assert found["counts"]["pending"] == 3


async def test_phrases_are_decided_in_bulk(editor: Editor, engine: AsyncEngine) -> None:
    await wait_for_phrases(engine)
    done = await editor.post("/phrases/accept", {"ids": ["p1", "p3"]})
    assert await done.json() == {"changed": 2}
    done = await editor.post("/phrases/move", {"ids": ["p2"], "article": "points"})
    assert await done.json() == {"changed": 1}
    assert (await editor.get("/phrases"))["groups"] == []
    moved = (await editor.get("/phrases?status=moved"))["groups"][0]["phrases"][0]
    assert moved["moved_to"] == "points"


async def test_a_wrong_decision_is_refused(editor: Editor) -> None:
    unknown = await editor.post("/phrases/move", {"ids": ["p1"], "article": "nothing"})
    assert await refused(unknown) == (422, "unknown_article")
    assert await refused(await editor.post("/phrases/accept", {"ids": []})) == (422, "invalid_body")
    response = await editor.hand.client.get("/kb/api/phrases?status=odd")
    assert await refused(response) == (422, "unknown_status")


ROUTES = [
    ("get", "/phrases"), ("get", "/articles"), ("get", "/publish"), ("get", "/me"), ("post", "/publish"),
    ("post", "/phrases/accept"), ("post", "/phrases/reject"), ("post", "/phrases/move"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "allowed"), [("operator", False), ("lead", True), ("editor", True), ("administrator", True)]
)
async def test_each_role_may_do_what_it_may(
    pages: Pages, server: TestServer, role: str, allowed: bool
) -> None:
    await pages.desk.add("eva", role=role)
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        for method, path in ROUTES:
            assert (await client.request(method, f"/kb/api{path}")).status == 401, path
        hand = Hand(client)
        await hand.sign_in("eva")
        for method, path in ROUTES:
            headers = {"X-CSRF-Token": hand.csrf}
            body = {"ids": ["p1"], "article": "points"}
            answer = await client.request(method, f"/kb/api{path}", json=body, headers=headers)
            assert (answer.status == 403) is not allowed, path
            if method == "post":
                assert (await client.request(method, f"/kb/api{path}", json=body)).status == 403, path


async def test_publishing_from_the_page_teaches_what_was_accepted(
    editor: Editor, pages: Pages, engine: AsyncEngine
) -> None:
    await wait_for_phrases(engine)
    assert (await editor.get("/publish"))["state"] == "none"
    await editor.post("/phrases/accept", {"ids": ["p1"]})
    assert (await editor.post("/publish")).status == 202
    assert await refused(await editor.post("/publish")) == (409, "publishing")
    await pages.publishing.close()
    told = await editor.get("/publish")
    assert (told["state"], told["version"], told["learned"]) == ("done", 1, 1)
    assert {"threshold", "share", "articles"} <= set(told)
    assert await pages.follower.look()
    assert "почём привезёте на дом" in [
        question for article in pages.knowledge.base.articles for question in article.questions
    ]


async def test_a_fault_in_the_folder_is_told_and_the_old_base_stays(
    editor: Editor, pages: Pages, tmp_path: Path
) -> None:
    (tmp_path / "kb" / "broken.md").write_text("no front matter", "utf-8")
    await editor.post("/publish")
    await pages.publishing.close()
    told = await editor.get("/publish")
    assert told["state"] == "failed"
    assert "broken.md" in told["error"]
    assert not await pages.follower.look()


async def test_nobody_publishes_while_another_process_does(
    editor: Editor, scripts: Scripts, pages: Pages
) -> None:
    other = Leader(scripts, name="publish", holder="other", lease_s=15)
    assert await other.acquire()
    assert await refused(await editor.post("/publish")) == (409, "publishing")
    await other.release()
    assert (await editor.post("/publish")).status == 202
    await pages.publishing.close()


async def test_a_publish_whose_process_died_is_told_as_lost(editor: Editor, redis: Redis, keys: Keys) -> None:
    await redis.hset(keys("kb_publish"), mapping={"state": "running", "told_ms": 1, "done": 1, "total": 2})
    assert (await editor.get("/publish"))["state"] == "lost"


async def test_without_a_session_the_page_leads_to_signing_in(server: TestServer) -> None:
    async with TestClient(server) as client:
        page = await client.get("/kb/phrases", allow_redirects=False)
        assert (page.status, page.headers["Location"]) == (302, "/desk/login#/kb/phrases")
        style = await client.get("/shared/base.css")
        assert style.headers["Cache-Control"] == "no-cache"
