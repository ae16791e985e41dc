"""What the parser and the base say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence import Heard, article_chances, skill_chance

QUESTION = Heard({"question": 0.9, "out_of_scope": 0.05})
OUTSIDE = Heard({"question": 0.02, "out_of_scope": 0.95})
chances = st.floats(0, 1)


def test_without_odds_the_bases_word_stands() -> None:
    assert article_chances((0.8, 0.1), Heard({})) == (0.8, 0.1)


def test_what_no_article_is_about_lowers_the_chance() -> None:
    (question,), (outside,) = article_chances((0.8,), QUESTION), article_chances((0.8,), OUTSIDE)
    assert question > 0.8 > outside


def test_being_a_question_is_no_reason_by_itself() -> None:
    some = Heard({"question": 0.5, "out_of_scope": 0.5})
    assert article_chances((0.3,), QUESTION) == article_chances((0.3,), some)


@given(st.lists(chances, min_size=1, max_size=5), chances, chances)
def test_chances_fall_and_the_first_two_are_at_most_one(
    found: list[float], question: float, other: float
) -> None:
    told = article_chances(sorted(found, reverse=True), Heard({"question": question, "out_of_scope": other}))
    assert all(0 <= each <= 1 for each in told)
    assert list(told) == sorted(told, reverse=True)
    assert sum(told[:2]) <= 1 + 1e-9


@given(chances, chances, chances)
def test_a_surer_intent_is_never_a_fainter_wish_and_a_surer_article_never_a_stronger(
    confidence: float, more: float, article: float
) -> None:
    low, high = sorted((confidence, more))
    assert skill_chance(low, article) <= skill_chance(high, article)
    assert skill_chance(confidence, high) <= skill_chance(confidence, low)


def test_a_sure_article_takes_the_general_question_from_the_skill() -> None:
    assert skill_chance(0.93, 0.02) > 0.9
    assert skill_chance(0.93, 0.98) == pytest.approx(0.36, abs=0.2)
