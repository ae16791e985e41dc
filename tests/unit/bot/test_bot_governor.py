"""The split governor's arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.governing import Band, Course, Measured, effective_threshold, next_course, reason_of

BAND = Band(target=0.2, tolerance=0.05, window=200, step=0.01)
shares = st.floats(0, 1)


def look(by_bot: int, course: Course, total: int = 200, fresh: int = 200, most: float = 1.0) -> Course:
    """The course after one look at time 9 whose newest conversation began at 8."""
    return next_course(course, Measured(by_bot, total, fresh, 8), BAND, most=most, now_ms=9)


@pytest.mark.parametrize(
    ("by_bot", "current", "expected"),
    [
        (60, 0.05, 0.06),  # .30 is above the band
        (51, 0.05, 0.06),  # so is .255
        (50, 0.05, 0.05),  # .25 is its edge
        (40, 0.05, 0.05),
        (31, 0.05, 0.05),  # .155 is still inside
        (29, 0.05, 0.04),
        (0, 0.005, 0.0),  # never below the floor's threshold
        (0, 0.0, 0.0),
    ],
)
def test_the_raise_follows_the_share(by_bot: int, current: float, expected: float) -> None:
    assert look(by_bot, Course(raised=current)).raised == pytest.approx(expected)


def test_the_fewer_conversations_the_further_outside_the_band_the_share_must_lie() -> None:
    start = Course(raised=0.05)
    assert look(15, start, total=50, fresh=50) == start  # .30 of 50 may be chance
    assert look(16, start, total=50, fresh=50).raised == pytest.approx(0.06)
    assert look(28, start, total=100, fresh=100).raised == pytest.approx(0.06)
    assert look(27, start, total=100, fresh=100).raised == 0.05


def test_nothing_moves_before_a_fourth_of_the_window_is_new() -> None:
    start = Course(raised=0.05, looked_ms=3)
    assert look(49, start, total=49, fresh=49) == start
    assert look(200, start, fresh=49) == start
    assert look(200, start, fresh=50).raised == pytest.approx(0.06)


def test_a_window_that_was_looked_at_before_must_lie_further_outside() -> None:
    start = Course(raised=0.05, looked_ms=3)
    assert look(51, start, fresh=100) == start
    assert look(56, start, fresh=100).raised == pytest.approx(0.06)
    assert look(40, start, fresh=200) == replace(start, looked_ms=8)


def test_a_move_is_judged_by_what_began_after_it() -> None:
    after = look(100, Course())
    assert (after.moved_ms, after.looked_ms) == (9, 8)


def test_the_stride_doubles_one_way_and_halves_at_a_turn() -> None:
    course, raised = Course(), []
    for by_bot in (100, 100, 100, 0, 0, 100):
        course = look(by_bot, course)
        raised.append(round(course.raised, 4))
    assert raised == [0.01, 0.03, 0.07, 0.05, 0.01, 0.03]


def test_a_full_window_inside_the_band_lets_the_next_stride_begin_small() -> None:
    course = look(40, Course(raised=0.07, stride=0.08))
    assert course.stride == 0
    assert look(100, course).raised == pytest.approx(0.08)


def test_the_raise_stops_where_it_would_change_nothing_more() -> None:
    held = look(200, Course(raised=0.09, stride=0.04), most=0.09)
    assert (held.raised, held.stride, held.moved_ms) == (0.09, 0.0, 0)
    assert look(0, Course(raised=0.5), most=0.09).raised == pytest.approx(0.08)


def test_the_reason_names_the_side_of_the_band() -> None:
    assert reason_of(Course(), Course(raised=0.01)) == "above_band"
    assert reason_of(Course(raised=0.01), Course()) == "below_band"
    assert reason_of(Course(), Course(looked_ms=4)) is None


@given(shares, st.floats(-0.1, 0.1), st.integers(0, 300), shares)
def test_the_raise_stays_within_its_limits(current: float, stride: float, by_bot: int, most: float) -> None:
    measured = Measured(by_bot, 300, 300, 8)
    found = next_course(Course(min(current, most), stride), measured, BAND, most=most, now_ms=9)
    assert 0.0 <= found.raised <= most
    assert abs(found.stride) <= max(8 * BAND.step, abs(stride)) + 1e-12


@given(st.floats(0, 2), shares, shares)
def test_the_threshold_is_never_under_the_floors(solved: float, raised: float, maximum: float) -> None:
    effective = effective_threshold(solved, raised, maximum)
    assert effective >= solved
    assert effective <= max(solved, maximum)


def test_the_threshold_is_the_floors_and_the_raise_up_to_the_maximum() -> None:
    assert effective_threshold(0.8, 0.05, 0.99) == pytest.approx(0.85)
    assert effective_threshold(0.8, 0.5, 0.99) == 0.99
    assert effective_threshold(0.995, 0.0, 0.99) == 0.995
    assert effective_threshold(2.0, 0.3, 0.99) == 2.0


def test_the_share_of_nothing_is_nothing() -> None:
    assert Measured(0, 0, 0, 0).share == 0.0
    assert Measured(1, 4, 4, 0).share == 0.25
