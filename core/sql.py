"""The archive's engine: SQLite in WAL mode by default, PostgreSQL at scale; migrations by Alembic."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import ConfigError

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables of the archive; each module that owns tables adds them here."""

_WAL_WAIT_S = 30.0
_MIGRATIONS = Path(__file__).parent / "migrations"


def open_engine(url: str) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…` (plain schemes are completed).

    Raises:
        ConfigError: another kind of database, or not an address.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError("DATABASE_URL: not an address such as postgresql://user@host/name") from error
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise ConfigError(f"DATABASE_URL: {backend!r} is not supported; use sqlite or postgresql")
    parsed = parsed.set(drivername=drivers[backend])
    if backend != "sqlite":
        return create_async_engine(parsed, pool_pre_ping=True)
    engine = create_async_engine(parsed, connect_args={"timeout": 30, "isolation_level": None})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=30000", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Turn the write-ahead log on; where several begin at once, SQLite refuses instead of waiting."""
    until = time.monotonic() + _WAL_WAIT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails when another writer came between;
    # one that only reads must not wait for writers, nor they for it.
    reads = connection.get_execution_options().get("only_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def only_reading(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for those who only read: on SQLite they take no lock that a writer needs."""
    return engine.execution_options(only_reads=True)


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest migration; two processes at once are safe."""
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(_MIGRATIONS))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


async def reachable(engine: AsyncEngine, *, timeout_s: float = 2.0) -> bool:
    """Whether the database answers."""
    try:
        async with asyncio.timeout(timeout_s), engine.connect() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except Exception:  # noqa: BLE001 - health asks for a yes or no, whatever the driver raised
        return False
    return True


def _insert(connection: AsyncConnection, table: Table) -> Any:
    """Both databases know ON CONFLICT, each with a statement class of its own."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


async def insert_once(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, key: str
) -> None:
    """Insert a row unless one with this key is there."""
    statement = _insert(connection, table).values(**values)
    await connection.execute(statement.on_conflict_do_nothing(index_elements=[key]))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    values: Mapping[str, Any],
    *,
    key: str,
    keep: Sequence[str] = (),
) -> None:
    """Insert a row, or bring the one with this key up to date except for the columns in `keep`."""
    statement = _insert(connection, table).values(**values)
    changed = {name: value for name, value in values.items() if name != key and name not in keep}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed))


async def upsert_all(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, key: str
) -> None:
    """Insert many rows with different keys in one statement, or bring those that are there up to date."""
    if not rows:
        return
    statement = _insert(connection, table).values([dict(row) for row in rows])
    changed = {name: statement.excluded[name] for name in rows[0] if name != key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed))
