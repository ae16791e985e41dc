"""The knowledge base as the conversation sees it: waited for at the start, never a failure."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from bot.knowledge import LiveKnowledge
from knowledge_base.errors import ArtefactError, KnowledgeBaseError, NotReady
from knowledge_base.live import KnowledgeBase
from knowledge_base.types import Article, SearchResult
from tests.unit.bot.bot_fakes import NOW, article

FOUND = SearchResult((), 0.9, 1)


class FakeBase:
    """Not ready, down, broken or there, as told."""

    def __init__(self, *, state: str = "ok", fails: KnowledgeBaseError | None = None) -> None:
        self.state = state
        self.fails = fails
        self.asked = 0

    async def search(self, *_: Any, **__: Any) -> SearchResult:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return FOUND

    def article(self, article_id: str, language: str) -> Article:
        if self.fails is not None:
            raise self.fails
        return article(article_id, language)


def live(base: FakeBase, *, wait_s: float = 0.0) -> LiveKnowledge:
    return LiveKnowledge(cast(KnowledgeBase, base), threshold=lambda solved: solved + 0.01, wait_s=wait_s)


async def search(knowledge: LiveKnowledge) -> SearchResult | None:
    return await knowledge.search("?", language="ru", now=NOW)


async def test_a_message_waits_for_a_base_that_is_starting() -> None:
    base = FakeBase(state="starting", fails=NotReady())

    async def comes_up() -> None:
        await asyncio.sleep(0.05)
        base.fails = None

    found, _ = await asyncio.gather(search(live(base, wait_s=5)), comes_up())
    assert found is FOUND
    assert base.asked == 2


async def test_a_base_that_is_down_is_not_waited_for() -> None:
    base = FakeBase(state="down", fails=NotReady())
    assert await search(live(base, wait_s=60)) is None
    assert base.asked == 1


async def test_a_base_that_breaks_counts_as_none() -> None:
    assert await search(live(FakeBase(fails=ArtefactError("broken")), wait_s=60)) is None


def test_without_a_base_there_is_no_article() -> None:
    assert live(FakeBase(fails=NotReady())).article("delivery-cost", "ru") is None
    found = live(FakeBase()).article("delivery-cost", "ru")
    assert found is not None
    assert found.id == "delivery-cost"


def test_the_threshold_is_the_governors() -> None:
    assert live(FakeBase()).threshold(0.5) == 0.51
