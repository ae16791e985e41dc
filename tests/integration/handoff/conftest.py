"""Valkey once a run, a clean live record and archive for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from core.redis import connect
from core.sql import migrate, open_engine
from tests.integration.handoff.handoff_world import World, valkey

_prefixes = count(1)


@pytest.fixture(scope="session")
def valkey_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey(tmp_path_factory.mktemp("valkey")) as address:
        yield address


@pytest.fixture
async def world(valkey_address: str) -> AsyncIterator[World]:
    redis = connect(valkey_address)
    yield World.on(redis, keys=Keys(f"desk{next(_prefixes)}"))
    await redis.aclose()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.db'}")
    await migrate(engine)
    yield engine
    await engine.dispose()
