"""What labels prove, and what verdicts make of a published threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.bound import GRID, Labels, all_judged, certify, interval, needed
from knowledge_base.threshold import ANSWER_NOTHING, Estimate
from knowledge_base.verdicts import Verdict, countable, judge, proven

PUBLISHED = Estimate(threshold=0.9, share=0.3, precision=0.97)
VERDICT = Verdict(0.95, True, "operator", 1, "m", 0, "a", "r1", 0.9, True)
RIGHTS = {"floor": 0.95, "confidence": 0.95}


def said(*rights: bool, probability: float = 0.95, answered: bool = True, start: int = 0) -> list[Verdict]:
    return [
        replace(VERDICT, right=right, probability=probability, answered=answered, at_ms=start + at)
        for at, right in enumerate(rights)
    ]


@pytest.mark.parametrize(
    ("floor", "confidence", "errors", "expected"),
    [(0.95, 0.95, 0, 59), (0.95, 0.95, 1, 93), (0.9, 0.95, 0, 29), (0.99, 0.99, 0, 459), (0.5, 0.5, 0, 1)],
)
def test_how_many_labels_it_takes(floor: float, confidence: float, errors: int, expected: int) -> None:
    assert needed(floor, confidence, errors) == expected


@given(st.floats(0.5, 0.99), st.floats(0.5, 0.99), st.integers(0, 20))
def test_one_label_fewer_than_needed_certifies_nothing(floor: float, confidence: float, errors: int) -> None:
    count = needed(floor, confidence, errors)
    for some, certified in ((count, True), (count - 1, False)):
        rights = [False] * errors + [True] * (some - errors)
        found = certify(all_judged([0.9995] * some, rights), floor=floor, confidence=confidence)
        assert (found.threshold is not None) is certified


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(59, 59, 0.9394, 1.0), (50, 59, 0.7301, 0.9278), (0, 10, 0.0, 0.3085), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_that_of_clopper_and_pearson(right: int, count: int, low: float, high: float) -> None:
    assert interval(right, count, 0.95) == pytest.approx((low, high), abs=1e-4)


def test_fifty_nine_right_answers_certify_and_fifty_eight_ask_for_one_more() -> None:
    assert certify(all_judged([0.93] * 58, [True] * 58), **RIGHTS).missing == 1
    found = certify(all_judged([0.93] * 59, [True] * 59), **RIGHTS)
    assert (found.threshold, found.labels, found.errors, found.missing) == (0.93, 59, 0, 0)


def test_the_sequence_ends_at_the_first_threshold_that_fails() -> None:
    chance = [0.97] * 100 + [0.9] * 20 + [0.8] * 400
    right = [True] * 100 + [False] * 10 + [True] * 410
    assert certify(all_judged(chance, right), **RIGHTS, expected=0.97).threshold == 0.97


@pytest.mark.parametrize("count", [60, 200, 800])
def test_a_precision_below_the_floor_is_rarely_certified(count: int) -> None:
    """The promise itself: at a precision of just under the floor everywhere, at most 5% are fooled."""
    random = np.random.default_rng(count)
    fooled = 0
    for _ in range(600):
        chance = random.uniform(size=count)
        right = random.uniform(size=count) < 0.9499
        fooled += certify(all_judged(list(chance), list(right)), **RIGHTS, expected=0.5).threshold is not None
    assert fooled / 600 <= 0.05 + 2 * (0.05 * 0.95 / 600) ** 0.5


def test_answers_prove_nothing_below_the_threshold_they_met() -> None:
    met = Labels(*(np.array(x) for x in ([0.99] * 80, [True] * 80, [0.98] * 80, [True] * 80)))
    assert certify(met, **RIGHTS).threshold == 0.99


def test_choices_for_handed_over_messages_may_open_what_lies_below() -> None:
    answers, choices = 80, 70
    probability = np.array([0.99] * answers + [0.92] * choices)
    in_force = np.full(answers + choices, 0.98)
    answered = np.array([True] * answers + [False] * choices)
    right = np.ones(answers + choices, dtype=bool)
    assert certify(Labels(probability, right, in_force, answered), **RIGHTS).threshold == 0.92
    right[answers : answers + 10] = False
    assert certify(Labels(probability, right, in_force, answered), **RIGHTS).threshold == 0.99


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(0, 2), st.booleans()), max_size=90))
def test_any_labels_give_a_threshold_of_the_grid_or_say_how_many_are_missing(
    told: list[tuple[float, bool, float, bool]],
) -> None:
    columns = [np.array([row[at] for row in told]) for at in range(4)]
    columns[1], columns[3] = columns[1].astype(bool), columns[3].astype(bool)
    found = certify(Labels(*columns), **RIGHTS)
    assert (found.threshold in GRID and found.missing == 0) or found.missing > 0
    assert 0 <= found.errors <= found.labels <= len(told)


def test_customers_own_judgement_never_counts() -> None:
    mine, theirs = VERDICT, replace(VERDICT, source="customer")
    assert countable([mine, theirs], model="m", revisions={"a": frozenset({"r1"})}) == [mine]


def test_verdicts_on_another_wording_or_another_model_do_not_count() -> None:
    old, other = replace(VERDICT, revision="r0"), replace(VERDICT, model="n")
    late, early = replace(VERDICT, at_ms=5, base_version=2), replace(VERDICT, at_ms=3)
    gone = replace(VERDICT, article="b")
    kept = countable([late, old, other, gone, early], model="m", revisions={"a": frozenset({"r1", "r2"})})
    assert kept == [early, late]


def test_without_verdicts_the_published_threshold_stays_an_estimate() -> None:
    found = judge(PUBLISHED, [], **RIGHTS)
    assert (found.threshold, found.kind, found.bound.missing) == (0.9, "estimate", 59)
    assert proven(PUBLISHED, [], **RIGHTS) == replace(PUBLISHED, missing=59)


def test_enough_right_verdicts_publish_a_bound() -> None:
    found = proven(PUBLISHED, said(*[True] * 59), **RIGHTS)
    assert (found.threshold, found.kind, found.confidence, found.labels) == (0.95, "bound", 0.95, 59)
    assert found.missing == 0


def test_many_right_verdicts_with_a_few_wrong_ones_raise_no_alarm() -> None:
    rights = ([True] * 24 + [False]) * 8
    assert judge(PUBLISHED, said(*rights), **RIGHTS).alarms == ()


def test_broken_precision_raises_the_threshold_above_what_is_wrong() -> None:
    wrong = said(*[True, False] * 20, probability=0.92)
    right = said(*[True] * 40, probability=0.98)
    mixed = [some for pair in zip(wrong, right, strict=True) for some in pair]
    heard = [replace(some, at_ms=at) for at, some in enumerate(mixed)]
    found = judge(PUBLISHED, heard, **RIGHTS)
    assert found.kind == "raised"
    assert 0.92 < found.threshold <= 0.98
    assert len(found.alarms) == 1


def test_where_everything_is_wrong_nothing_may_be_answered() -> None:
    assert judge(PUBLISHED, said(*[False] * 20), **RIGHTS).threshold == ANSWER_NOTHING
    assert proven(PUBLISHED, said(*[False] * 20), **RIGHTS).threshold == ANSWER_NOTHING


def test_peoples_choices_bring_a_silent_bot_back() -> None:
    choices = said(*[True] * 95, probability=0.97, answered=False, start=100)
    silenced = [replace(some, in_force=ANSWER_NOTHING) for some in choices]
    found = judge(PUBLISHED, [*said(*[False] * 20), *silenced], **RIGHTS)
    assert found.threshold == 0.97


def test_a_raise_never_leads_below_the_published_threshold() -> None:
    choices = said(*[True] * 200, probability=0.6, answered=False, start=100)
    found = judge(PUBLISHED, [*said(*[False] * 20), *choices], **RIGHTS)
    assert found.threshold >= PUBLISHED.threshold
