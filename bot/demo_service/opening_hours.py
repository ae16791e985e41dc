"""Opening hours as the data files write them: `mon-fri 08:00-22:00|sat-sun 09:00-21:00`, `12-31 closed`."""

from __future__ import annotations

from datetime import date

from bot.demo_service.errors import DemoDataError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = list[str] | None
"""Opens and closes, `HH:MM` (`24:00` too; a close before the open is the next day's); None: closed."""


def week(text: str) -> dict[str, Span]:
    """Hours of each weekday; a day that is not named is closed."""
    hours: dict[str, Span] = dict.fromkeys(WEEKDAYS)
    for part in text.split("|"):
        days, _, span = part.partition(" ")
        for day in _weekdays(days):
            hours[day] = _span(span)
    return hours


def special_days(text: str, *, today: date) -> list[dict[str, object]]:
    """Exceptions of this year and the next, as `{"date": "2026-12-31", "hours": [...]}`."""
    days: list[dict[str, object]] = []
    for part in filter(None, text.split("|")):
        month_day, _, span = part.partition(" ")
        month, day = (int(number) for number in month_day.split("-"))
        days.extend(
            {"date": date(year, month, day).isoformat(), "hours": _span(span)}
            for year in (today.year, today.year + 1)
        )
    return days


def _weekdays(text: str) -> tuple[str, ...]:
    if text == "daily":
        return WEEKDAYS
    first, _, last = text.partition("-")
    try:
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    except ValueError as error:
        raise DemoDataError(f"hours: {text!r} is not a weekday, a range of them or daily") from error
    return WEEKDAYS[start : end + 1]


def _span(text: str) -> Span:
    if text == "closed":
        return None
    opens, dash, closes = text.partition("-")
    if not dash:
        raise DemoDataError(f"hours: {text!r} is not like 08:00-22:00")
    return [opens, closes]
