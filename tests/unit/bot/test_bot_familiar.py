"""Whether the parser knows the business of the base served."""

from __future__ import annotations

from dataclasses import replace

from bot.familiar import Familiar
from knowledge_base.types import Article
from tests.unit.bot.bot_fakes import article


def asking(*questions: str) -> tuple[Article, ...]:
    return tuple(replace(article(f"a{at}"), questions=(text,)) for at, text in enumerate(questions))


def odds(text: str) -> dict[str, float]:
    return {"question": 0.9, "out_of_scope": 0.1} if "delivery" in text else {"out_of_scope": 1.0}


async def test_a_base_whose_questions_the_parser_knows_is_familiar() -> None:
    served = asking(*["delivery?"] * 8, "tariff?")
    assert await Familiar(articles=lambda: served, odds=odds)()


async def test_another_companys_base_is_not() -> None:
    served = asking("delivery?", "tariff?", "roaming?")
    assert not await Familiar(articles=lambda: served, odds=odds)()


async def test_a_base_is_read_once_and_the_next_one_anew() -> None:
    bases = [asking("delivery?"), asking("tariff?")]
    read: list[str] = []

    def counted(text: str) -> dict[str, float]:
        read.append(text)
        return odds(text)

    familiar = Familiar(articles=lambda: bases[0], odds=counted)
    assert [await familiar(), await familiar()] == [True, True]
    bases.pop(0)
    assert await familiar() is False
    assert read == ["delivery?", "tariff?"]


async def test_articles_of_staff_are_not_asked_about() -> None:
    inside = tuple(replace(each, audience="internal") for each in asking("delivery?"))
    assert not await Familiar(articles=lambda: inside, odds=odds)()
