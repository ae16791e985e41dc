"""Articles as operators see them, over a real base: internal ones are found by them and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.desk_articles import DeskArticles
from bot.knowledge import LiveKnowledge
from core.errors import Unavailable
from knowledge_base.build import build
from knowledge_base.live import KnowledgeBase
from tests.unit.knowledge_base.kb_fakes import (
    DELIVERY,
    RETURNS,
    RETURNS_EN,
    SECRET,
    HashingEncoder,
    article,
)

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
RICH = article(
    "bonus", "как получить бонус", "бонус за покупку", "где мой бонус",
    body="# Бонусы\n\n* За покупку: **5%**\n* [Правила](javascript:go)\n\n<b>Всё</b>",
)  # fmt: skip


@pytest.fixture
def base() -> KnowledgeBase:
    encoder = HashingEncoder()
    return KnowledgeBase(
        encoder=encoder, timezone="UTC", base=build([DELIVERY, RETURNS, RETURNS_EN, SECRET, RICH], encoder)
    )


@pytest.fixture
def articles(base: KnowledgeBase) -> DeskArticles:
    return DeskArticles(base, clock=lambda: NOW)


async def test_an_internal_article_is_found_by_operators_marked_and_hidden_from_customers(
    base: KnowledgeBase, articles: DeskArticles
) -> None:
    found = await articles.search("лимит компенсации", "ru")
    assert (found[0].article, found[0].internal) == ("limits", True)
    assert [each.internal for each in found if each.article == "delivery"] == [False]
    customers = LiveKnowledge(base, threshold=lambda solved: solved, wait_s=0)
    seen = await customers.search("лимит компенсации", language="ru", now=NOW, limit=50)
    assert seen is not None
    assert "limits" not in {hit.passage.article_id for hit in seen.hits}
    assert customers.article("limits", "ru") is None


def test_a_text_is_what_a_channel_can_send(articles: DeskArticles) -> None:
    found = articles.answer("bonus", "ru")
    assert found is not None
    assert found.text == "**Бонусы**\n\n- За покупку: **5%**\n- Правила\n\nВсё"


def test_a_text_comes_in_the_language_of_the_conversation(articles: DeskArticles) -> None:
    assert [articles.answer("returns", language) is not None for language in ("ru", "en")] == [True, True]
    english = articles.answer("returns", "en")
    assert english is not None
    assert (english.language, english.text) == ("en", "Answer.")
    other = articles.answer("delivery", "en")
    assert other is not None
    assert other.language == "ru"
    assert articles.answer("gone", "ru") is None


def test_the_phrases_of_an_article_are_those_of_all_its_languages(articles: DeskArticles) -> None:
    phrases = articles.phrases("returns")
    assert {"возврат покупки", "give a purchase back"} <= set(phrases)


async def test_before_a_base_is_there_the_desk_says_so_and_teaching_goes_on() -> None:
    articles = DeskArticles(KnowledgeBase(encoder=HashingEncoder(), timezone="UTC"), clock=lambda: NOW)
    with pytest.raises(Unavailable):
        await articles.search("доставка", "ru")
    with pytest.raises(Unavailable):
        articles.answer("delivery", "ru")
    assert articles.phrases("delivery") == ()
