"""Hours of a day as people write them: `09:00-13:00, 14:00-18:00`, a night shift as `22:00-06:00`."""

from __future__ import annotations

import re
from itertools import pairwise

from pydantic_core import PydanticCustomError

from handoff.routing.hours import DAY_MIN, Interval

_PART = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


def read_hours(text: str) -> tuple[Interval, ...]:
    """The intervals of one day; nothing means closed, an end at or before its start is on the next day.

    Raises:
        PydanticCustomError: `hours_unreadable` or `hours_overlap`.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    intervals = tuple(sorted(_interval(part) for part in parts))
    for (_, closes), (opens, _) in pairwise(intervals):
        if opens < closes:
            raise PydanticCustomError("hours_overlap", "two intervals overlap; join them")
    return intervals


def write_hours(text: str) -> str:
    """The same hours in one way of writing them.

    Raises:
        PydanticCustomError: as `read_hours`.
    """
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in read_hours(text))


def _interval(part: str) -> Interval:
    match = _PART.fullmatch(part)
    if match is None:
        raise PydanticCustomError("hours_unreadable", "write hours as 09:00-13:00, 14:00-18:00")
    opens = _minutes(match[1], match[2])
    closes = _minutes(match[3], match[4])
    if opens >= DAY_MIN:
        raise PydanticCustomError("hours_unreadable", "a day begins between 00:00 and 23:59")
    return opens, closes if closes > opens else closes + DAY_MIN


def _minutes(hours: str, minutes: str | None) -> int:
    total = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or total > DAY_MIN:
        raise PydanticCustomError("hours_unreadable", "an hour is 00:00 to 24:00")
    return total


def _clock(minutes: int) -> str:
    shown = minutes if minutes <= DAY_MIN else minutes - DAY_MIN
    return f"{shown // 60:02d}:{shown % 60:02d}"
