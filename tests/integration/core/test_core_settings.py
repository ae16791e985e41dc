"""Settings that people change, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.settings import Conflict, Section, Settings, Stored
from core.sql import open_engine
from core.tables import audit
from core.tables import settings as table

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Hours(BaseModel):
    """An example of a section."""

    opens: str
    days: int = Field(ge=1, le=7)


HOURS = Section("hours", Hours, Hours(opens="09:00", days=5))


async def test_the_default_holds_until_somebody_changes_it(archive: AsyncEngine) -> None:
    assert await Settings(archive).stored(HOURS) == Stored(HOURS.default)


async def test_a_change_is_seen_by_another_process_and_written_into_the_audit(archive: AsyncEngine) -> None:
    here, there = Settings(archive), Settings(archive)
    made = await here.put(HOURS, Hours(opens="08:00", days=5), version=0, by="anna", now=NOW)

    assert made == Stored(Hours(opens="08:00", days=5), 1, NOW, "anna")
    assert await there.stored(HOURS) == made
    async with archive.connect() as connection:
        row = (await connection.execute(select(audit))).mappings().one()
    assert (row["who"], row["action"]) == ("anna", "settings.hours")
    assert row["detail"] == '{"opens":{"was":"09:00","now":"08:00"}}'


async def test_of_two_who_edit_the_same_version_the_second_is_told(archive: AsyncEngine) -> None:
    here, there = Settings(archive), Settings(archive)
    for version in (0, 1):
        first, second = await asyncio.gather(
            here.put(HOURS, Hours(opens="07:00", days=1), version=version, by="anna", now=NOW),
            there.put(HOURS, Hours(opens="10:00", days=7), version=version, by="boris", now=NOW),
        )
        lost = [each for each in (first, second) if isinstance(each, Conflict)]
        won = [each for each in (first, second) if isinstance(each, Stored)]
        assert len(lost) == len(won) == 1
        assert lost[0].now == won[0]


async def test_what_another_version_wrote_does_not_stop_the_desk(archive: AsyncEngine) -> None:
    here = Settings(archive, memory_s=0)
    await here.put(HOURS, Hours(opens="08:00", days=5), version=0, by="anna", now=NOW)
    async with archive.begin() as connection:
        await connection.execute(update(table).values(value='{"days": 99}'))

    found = await here.stored(HOURS)
    assert (found.value, found.version) == (HOURS.default, 1)
    assert isinstance(
        await here.put(HOURS, Hours(opens="06:00", days=6), version=1, by="anna", now=NOW), Stored
    )


async def test_what_is_remembered_serves_while_the_database_is_away(archive: AsyncEngine) -> None:
    clock = iter(range(0, 1000, 10))
    here = Settings(archive, memory_s=2, monotonic=lambda: float(next(clock)))
    await here.put(HOURS, Hours(opens="08:00", days=5), version=0, by="anna", now=NOW)
    async with archive.begin() as connection:
        await connection.run_sync(table.drop)

    assert (await here.get(HOURS)).opens == "08:00"
    with pytest.raises(Unavailable):
        await here.stored(HOURS, fresh=True)


async def test_without_tables_and_a_memory_it_says_so(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Unavailable):
        await Settings(engine).get(HOURS)
    await engine.dispose()
