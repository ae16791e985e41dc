"""Working time: how much of it lies between two moments, when it is used up, when the doors open again.

All of it is pure. Days are counted in the company's time zone, moments are compared in UTC, so that an hour
stays an hour over a change of the clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
HORIZON_DAYS = 400
"""How far ahead an opening is looked for: the longest closure anybody plans, and then some."""

Interval = tuple[int, int]
"""Minutes after midnight, from and until; beyond 1440 it reaches into the next day (a night shift)."""
Span = tuple[datetime, datetime]
"""From and until, in UTC."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people work: `week` has the intervals of seven days, Monday first.

    `special` says it of single dates instead, `closed` of holidays; a special date wins over a holiday.
    """

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    special: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    closed: Callable[[date], bool] = lambda _: False

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """The intervals that begin on a day."""
        if day in self.special:
            return self.special[day]
        return () if self.closed(day) else self.week[day.weekday()]


def working_time_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time between two moments; zero where the end is not after the start."""
    # Two moments of one zone would be compared and subtracted by the wall clock, not by time.
    start, end, total = start.astimezone(UTC), end.astimezone(UTC), timedelta()
    if end <= start:
        return total
    for opens, closes in _spans(calendar, start, until=end):
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def due_at(calendar: Calendar, start: datetime, target: timedelta) -> datetime:
    """The moment (UTC) by which `target` of working time has passed since `start`.

    A calendar that never opens counts every hour: a customer must not wait for ever because of a setting.
    """
    start, left = start.astimezone(UTC), target
    for opens, closes in _spans(calendar, start):
        begins = max(opens, start)
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    return start + target


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether people work at this moment."""
    opening = next_opening(calendar, at)
    return opening is not None and opening <= at


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """`at` itself while people work, else when they begin; None if they never do."""
    for opens, _closes in _spans(calendar, at):
        return max(opens, at).astimezone(UTC)
    return None


def contact_due(calendar: Calendar, at: datetime) -> datetime:
    """By when a contact promised now is kept: the first hour of work from here on."""
    return due_at(calendar, at, timedelta(hours=1))


def _spans(calendar: Calendar, start: datetime, *, until: datetime | None = None) -> Iterator[Span]:
    """Spans of work that end after `start`, in order, none overlapping; those that touch stay two."""
    reached = start
    for opens, closes in _raw(calendar, start, until):
        if closes > reached:
            begins = opens if reached is start else max(opens, reached)
            if begins < closes:
                yield begins, closes
                reached = closes


def _raw(calendar: Calendar, start: datetime, until: datetime | None) -> Iterator[Span]:
    # A night shift of the day before may still run.
    first = start.astimezone(calendar.zone).date() - timedelta(days=1)
    for n in range(HORIZON_DAYS):
        day = first + timedelta(days=n)
        if until is not None and day > until.astimezone(calendar.zone).date():
            return
        for opens, closes in sorted(calendar.intervals(day)):
            yield _moment(calendar.zone, day, opens), _moment(calendar.zone, day, closes)


def _moment(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    """A time of the wall clock as a moment; one that a clock change skips counts by the old offset."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)
