"""Archives of both engines, for tests that must hold on either."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # no type information is published for it
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import migrate, open_engine
from tests.conftest import free_port
from tests.stubs.postgres import find_binaries, postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL for all tests of a run."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL on this machine (apt-get install postgresql-15)")
    with postgres(binaries, free_port()) as url:
        yield url


async def new_database(server: str) -> str:
    """Address of a new and empty database."""
    name = f"archive{next(_numbers)}"
    for _ in range(100):
        try:
            connection = await asyncpg.connect(f"{server}/postgres", timeout=5)
            break
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.1)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
async def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, of one engine after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'archive.db'}"
    return await new_database(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def archive(archive_url: str) -> AsyncIterator[AsyncEngine]:
    """An archive with all tables, on one engine after the other."""
    engine = open_engine(archive_url)
    await migrate(engine)
    yield engine
    await engine.dispose()
