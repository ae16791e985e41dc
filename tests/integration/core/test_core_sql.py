"""The archive's engine, over SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, func, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine

import core.tables
import handoff.customers.tables as _these_register_theirs  # noqa: F401
import handoff.lists.tables as _and_these  # noqa: F401
import handoff.push.tables as _push_too  # noqa: F401
import handoff.ratings.tables as _ratings_too  # noqa: F401
import handoff.reports.tables as _reports_too  # noqa: F401
import handoff.reviews.tables as _reviews_too  # noqa: F401
import handoff.routing.tables as _routing_tables  # noqa: F401
import handoff.search.tables as _these_too  # noqa: F401
import handoff.tasks.tables as _tasks_too  # noqa: F401
import handoff.tokens.tables as _tokens_too  # noqa: F401
import handoff.tools.tables as _registers_its_tables_too  # noqa: F401
import handoff.webhooks.tables as _webhooks_too  # noqa: F401
import knowledge_base.tables as _also_registers_its_tables  # noqa: F401
from core.config import ROOT
from core.errors import ConfigError
from core.sql import insert_once, metadata, migrate, open_engine, reachable, upsert, upsert_all
from core.tables import archive_cursor, customers, decisions, tickets

ANNA = {"key": "t:1", "name": "Анна", "language": "ru", "first_seen_ms": 1, "last_seen_ms": 1}


async def test_migrations_make_the_tables_the_program_knows(archive: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        # The index for searching is each engine's own; SQLAlchemy has no words for it.
        told = {
            "compare_type": True,
            "include_name": lambda name, *_: not (name or "").startswith("search_fts"),
        }
        context = MigrationContext.configure(connection, opts=told)
        return list(compare_metadata(context, metadata))

    assert core.tables.turns.metadata is metadata
    assert "kb_bases" in metadata.tables
    async with archive.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(archive: AsyncEngine) -> None:
    await migrate(archive)
    async with archive.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(text("alembic_version"))) == 1


async def test_intents_of_old_decisions_are_found_in_what_was_stored_with_them(archive: AsyncEngine) -> None:
    def go(connection: Connection, move: Callable[[AlembicConfig, str], None], to: str) -> None:
        config = AlembicConfig()
        config.set_main_option("script_location", str(ROOT / "core" / "migrations"))
        config.attributes["connection"] = connection
        move(config, to)

    before = "0008"
    row = {
        "id": "d1", "event_id": 1, "conversation": "c1", "message_id": "m1", "decision": "handoff",
        "payload": '{"signals": {"intent": "complaint", "said": "\\u0000"}}', "at_ms": 1,
    }  # fmt: skip
    async with archive.connect() as connection:
        await connection.run_sync(go, command.downgrade, before)
        known = table("decisions", *(column(name) for name in row))
        for id_, payload in (("d1", row["payload"]), ("d2", "{}"), ("d3", "no JSON")):
            await connection.execute(known.insert().values({**row, "id": id_, "payload": payload}))
        await connection.commit()
        await connection.run_sync(go, command.upgrade, "head")
        found = await connection.execute(select(decisions.c.id, decisions.c.intent).order_by(decisions.c.id))
        assert [tuple(each) for each in found] == [("d1", "complaint"), ("d2", None), ("d3", None)]


MIGRATE = """
import asyncio, sys
from core.sql import migrate, open_engine

async def main():
    engine = open_engine(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await migrate(engine)
    await engine.dispose()

asyncio.run(main())
"""


async def test_processes_may_migrate_at_once(archive_url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, archive_url, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    for process, (_, complaint) in zip(
        started, await asyncio.gather(*(process.communicate(b"go\n") for process in started)), strict=True
    ):
        assert process.returncode == 0, complaint.decode()
    engine = open_engine(archive_url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda found: inspect(found).get_table_names())
    await engine.dispose()
    assert set(names) >= {"turns", "tickets", "archive_cursor"}


async def test_a_row_is_inserted_once(archive: AsyncEngine) -> None:
    async with archive.begin() as connection:
        await insert_once(connection, customers, ANNA, key="key")
        await insert_once(connection, customers, {**ANNA, "name": "other"}, key="key")
        assert (await connection.execute(select(customers.c.name))).scalars().all() == ["Анна"]


async def test_a_row_is_brought_up_to_date_except_for_what_is_kept(archive: AsyncEngine) -> None:
    async with archive.begin() as connection:
        await upsert(connection, customers, ANNA, key="key", keep=("first_seen_ms",))
        later = {**ANNA, "name": "Аня", "first_seen_ms": 9, "last_seen_ms": 9}
        await upsert(connection, customers, later, key="key", keep=("first_seen_ms",))
        row = (await connection.execute(select(customers))).mappings().one()
    assert (row["name"], row["first_seen_ms"], row["last_seen_ms"]) == ("Аня", 1, 9)


async def test_a_column_may_be_called_group(archive: AsyncEngine) -> None:
    values = {
        "id": "1", "conversation": "c1", "ref": "t:1", "status": "waiting", "reason": "emotion",
        "group": "general", "priority": 0, "customer": "Анна", "language": "ru", "packet": "{}",
        "created_ms": 1, "due_ms": 2,
    }  # fmt: skip
    async with archive.begin() as connection:
        await insert_once(connection, tickets, values, key="id")
        query = select(tickets.c.id).where(tickets.c.group == "general").group_by(tickets.c.id)
        assert await connection.scalar(query) == "1"


async def test_a_transaction_that_fails_leaves_nothing(archive: AsyncEngine) -> None:
    async def half_way() -> None:
        async with archive.begin() as connection:
            await insert_once(connection, customers, ANNA, key="key")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        await half_way()
    async with archive.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(customers)) == 0


async def test_writers_wait_for_each_other(archive: AsyncEngine) -> None:
    async def add(number: int) -> None:
        async with archive.begin() as connection:
            await connection.scalar(select(func.count()).select_from(archive_cursor))
            await insert_once(
                connection, archive_cursor, {"name": f"n{number}", "last_event": "0-0"}, key="name"
            )

    await asyncio.gather(*(add(number) for number in range(20)))
    async with archive.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(archive_cursor)) == 20


async def test_sqlite_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        async with engine.connect() as connection:
            assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    finally:
        await engine.dispose()


async def test_a_database_says_whether_it_answers(archive: AsyncEngine) -> None:
    assert await reachable(archive)


async def test_a_database_that_is_not_there_does_not_answer(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder.db", "postgresql://duet@127.0.0.1:1/archive"):
        engine = open_engine(url)
        assert not await reachable(engine)
        await engine.dispose()
    await asyncio.sleep(0.1)  # the driver's thread says a last word to this loop after a failed start


@pytest.mark.parametrize("url", ["mysql://a@b/c", "oracle://a", "no address", ""])
def test_another_kind_of_database_is_refused_by_name_of_the_variable(url: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        open_engine(url)


async def test_many_rows_are_brought_up_to_date_at_once(archive: AsyncEngine) -> None:
    async with archive.begin() as connection:
        await upsert_all(connection, customers, [], key="key")
        await upsert_all(connection, customers, [ANNA, {**ANNA, "key": "t:2"}], key="key")
        await upsert_all(connection, customers, [{**ANNA, "name": "Аня"}, {**ANNA, "key": "t:3"}], key="key")
        found = await connection.execute(select(customers.c.key, customers.c.name).order_by(customers.c.key))
        assert [tuple(row) for row in found] == [("t:1", "Аня"), ("t:2", "Анна"), ("t:3", "Анна")]
