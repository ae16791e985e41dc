"""The test for topics that rise, against arithmetic done by hand and against chance."""

from __future__ import annotations

import random
from math import exp

import pytest

from handoff.reports.figures import wilson
from handoff.reports.rising import Limits, chance_of, dispersion, rising
from handoff.reports.work import at_share

LIMITS = Limits(false_share=0.01, least=5, rise=1.5)


def test_the_chance_is_that_of_the_gamma_poisson_prediction() -> None:
    # Mean 0.25 of two weeks: size 0.5, variance 1.5 times the mean; P(0) = 1.5 ** -0.5.
    assert chance_of(1, 0.25, 1.0, 2) == pytest.approx(1 - 1.5**-0.5)
    # Size 1 is the geometric distribution: mean 0.25 of four weeks, P(>= n) = 0.2 ** n.
    assert chance_of(3, 0.25, 1.0, 4) == pytest.approx(0.2**3)


def test_with_very_many_weeks_it_becomes_poissons() -> None:
    tail = 1 - exp(-1) * (1 + 1 + 1 / 2)
    assert chance_of(3, 1.0, 1.0, 10**7) == pytest.approx(tail, rel=1e-4)


def test_what_is_not_above_the_usual_is_no_surprise_and_what_is_far_above_no_overflow() -> None:
    assert chance_of(3, 3.0, 1.0, 4) == 1.0
    assert 0 <= chance_of(100_000, 3.0, 1.0, 4) < 1e-100
    assert chance_of(40, 10.0, 5.0, 4) > chance_of(40, 10.0, 1.0, 4)


def test_dispersion_is_pearsons_over_all_frequent_topics() -> None:
    weeks = [{"a": 2, "b": 1}, {"a": 6}]
    assert dispersion(weeks) == pytest.approx((2**2 + 2**2) / 4)  # b has a mean of 0.5
    assert dispersion([{"a": 3}, {"a": 3}]) == 1.0
    assert dispersion([{}, {}]) == 1.0


def test_a_topic_that_jumps_is_told_and_the_others_are_not() -> None:
    weeks = [{"parcel": 4, "payment": 20}, {"parcel": 6, "payment": 24}, {"parcel": 5, "payment": 18}]
    found = rising({"parcel": 30, "payment": 25, "new": 9}, weeks, LIMITS)
    assert [each.topic for each in found] == ["parcel", "new"]
    assert found[0].expected == pytest.approx(15.5 / 3)


def test_few_conversations_or_a_small_rise_are_not_worth_telling() -> None:
    weeks = [{"big": 10_000}] * 4
    assert rising({"big": 12_000, "new": 4}, weeks, LIMITS) == []


def test_nothing_is_usual_before_two_weeks_are_known() -> None:
    assert rising({"a": 100}, [{"a": 1}], LIMITS) == []
    assert rising({}, [{"a": 1}] * 4, LIMITS) == []


@pytest.mark.parametrize("scatter", [1.0, 3.0])
def test_false_alarms_are_rare_where_nothing_happens(scatter: float) -> None:
    chance = random.Random(5)

    def count(mean: float) -> int:
        if scatter > 1:
            mean = chance.gammavariate(mean / (scatter - 1), scatter - 1)
        return sum(chance.random() < mean / 200 for _ in range(200))

    means = {f"topic{n}": 1.0 + 2 * n for n in range(15)}
    alarms = 0
    for _ in range(200):
        now, *weeks = ({topic: count(mean) for topic, mean in means.items()} for _ in range(5))
        alarms += bool(rising(now, weeks, LIMITS))
    assert alarms <= 10


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert [at_share({1: 1, 2: 1, 3: 1, 4: 1}, share) for share in (0.5, 0.9)] == [2, 4]
    assert at_share({3: 8, 7: 1, 1: 1}, 0.9) == 3
    assert at_share({}, 0.5) is None


def test_bounds_of_a_share_hold_at_the_ends() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(10, 10)
    assert (round(low, 4), high) == (0.7225, 1.0)
