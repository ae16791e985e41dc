"""Opening hours: today's, whether a store is open at a moment, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60
LOOK_AHEAD_DAYS = 14
"""A store closed for longer than this is shown without the day it opens."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes from a day's midnight; `closes_min` exceeds 1440 where the store closes on the next day."""

    opens_min: int
    closes_min: int

    @property
    def around_the_clock(self) -> bool:
        """Open all day."""
        return self.opens_min == 0 and self.closes_min == DAY_MIN


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of the seven weekdays, Monday first, and of single days that differ; None means closed."""

    week: tuple[Span | None, ...]
    special: Mapping[date, Span | None] = field(default_factory=dict)

    def on(self, day: date) -> Span | None:
        """Hours that begin on a day."""
        return self.special[day] if day in self.special else self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Opening:
    """A store at a moment, in its own local time.

    Attributes:
        now: The moment, as a wall clock at the store shows it.
        today: Hours that begin today, None when closed all day.
        is_open: Whether it is open now.
        until: When it closes; None if it is closed, or goes on without a break at midnight.
        opens_at: When it opens next; None if it is open, or stays closed for two weeks.
    """

    now: datetime
    today: Span | None
    is_open: bool
    until: datetime | None = None
    opens_at: datetime | None = None


def opening_at(hours: Hours, now: datetime, zone: ZoneInfo) -> Opening:
    """How a store stands at a moment (aware); hours are read in the store's zone."""
    local = now.astimezone(zone).replace(tzinfo=None)
    today = hours.on(local.date())
    for start, end in _spans(hours, local.date() - timedelta(days=1), days=2):
        if start <= local < end:
            return Opening(local, today, True, until=None if _goes_on(hours, end) else end)
    for start, _ in _spans(hours, local.date(), days=LOOK_AHEAD_DAYS):
        if start > local:
            return Opening(local, today, False, opens_at=start)
    return Opening(local, today, False)


def _goes_on(hours: Hours, end: datetime) -> bool:
    """True when another span takes over at the moment one ends, as round the clock."""
    return any(start <= end < later for start, later in _spans(hours, end.date() - timedelta(days=1), days=2))


def _spans(hours: Hours, first: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing moments, as wall clocks show them."""
    for offset in range(days):
        day = first + timedelta(days=offset)
        if span := hours.on(day):
            # Naive on purpose: hours are what the clock on the wall shows.
            midnight = datetime.combine(day, time())
            yield midnight + timedelta(minutes=span.opens_min), midnight + timedelta(minutes=span.closes_min)
