"""Opening hours around midnight, on special days and round the clock, and how they are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.skills.hours import Hours, Span, opening_at
from bot.skills.loyalty_wire import StoresWire
from bot.skills.store_reply import StoreWording
from bot.texts import load_texts
from core.config import ROOT

MOSCOW = ZoneInfo("Europe/Moscow")
WORDING = StoreWording(texts=load_texts(ROOT / "bot" / "wording"))

DAY = Span(8 * 60, 23 * 60)
LATE = Span(10 * 60, 26 * 60)
ALL_DAY = Span(0, 24 * 60)


def daily(span: Span | None, **special: Span | None) -> Hours:
    """Hours alike on every day but the named ones (`d2026_12_31=...`)."""
    days = {date(*map(int, name[1:].split("_"))): hours for name, hours in special.items()}
    return Hours(week=(span,) * 7, special=days)


def told(hours: Hours, moment: str, language: str = "ru") -> str:
    """What is told at a moment of Moscow time."""
    now = datetime.fromisoformat(moment).replace(tzinfo=MOSCOW).astimezone(UTC)
    return WORDING.hours(opening_at(hours, now, MOSCOW), language)


@pytest.mark.parametrize(
    ("hours", "moment", "words"),
    [
        (daily(DAY), "2026-11-25T08:00", "Сегодня 08:00–23:00, сейчас открыто до 23:00."),
        (daily(DAY), "2026-11-25T07:59", "Сегодня 08:00–23:00, сейчас закрыто, откроется в 08:00."),
        (daily(DAY), "2026-11-25T23:00", "Сегодня 08:00–23:00, сейчас закрыто, откроется завтра в 08:00."),
        (daily(LATE), "2026-11-25T23:59", "Сегодня 10:00–02:00, сейчас открыто до 02:00."),
        (daily(LATE), "2026-11-26T01:59", "Сегодня 10:00–02:00, сейчас открыто до 02:00."),
        (daily(LATE), "2026-11-26T02:00", "Сегодня 10:00–02:00, сейчас закрыто, откроется в 10:00."),
        (daily(ALL_DAY), "2026-11-25T23:59", "Круглосуточно, сейчас открыто."),
        (daily(ALL_DAY), "2026-11-26T00:00", "Круглосуточно, сейчас открыто."),
        (daily(Span(480, 1440)), "2026-11-25T23:59", "Сегодня 08:00–00:00, сейчас открыто до 00:00."),
        (
            daily(Span(480, 1440)),
            "2026-11-26T00:00",
            "Сегодня 08:00–00:00, сейчас закрыто, откроется в 08:00.",
        ),
        (
            daily(DAY, d2026_11_25=None),
            "2026-11-25T12:00",
            "Сегодня не работает, сейчас закрыто, откроется завтра в 08:00.",
        ),
        (
            daily(LATE, d2026_11_26=None),
            "2026-11-26T01:00",
            "Сегодня не работает, сейчас открыто до 02:00.",
        ),
        (
            daily(ALL_DAY, d2026_12_31=Span(0, 20 * 60)),
            "2026-12-31T19:59",
            "Сегодня 00:00–20:00, сейчас открыто до 20:00.",
        ),
        (
            daily(ALL_DAY, d2026_12_31=Span(0, 20 * 60), d2027_01_01=Span(720, 1440)),
            "2026-12-31T20:00",
            "Сегодня 00:00–20:00, сейчас закрыто, откроется завтра в 12:00.",
        ),
        (
            Hours(week=(DAY, DAY, DAY, DAY, DAY, None, None)),
            "2026-11-27T23:30",
            "Сегодня 08:00–23:00, сейчас закрыто, откроется в понедельник в 08:00.",
        ),
        (
            daily(None, d2026_12_05=DAY),
            "2026-11-25T12:00",
            "Сегодня не работает, сейчас закрыто, откроется 5 декабря 2026 в 08:00.",
        ),
        (daily(None), "2026-11-25T12:00", "Сегодня не работает, сейчас закрыто."),
    ],
)
def test_hours_are_told_as_they_stand(hours: Hours, moment: str, words: str) -> None:
    assert told(hours, moment) == words


def test_hours_are_told_in_english_too() -> None:
    hours = Hours(week=(DAY, DAY, DAY, DAY, DAY, None, None))
    assert told(hours, "2026-11-27T22:00", "en") == "Today 08:00–23:00, open now until 23:00."
    assert told(hours, "2026-11-28T22:00", "en") == "Closed today, closed now, opens on Monday at 08:00."


def test_the_moment_is_read_on_the_stores_own_clock() -> None:
    now = datetime(2026, 11, 25, 19, 30, tzinfo=UTC)
    assert opening_at(daily(DAY), now, MOSCOW).is_open
    assert not opening_at(daily(DAY), now, ZoneInfo("Asia/Novosibirsk")).is_open


def test_a_close_before_the_open_is_read_as_the_next_day() -> None:
    place = {"name": "x", "lat": 55, "lon": 37}
    hours = {"mon": ["10:00", "02:00"], "tue": ["00:00", "24:00"], "wed": None}
    store = {**place, "id": "1", "city": "msk", "street": "y", "house": "1", "hours": hours}
    wire = StoresWire.model_validate({"cities": [{**place, "id": "msk"}], "stores": [store]})
    assert wire.value(MOSCOW).stores[0].hours.week[:4] == (Span(600, 1560), ALL_DAY, None, None)
