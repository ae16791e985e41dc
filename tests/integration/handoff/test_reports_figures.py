"""Figures of a day worked out by hand, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from handoff.reports.reading import Archive
from handoff.reports.report import Report, Reports
from handoff.reports.types import Narrowed, Period, Rating
from tests.integration.handoff.handoff_past import A_DAY, write

DAY = Period(date(2026, 3, 2), date(2026, 3, 2), ZoneInfo("Europe/Moscow"))
LATER = datetime(2026, 3, 3, tzinfo=UTC)


@dataclass
class Given:
    ratings: Sequence[Rating]

    async def between(self, since_ms: int, until_ms: int) -> Sequence[Rating]:
        assert (since_ms, until_ms) == (DAY.since_ms, DAY.until_ms)
        return self.ratings


@pytest.fixture
async def past(archive: AsyncEngine) -> AsyncEngine:
    await write(archive, A_DAY)
    return archive


async def report(engine: AsyncEngine, narrowed: Narrowed | None = None, period: Period = DAY) -> Report:
    return await Reports(Archive(engine), target=0.2).report(period, narrowed or Narrowed(), LATER)


async def test_the_summary_of_a_day(past: AsyncEngine) -> None:
    # Tickets wait 20 s, 60 s, 10 s until taken; answers come after 60 s and 180 s. Ticket 1 is answered in
    # time, 2 too late, 3 ended in time, 4 was never answered; nobody waited for 5.
    assert (await report(past)).summary == {
        "conversations": 6, "bot": 1, "people": 4, "nobody": 1, "share": 0.2, "tickets": 5,
        "take_median": 20, "take_p90": 60, "answer_median": 60, "answer_p90": 180, "kept": 0.5, "score": None,
    }  # fmt: skip


async def test_a_day_is_split_by_channel(past: AsyncEngine) -> None:
    assert (await report(past)).tables["days"].rows == (
        ("2026-03-02", "telegram", 4, 1, 3, 0, 0.25),
        ("2026-03-02", "webchat", 2, 0, 1, 1, 0.0),
    )


async def test_every_day_of_a_period_has_its_line(past: AsyncEngine) -> None:
    zone = ZoneInfo("Europe/Moscow")
    longer = await report(past, period=Period(date(2026, 3, 1), date(2026, 3, 4), zone))
    lines = [row[:3] for row in longer.tables["days"].rows if row[1] == "telegram"]
    assert lines == [
        ("2026-03-01", "telegram", 1), ("2026-03-02", "telegram", 4), ("2026-03-03", "telegram", 1),
        ("2026-03-04", "telegram", 0),
    ]  # fmt: skip


async def test_each_source_of_verdicts_stands_apart_and_only_answers_count(past: AsyncEngine) -> None:
    rows = (await report(past)).tables["precision"].rows
    assert [row[:4] for row in rows] == [
        ("operator", 3, 2, 0.6667), ("customer", 1, 1, 1.0), ("review", 0, 0, None),
    ]  # fmt: skip
    assert rows[0][4:] == (0.2077, 0.9385)  # Wilson, by hand


async def test_reasons_are_counted(past: AsyncEngine) -> None:
    assert (await report(past)).tables["reasons"].rows == (
        ("low_confidence", 3, 0.6), ("complaint", 1, 0.2), ("operator_joined", 1, 0.2),
    )  # fmt: skip


async def test_the_times_of_the_bot_of_waiting_and_of_people_are_apart(past: AsyncEngine) -> None:
    assert (await report(past)).tables["times"].rows == (
        ("take", 3, 20, 60),
        ("answer", 2, 60, 180),
        # The bot had c for 30 s, d for 120 s and once more for 720 s, f and h for 300 s.
        ("bot", 5, 300, 720),
        ("waiting", 3, 20, 60),
        # 1: 600 s, 2: 300 s, 3: 60 s, 5: 300 s.
        ("person", 4, 300, 600),
        # 1: two (one came after its end), 2: one, 3: none, 5: one.
        ("replies", 4, 1, 2),
    )


async def test_groups_and_operators_have_their_own_lines(past: AsyncEngine) -> None:
    tables = (await report(past)).tables
    assert [(row[0], row[1], row[3], row[2]) for row in tables["operators"].rows] == [
        ("Анна", 2, 10, 1.0), ("Борис", 2, 60, 0.0),
    ]  # fmt: skip
    assert [row[:3] for row in tables["groups"].rows] == [
        ("general", 4, 0.6667), ("payments", 1, 0.0),
    ]  # fmt: skip


async def test_load_is_shown_by_the_hour_of_the_companys_clock(past: AsyncEngine) -> None:
    rows = (await report(past)).tables["hours"].rows
    assert len(rows) == 24
    busy = [row[1:] for row in rows if row[2]]
    assert busy == [(0, 1.0, 0.0), (9, 3.0, 3.0), (15, 1.0, 1.0), (23, 1.0, 1.0)]


async def test_topics_are_counted_once_a_conversation_and_compared_with_before(past: AsyncEngine) -> None:
    tables = (await report(past)).tables
    assert tables["topics"].rows == (
        ("article:delivery-times", 2, 1, 1),
        ("article:payment-methods", 1, 0, 1),
        ("intent:complaint", 1, 0, 1),
        ("skill:balance", 1, 0, 1),
    )
    assert tables["topic_days"].rows[0] == ("article:delivery-times", "2026-03-02", 2)


@pytest.mark.parametrize(
    ("narrowed", "conversations", "tickets"),
    [
        (Narrowed(channel="webchat"), 2, 2),
        (Narrowed(group="payments"), 6, 1),
        (Narrowed(operator="u1"), 6, 2),
        (Narrowed(channel="telegram", operator="u1"), 4, 1),
        (Narrowed(channel="none"), 0, 0),
    ],
)
async def test_a_report_can_be_narrowed(
    past: AsyncEngine, narrowed: Narrowed, conversations: int, tickets: int
) -> None:
    found = (await report(past, narrowed)).summary
    assert (found["conversations"], found["tickets"]) == (conversations, tickets)


async def test_ratings_come_from_whoever_keeps_them(past: AsyncEngine) -> None:
    given = Given([Rating(5, "telegram", "general", "u1"), Rating(2, "webchat", "payments", "u2")])
    made = await Reports(Archive(past), target=0.2, ratings=given).report(DAY, Narrowed(), LATER)
    assert made.summary["score"] == 3.5
    assert [row[:2] for row in made.tables["ratings"].rows] == [(5, 1), (4, 0), (3, 0), (2, 1), (1, 0)]
    assert [row[11:] for row in made.tables["operators"].rows] == [(1, 5.0), (1, 2.0)]
    only = await Reports(Archive(past), target=0.2, ratings=given).report(
        DAY, Narrowed(group="payments"), LATER
    )
    assert only.summary["score"] == 2.0


async def test_an_empty_archive_has_a_report(archive: AsyncEngine) -> None:
    found = await report(archive)
    assert found.summary["conversations"] == 0
    assert found.summary["share"] is None
    assert found.tables["operators"].rows == ()
