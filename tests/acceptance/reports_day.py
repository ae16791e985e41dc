"""How long the reports of a day of 35,000 conversations take: `python -m tests.acceptance.reports_day`.

Makes an archive with such a day after days of history, then measures; PostgreSQL too with `--postgres`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import migrate, open_engine, reachable
from core.tables import conversations, decisions, tickets, turns, verdicts
from handoff.reports.reading import Archive
from handoff.reports.report import Reports
from handoff.reports.types import Narrowed, Period
from tests.conftest import free_port
from tests.stubs.postgres import find_binaries, postgres

ZONE = ZoneInfo("Europe/Moscow")
DAY = date(2026, 3, 2)
REASONS = ("low_confidence", "asked_for_person", "complaint", "emotion", "answer_rejected")
SIGNALS = json.dumps({"signals": {"intent": "out_of_scope", "words": "x" * 1200}})
PACKET = json.dumps({"said": "x" * 900})
WORDS = "Добрый день! Подскажите, пожалуйста, где мой заказ. " * 2
HOURS = [1, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 12, 12, 12, 12, 12, 11, 10, 8, 6, 4, 2]


def day_of(day: date, count: int, chance: random.Random) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Rows of one day: four conversations of five come to people."""
    start = round(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp() * 1000)
    for n in range(count):
        id_ = f"{day:%m%d}-{n}"
        at = start + (chance.choices(range(24), HOURS)[0] * 3600 + chance.randrange(3600)) * 1000
        channel = chance.choice(("telegram", "telegram", "webchat", "whatsapp"))
        handed = chance.random() < 0.8
        end = at + chance.randrange(300_000, 3_000_000)
        yield conversations, {
            "id": id_, "ref": f"{channel}:{id_}", "channel": channel, "customer": f"{channel}:{id_}",
            "language": "ru", "started_ms": at, "closed_ms": end, "close_reason": "done", "closed_by": "u1",
        }  # fmt: skip
        for k in range(2):
            answered = not handed or (k == 0 and chance.random() < 0.3)
            yield decisions, {
                "id": f"{id_}-{k}", "event_id": at * 1000 + k, "conversation": id_,
                "message_id": f"{id_}-{k}", "decision": "answer" if answered else "handoff", "reason": None,
                "article": f"article-{chance.randrange(40)}" if answered else None, "skill": None,
                "probability": 0.9, "helpful": None, "payload": SIGNALS, "at_ms": at + k * 20_000,
                "intent": "out_of_scope",
            }  # fmt: skip
        operator = f"u{chance.randrange(80)}"
        for k in range(8):
            yield turns, {
                "event_id": (at + k * 40_000) * 100_000 + n * 10 + k, "conversation": id_,
                "ref": f"{channel}:{id_}", "operator": None,
                "author": ("customer", "operator" if handed and k > 2 else "bot")[k % 2],
                "kind": "text", "text": WORDS, "message_id": None, "external_id": None, "out_id": None,
                "outcome": None, "decision_id": None, "payload": WORDS, "at_ms": at + k * 40_000,
            }  # fmt: skip
        if handed:
            created = at + 30_000
            taken = created + round(chance.expovariate(1 / 25)) * 1000
            replied = taken + round(chance.expovariate(1 / 40)) * 1000
            yield tickets, {
                "id": id_, "conversation": id_, "ref": f"{channel}:{id_}", "status": "closed",
                "reason": chance.choice(REASONS), "group": f"group{chance.randrange(6)}", "priority": 1,
                "customer": "x", "language": "ru", "operator": operator, "packet": PACKET,
                "created_ms": created, "due_ms": created + 120_000, "taken_ms": taken, "replied_ms": replied,
                "ended_ms": max(end, replied),
            }  # fmt: skip
        elif n % 3 == 0:
            yield verdicts, {
                "id": f"customer:{id_}-0", "at_ms": at, "conversation": id_, "decision_id": f"{id_}-0",
                "article": None, "revision": None, "base_version": None, "probability": 0.9,
                "right": chance.random() < 0.95, "source": "customer", "operator": None,
            }  # fmt: skip


async def fill(engine: AsyncEngine, day: date, count: int, chance: random.Random) -> None:
    """Write a day in portions."""
    rows: dict[Table, list[dict[str, Any]]] = {}
    for table, row in day_of(day, count, chance):
        rows.setdefault(table, []).append(row)
    async with engine.begin() as connection:
        for table, values in rows.items():
            for first in range(0, len(values), 2000):
                await connection.execute(insert(table), values[first : first + 2000])


async def measure(url: str, options: argparse.Namespace) -> dict[str, Any]:
    """Fill an archive and time its reports, in seconds."""
    engine = open_engine(url)
    chance = random.Random(7)
    try:
        await _ready(engine)
        await migrate(engine)
        for n in range(options.history_days, 0, -1):
            await fill(engine, DAY - timedelta(days=n), options.history, chance)
        await fill(engine, DAY, options.conversations, chance)
        if "postgresql" in url:
            async with engine.connect() as connection:
                raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await raw.execute(text("VACUUM ANALYZE"))
        reports = Reports(Archive(engine), target=0.2)
        found: dict[str, Any] = {"engine": url.split(":")[0].split("+")[0]}
        for name, first in (
            ("day", DAY),
            ("week", DAY - timedelta(days=6)),
            ("month", DAY - timedelta(days=29)),
        ):
            found[name] = await _timed(reports, Period(first, DAY, ZONE), 5 if name == "day" else 1)
        return found
    finally:
        await engine.dispose()


async def _ready(engine: AsyncEngine) -> None:
    async with asyncio.timeout(60):
        while not await reachable(engine):
            await asyncio.sleep(0.2)


async def _timed(reports: Reports, period: Period, times: int) -> dict[str, Any]:
    walls, used = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        made = await reports.report(period, Narrowed(), datetime.now(UTC))
        walls.append(round(time.perf_counter() - wall, 3))
        used.append(round(time.process_time() - cpu, 3))
    return {
        "conversations": made.summary["conversations"], "first_s": walls[0], "median_s": median(walls),
        "cpu_s": median(used),
    }  # fmt: skip


def main() -> None:
    """Print one JSON line an engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=35_000)
    parser.add_argument("--history", type=int, default=3_500, help="conversations of each day before")
    parser.add_argument("--history-days", type=int, default=30)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'archive.db'}"
        print(json.dumps(asyncio.run(measure(url, options))), flush=True)  # noqa: T201 - its result
    binaries = find_binaries() if options.postgres else None
    if binaries is not None:
        with postgres(binaries, free_port()) as server:
            print(json.dumps(asyncio.run(measure(f"{server}/postgres", options))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
