"""Expressions to avoid: found by base forms, replaced where they stand, quickly."""

from __future__ import annotations

import time

import pytest

from handoff.tools.coach import Coach, Expression, Matcher, coach_section
from knowledge_base.lemmas import lemma

SHIPPED = Matcher(coach_section().default.expressions, lemma)


def matcher(*pairs: tuple[str, str]) -> Matcher:
    return Matcher([Expression(language="ru", avoid=avoid, prefer=prefer) for avoid, prefer in pairs], lemma)


@pytest.mark.parametrize(
    ("text", "avoid", "prefer"),
    [
        ("К сожалению, товара нет", "К сожалению", "В настоящий момент"),
        ("Решим вашу проблему", "проблему", "сложность"),
        ("по вашей жалобе ответим", "вашей жалобе", "ваше обращение"),
        ("Вернём денежных средств больше", "денежных средств", "деньги"),
        ("Нет, нельзя.", "Нет, нельзя", "Можно так:"),
        ("мы тут ни при чем", "мы тут ни при чем", "это наша доставка, и мы разберёмся"),
        ("We apologise for any inconvenience", "We apologise for any inconvenience", "I am sorry that"),
        ("I don’t know", "I don’t know", "I will find out"),
        ("There are problems", "problems", "difficulty"),
    ],
)
def test_the_shipped_list_finds_every_form_of_its_words(text: str, avoid: str, prefer: str) -> None:
    found = SHIPPED.find(text)
    assert [each.avoid for each in found] == [avoid]
    assert found[0].prefer.startswith(prefer)


def test_the_longest_expression_wins_and_nothing_overlaps() -> None:
    both = matcher(("вы должны", "пожалуйста"), ("вы должны были", "можно было"))
    found = both.find("Вы должны были прислать, вы должны")
    assert [each.avoid for each in found] == ["Вы должны были", "вы должны"]


def test_words_of_two_sentences_are_no_expression() -> None:
    assert matcher(("нет, нельзя", "можно так")).find("Товара нет. Нельзя?") == []


def test_places_are_counted_as_browsers_count_them() -> None:
    text = "🙂🙂 проблема"
    found = matcher(("проблема", "сложность")).find(text)[0]
    units = text.encode("utf-16-le")
    assert units[2 * found.start : 2 * found.end].decode("utf-16-le") == "проблема"


def test_an_expression_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="has no words"):
        Coach.model_validate({"expressions": [{"language": "ru", "avoid": "…!", "prefer": "да"}]})


def test_a_full_reply_is_checked_in_far_less_than_twenty_milliseconds() -> None:
    text = ("К сожалению, сейчас товара нет, но мы ждём поставку в четверг и сразу напишем вам. " * 50)[:4096]
    SHIPPED.find(text)
    began = time.perf_counter()
    for _ in range(5):
        SHIPPED.find(text)
    assert (time.perf_counter() - began) / 5 < 0.02
