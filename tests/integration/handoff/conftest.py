"""Valkey once a run, a clean live record and archive for every test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from core.redis import connect
from core.sql import migrate, open_engine
from tests.integration.handoff.handoff_desk import Client, Desk, Hand
from tests.integration.handoff.handoff_world import World, valkey
from tests.integration.handoff.routing_desk import routing_desk

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


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy, since migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("archive") / "empty.db"
    asyncio.run(_make_archive(path))
    return path


async def _make_archive(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}")
    await migrate(engine)
    await engine.dispose()


@pytest.fixture
async def engine(tmp_path: Path, empty_archive: Path) -> AsyncIterator[AsyncEngine]:
    path = tmp_path / "archive.db"
    shutil.copy(empty_archive, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    await engine.dispose()


@pytest.fixture
async def desk(world: World, engine: AsyncEngine, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    # The page in a browser asks for its operator's state and offers, too.
    in_browser = request.node.get_closest_marker("browser") is not None
    desk = routing_desk(world, engine) if in_browser else Desk.on(world, engine)
    stop = asyncio.Event()
    listening = asyncio.create_task(desk.hub.run(stop))
    yield desk
    stop.set()
    listening.cancel()
    await asyncio.wait([listening])


@pytest.fixture
async def browsers(desk: Desk) -> AsyncIterator[Callable[[], Awaitable[Hand]]]:
    server = TestServer(desk.app)
    await server.start_server()
    clients: list[Client] = []

    async def another() -> Hand:
        clients.append(TestClient(server, cookie_jar=CookieJar(unsafe=True)))
        return Hand(clients[-1])

    yield another
    for client in clients:
        await client.close()
    await server.close()


@pytest.fixture
async def aiohttp_desk() -> AsyncIterator[Callable[[Desk], Awaitable[Hand]]]:
    clients: list[Client] = []

    async def open_client(desk: Desk) -> Hand:
        clients.append(TestClient(TestServer(desk.app)))
        await clients[-1].start_server()
        return Hand(clients[-1])

    yield open_client
    for client in clients:
        await client.close()
