"""Searching a base."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from knowledge_base.artefact import articles_in, from_bytes, to_bytes
from knowledge_base.base import Base
from knowledge_base.build import build
from knowledge_base.errors import ArtefactError, NotReady
from knowledge_base.live import KnowledgeBase
from knowledge_base.types import Article, Audience, SearchResult
from tests.unit.knowledge_base.kb_fakes import (
    DELIVERY,
    EVERYTHING,
    POINTS,
    RETURNS,
    SECRET,
    HashingEncoder,
    article,
)

TODAY = date(2025, 6, 1)
ENCODER = HashingEncoder()


@pytest.fixture(scope="module")
def base() -> Base:
    return build(EVERYTHING, ENCODER)


def _search(
    base: Base, text: str, *, language: str = "ru", today: date = TODAY, audience: Audience = "customer"
) -> SearchResult:
    vector = ENCODER.encode_now([base.prepare(text)])[0]
    return base.search(text, vector, language=language, today=today, audience=audience)


def _ids(result: SearchResult) -> list[str]:
    return [hit.passage.article_id for hit in result.hits]


def test_the_article_with_the_same_words_comes_first(base: Base) -> None:
    assert _ids(_search(base, "а сколько будет стоить доставка домой"))[0] == "delivery"
    assert _ids(_search(base, "у меня сгорели баллы"))[0] == "points"


def test_an_article_is_found_once_although_it_has_many_passages_and_two_languages(base: Base) -> None:
    found = _ids(_search(base, "вернуть товар"))
    assert len(found) == len(set(found))


def test_the_customers_language_is_shown_although_the_other_one_matched(base: Base) -> None:
    hit = _search(base, "how to return goods", language="ru").hits[0]
    assert (hit.passage.article_id, hit.passage.lang, hit.title) == ("returns", "ru", RETURNS.title)


def test_an_article_without_the_customers_language_is_found_in_another(base: Base) -> None:
    hit = _search(base, "когда сгорят баллы", language="en").hits[0]
    assert (hit.passage.article_id, hit.passage.lang) == ("points", "ru")


@pytest.mark.parametrize(
    "text",
    [
        "лимит компенсации клиенту",
        "сколько компенсировать",
        "сумма компенсации",
        "limits",
        "internal",
        "компенсация",
    ],
)
def test_customers_never_find_an_internal_article(base: Base, text: str) -> None:
    assert "limits" not in _ids(_search(base, text))
    assert base.article("limits", "ru") is None


def test_operators_find_internal_articles(base: Base) -> None:
    assert _ids(_search(base, "лимит компенсации клиенту", audience="internal"))[0] == "limits"
    assert base.article("limits", "ru", audience="internal") == SECRET


def test_an_id_that_is_internal_in_one_language_is_hidden_in_both() -> None:
    english = article("limits", "compensation limit for a customer", lang="en")
    base = build((*EVERYTHING, english), ENCODER)
    assert "limits" not in _ids(_search(base, "compensation limit for a customer", language="en"))


def test_an_article_is_found_from_its_first_day_to_its_last() -> None:
    promo = article("promo", "летняя акция", valid_from=date(2025, 6, 1), valid_to=date(2025, 6, 30))
    base = build((DELIVERY, POINTS, promo), ENCODER)
    shown = {
        day: "promo" in _ids(_search(base, "летняя акция", today=date.fromisoformat(day)))
        for day in ("2025-05-31", "2025-06-01", "2025-06-30", "2025-07-01")
    }
    assert shown == {"2025-05-31": False, "2025-06-01": True, "2025-06-30": True, "2025-07-01": False}


def test_probabilities_fall_and_the_first_leaves_the_rest_to_the_others(base: Base) -> None:
    chances = [hit.probability for hit in _search(base, "как вернуть товар").hits]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] + chances[1] <= 1.0001


def test_a_question_of_the_base_is_surer_than_words_it_never_saw(base: Base) -> None:
    known, alien = _search(base, "как вернуть товар"), _search(base, "почему небо голубое")
    assert known.hits[0].probability > 0.5 > alien.hits[0].probability


@pytest.mark.parametrize("text", ["", " ", "???", "😀", "x" * 5000, "\u200b", "(" * 300])
def test_any_text_can_be_searched_with(base: Base, text: str) -> None:
    assert all(0 <= hit.probability <= 1 for hit in _search(base, text).hits)


def test_a_base_of_internal_articles_only_finds_customers_nothing() -> None:
    base = build((SECRET,), ENCODER)
    assert _search(base, "лимит компенсации").hits == ()


def test_a_base_of_one_article_answers_without_failing() -> None:
    assert _ids(_search(build((DELIVERY,), ENCODER), "доставка")) == ["delivery"]


def test_an_artefact_gives_back_the_same_base(base: Base) -> None:
    again = from_bytes(to_bytes(base), version=7)
    for text in ("вернуть чайник", "сгорят баллы", "компенсация"):
        for audience in ("customer", "internal"):
            one, two = _search(base, text, audience=audience), _search(again, text, audience=audience)
            assert one.hits == two.hits
            assert one.threshold == two.threshold
    assert again.version == 7
    assert again.articles == base.articles == articles_in(to_bytes(base))


@pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda b: b"x" + b, lambda b: b[:500] + b"?" + b[501:]])
def test_a_broken_artefact_is_noticed_and_never_served(base: Base, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(ArtefactError):
        from_bytes(spoil(to_bytes(base)))


async def test_searching_before_anything_is_loaded_says_not_ready() -> None:
    knowledge = KnowledgeBase(encoder=ENCODER, timezone="Europe/Moscow")
    assert (knowledge.state, knowledge.version) == ("starting", None)
    with pytest.raises(NotReady):
        await knowledge.search("баллы", language="ru", now=datetime.now(UTC))


async def test_an_article_expires_at_midnight_of_the_company() -> None:
    promo = replace(POINTS, valid_to=date(2025, 6, 1))
    base = build((promo, DELIVERY), ENCODER)
    knowledge = KnowledgeBase(encoder=ENCODER, timezone="Europe/Moscow", base=base)
    late = datetime(2025, 6, 1, 20, 59, tzinfo=UTC)
    after = datetime(2025, 6, 1, 21, 0, tzinfo=UTC)
    assert "points" in _ids(await knowledge.search("сгорят баллы", language="ru", now=late))
    assert "points" not in _ids(await knowledge.search("сгорят баллы", language="ru", now=after))


async def test_a_swap_is_seen_whole_by_the_next_search() -> None:
    knowledge = KnowledgeBase(encoder=ENCODER, timezone="UTC", base=build((DELIVERY,), ENCODER).numbered(1))
    now = datetime(2025, 6, 1, tzinfo=UTC)
    assert (await knowledge.search("баллы", language="ru", now=now)).base_version == 1
    knowledge.swap(build((POINTS,), ENCODER).numbered(2))
    found = await knowledge.search("баллы", language="ru", now=now)
    assert (found.base_version, _ids(found), knowledge.state) == (2, ["points"], "ok")


def test_articles_are_kept_as_they_were_given(base: Base) -> None:
    kept: tuple[Article, ...] = base.articles
    assert kept == EVERYTHING
