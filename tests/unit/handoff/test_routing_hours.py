"""Working time: split days, nights, holidays, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from handoff.routing.hours import (
    Calendar,
    contact_due,
    due_at,
    is_open,
    next_opening,
    working_time_between,
)

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_SIX = ((9 * 60, 13 * 60), (14 * 60, 18 * 60))
OFFICE = Calendar(MOSCOW, (*(NINE_TO_SIX,) * 5, (), ()))
NIGHTS = Calendar(BERLIN, ((((22 * 60), 30 * 60),),) * 7)
ALWAYS = Calendar(BERLIN, (((0, 24 * 60),),) * 7)


def at(text: str, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_lunch_break_is_no_working_time() -> None:
    start, end = at("2026-03-02 12:30"), at("2026-03-02 14:30")
    assert working_time_between(OFFICE, start, end) == timedelta(hours=1)
    assert due_at(OFFICE, start, timedelta(hours=1)) == end


def test_what_comes_on_friday_evening_is_due_on_monday_morning() -> None:
    assert due_at(OFFICE, at("2026-03-06 17:59"), timedelta(minutes=2)) == at("2026-03-09 09:01")
    assert next_opening(OFFICE, at("2026-03-06 18:00")) == at("2026-03-09 09:00")
    assert contact_due(OFFICE, at("2026-03-07 12:00")) == at("2026-03-09 10:00")


def test_a_holiday_is_closed_and_a_special_day_has_its_own_hours() -> None:
    holiday, short = date(2026, 3, 9), date(2026, 3, 10)
    calendar = Calendar(MOSCOW, OFFICE.week, {short: ((600, 660),)}, lambda day: day in (holiday, short))
    assert next_opening(calendar, at("2026-03-09 10:00")) == at("2026-03-10 10:00")
    assert due_at(calendar, at("2026-03-09 10:00"), timedelta(minutes=90)) == at("2026-03-11 09:30")


def test_a_night_shift_runs_into_the_next_day() -> None:
    assert is_open(NIGHTS, at("2026-03-03 05:59", BERLIN))
    assert not is_open(NIGHTS, at("2026-03-03 06:00", BERLIN))
    assert due_at(NIGHTS, at("2026-03-02 23:00", BERLIN), timedelta(hours=8)) == at(
        "2026-03-03 23:00", BERLIN
    )


def test_a_night_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    spring = working_time_between(NIGHTS, at("2026-03-28 20:00", BERLIN), at("2026-03-29 20:00", BERLIN))
    autumn = working_time_between(NIGHTS, at("2026-10-24 20:00", BERLIN), at("2026-10-25 20:00", BERLIN))
    assert (spring, autumn) == (timedelta(hours=7), timedelta(hours=9))


def test_time_is_counted_over_a_clock_change_even_in_moments_of_the_same_zone() -> None:
    start, end = at("2026-03-28 12:00", BERLIN), at("2026-03-29 12:00", BERLIN)
    assert working_time_between(ALWAYS, start, end) == timedelta(hours=23)
    assert due_at(ALWAYS, start, timedelta(hours=23)) == end.astimezone(UTC)


def test_overlapping_intervals_count_once() -> None:
    calendar = Calendar(BERLIN, ((((20 * 60), 34 * 60), (9 * 60, 18 * 60)),) * 7)
    day = working_time_between(calendar, at("2026-06-02 00:00", BERLIN), at("2026-06-03 00:00", BERLIN))
    assert day == timedelta(hours=22)


def test_a_calendar_that_never_opens_counts_every_hour() -> None:
    never = Calendar(MOSCOW, ((),) * 7)
    start = at("2026-03-02 12:00")
    assert due_at(never, start, timedelta(hours=1)) == start + timedelta(hours=1)
    assert next_opening(never, start) is None
    assert not is_open(never, start)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
intervals = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda pair: (pair[0], sum(pair)))
weeks = st.lists(st.lists(intervals, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple)
calendars = st.builds(Calendar, st.sampled_from([MOSCOW, BERLIN, ZoneInfo("America/New_York")]), weeks)


@given(calendars, moments, st.integers(0, 5 * 24 * 60))
def test_between_start_and_due_lies_exactly_the_target(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    target = timedelta(minutes=minutes)
    due = due_at(calendar, start, target)
    if next_opening(calendar, start) is not None:
        assert working_time_between(calendar, start, due) == target


@given(calendars, moments, moments, moments)
def test_working_time_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    one, two, three = sorted((one, two, three))
    whole = working_time_between(calendar, one, three)
    assert whole == working_time_between(calendar, one, two) + working_time_between(calendar, two, three)
    assert timedelta() <= whole <= three - one


@given(moments, moments)
def test_around_the_clock_working_time_is_time(one: datetime, two: datetime) -> None:
    assert working_time_between(ALWAYS, one, two) == max(timedelta(), two - one)


@given(calendars, moments)
def test_the_doors_are_open_at_the_next_opening(calendar: Calendar, moment: datetime) -> None:
    opening = next_opening(calendar, moment)
    if opening is not None:
        assert opening >= moment
        assert is_open(calendar, opening)
        assert working_time_between(calendar, moment, opening) == timedelta()
