"""What an address asks of reports: period and filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.web.problems import Problem
from handoff.reports.types import MOST_DAYS, Narrowed, Period

USUAL_DAYS = 7
"""Days shown where nobody asked for others."""
_LONGEST = 80


def asked_period(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Period:
    """The days from `since` to `until`, both included; the last week without them.

    Raises:
        Problem: 422 for what is no day, the wrong order, or too long a period.
    """
    today = now.astimezone(zone).date()
    until = _day(query, "until") or today
    since = _day(query, "since") or until - timedelta(days=USUAL_DAYS - 1)
    if since > until:
        raise Problem(422, "period_backwards", "since must not be after until.", field="since")
    if (until - since).days >= MOST_DAYS:
        text = f"A period holds {MOST_DAYS} days at most; choose a shorter one."
        raise Problem(422, "period_too_long", text, field="since", most=MOST_DAYS)
    return Period(since, until, zone)


def asked_narrowed(query: Mapping[str, str]) -> Narrowed:
    """Channel, group and operator."""
    return Narrowed(
        *(query.get(name, "").replace("\x00", "")[:_LONGEST] for name in ("channel", "group", "operator"))
    )


def _day(query: Mapping[str, str], field: str) -> date | None:
    text = query.get(field, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year < 9000:  # the clock arithmetic of zones ends before the calendar does
        raise Problem(422, "bad_day", f"{field} is a day such as 2026-03-01.", field=field)
    return day
