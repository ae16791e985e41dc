"""The split governor's arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.governor import Band, Measured, effective_threshold, next_raise

BAND = Band(target=0.2, tolerance=0.05, window=200, step=0.01)
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("by_bot", "current", "expected"),
    [
        (60, 0.05, 0.06),  # .30 is above the band
        (51, 0.05, 0.06),  # so is .255
        (50, 0.05, 0.05),  # .25 is its edge
        (40, 0.05, 0.05),
        (31, 0.05, 0.05),  # .155 is still inside
        (29, 0.05, 0.04),
        (0, 0.005, 0.0),  # never below the solved threshold
        (0, 0.0, 0.0),
    ],
)
def test_the_raise_follows_the_share(by_bot: int, current: float, expected: float) -> None:
    assert next_raise(current, Measured(by_bot, 200, 1), BAND) == pytest.approx(expected)


def test_a_share_of_too_few_conversations_moves_nothing() -> None:
    assert next_raise(0.05, Measured(19, 19, 1), BAND) == 0.05
    assert next_raise(0.05, Measured(20, 20, 1), BAND) == pytest.approx(0.06)
    assert next_raise(0.0, Measured(0, 0, 0), Band(0.2, 0.05, 1, 0.01)) == 0.0


def test_the_raise_stops_where_it_would_change_nothing_more() -> None:
    above, below = Measured(200, 200, 1), Measured(0, 200, 1)
    assert next_raise(0.09, above, BAND, 0.09) == 0.09
    assert next_raise(0.5, below, BAND, 0.09) == pytest.approx(0.08)


@given(shares, st.integers(0, 300), shares)
def test_the_raise_stays_within_its_limits(current: float, by_bot: int, most: float) -> None:
    raised = next_raise(min(current, most), Measured(by_bot, 300, 1), BAND, most)
    assert 0.0 <= raised <= most


@given(st.floats(0, 2), shares, shares)
def test_the_threshold_is_never_under_the_solved_one(solved: float, raised: float, maximum: float) -> None:
    effective = effective_threshold(solved, raised, maximum)
    assert effective >= solved
    assert effective <= max(solved, maximum)


def test_the_threshold_is_the_solved_one_and_the_raise_up_to_the_maximum() -> None:
    assert effective_threshold(0.8, 0.05, 0.99) == pytest.approx(0.85)
    assert effective_threshold(0.8, 0.5, 0.99) == 0.99
    assert effective_threshold(0.995, 0.0, 0.99) == 0.995
    assert effective_threshold(2.0, 0.3, 0.99) == 2.0


def test_the_share_of_nothing_is_nothing() -> None:
    assert Measured(0, 0, 0).share == 0.0
    assert Measured(1, 4, 0).share == 0.25
