"""What reports are about: a period, what it is narrowed to, and tables of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

MOST_DAYS = 92
"""The longest period one report covers: a quarter."""

MEASURES = ("take", "answer", "bot", "waiting", "person", "replies")
"""What is measured of each ticket; all but `replies` in seconds.

`take`: from the hand-over until somebody took it. `answer`: until the first reply of a person. `bot`: how
long the bot had the conversation before. `waiting`: in the queue, taken or not. `person`: from taking until
the end. `replies`: a person's replies until the end.
"""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def since_ms(self) -> int:
        """When its first day begins."""
        return _midnight_ms(self.first, self.zone)

    @property
    def until_ms(self) -> int:
        """When the day after its last begins."""
        return _midnight_ms(self.last + timedelta(days=1), self.zone)

    @property
    def before(self) -> Period:
        """As many days right before it."""
        return Period(self.first - timedelta(days=len(self.days)), self.first - timedelta(days=1), self.zone)

    def local(self, at_ms: int) -> datetime:
        """A moment on the clock of its zone."""
        return datetime.fromtimestamp(at_ms / 1000, self.zone)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """To what a report is narrowed; empty: to nothing.

    `group` and `operator` say which tickets count; conversations as such have a channel only.
    """

    channel: str = ""
    group: str = ""
    operator: str = ""


Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` says how a value is shown: text, channel, reason, topic, …, count, share, seconds, number."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report: for the page, for CSV and for the command line alike."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """A customer's score from 1 to 5, and whose ticket it is about."""

    score: int
    channel: str
    group: str
    operator: str


class Ratings(Protocol):
    """Where ratings come from."""

    async def between(self, since_ms: int, until_ms: int) -> Sequence[Rating]:
        """All given in a span of time."""
        ...


class NoRatings:
    """For a deployment that asks nobody for a rating."""

    async def between(self, since_ms: int, until_ms: int) -> Sequence[Rating]:
        """None."""
        return ()
