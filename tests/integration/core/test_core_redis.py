"""Running scripts in a real Valkey: keys, answers, what happens when it is away or cannot write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from core.errors import ConfigError, Unavailable
from core.keys import FORMATS, Keys, lua_keys
from core.redis import Scripts, connect, wait_on_disk
from tests.conftest import free_port
from tests.stubs.valkey import Valkey

ARGUMENTS = ("telegram:4:2", "0")
LEADER = "core/lua/leader.lua"


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[Valkey]:
    server = Valkey(tmp_path, free_port())
    await server.start()
    yield server
    server.stop()


@pytest.fixture
async def client(valkey: Valkey) -> AsyncIterator[Redis]:
    client = connect(valkey.url)
    yield client
    await client.aclose()


@pytest.mark.parametrize("name", FORMATS)
async def test_scripts_and_python_build_the_same_key(name: str, redis: Redis) -> None:
    fields = [part.split("}")[0] for part in FORMATS[name].split("{")[1:]]
    values = ARGUMENTS[: len(fields)]
    call = ", ".join(f"ARGV[{number}]" for number in range(1, len(fields) + 1))
    answer = await redis.eval(f"{lua_keys('test')}\nreturn K.{name}({call})", 0, *values)
    assert answer == Keys("test")(name, **dict(zip(fields, values, strict=True)))


async def test_a_number_makes_the_same_key_in_a_script(redis: Redis) -> None:
    answer = await redis.eval(f"{lua_keys('test')}\nreturn K.ready('webchat', 2)", 0)
    assert answer == Keys("test")("ready", account="webchat", priority=2)


async def test_a_script_is_found_again_after_the_server_forgot_it(scripts: Scripts) -> None:
    assert await scripts.run(LEADER, "x", "me", 1000) == ["1"]
    await scripts.redis.script_flush()
    assert await scripts.run(LEADER, "x", "me", 1000) == ["1"]


async def test_a_fault_in_a_script_is_not_taken_for_an_outage(scripts: Scripts) -> None:
    with pytest.raises(ResponseError):
        await scripts.run(LEADER, "x", "me", "soon")


async def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = connect(f"redis://127.0.0.1:{free_port()}/0")
    scripts = Scripts(away, Keys("test"))
    with pytest.raises(Unavailable):
        await scripts.run(LEADER, "x", "me", 1000)
    with pytest.raises(Unavailable):
        await wait_on_disk(away)
    with pytest.raises(Unavailable):
        async with scripts.on_one_connection():
            raise AssertionError("there is no connection")
    await away.aclose()


async def test_work_goes_on_when_the_server_is_back(valkey: Valkey, client: Redis) -> None:
    scripts = Scripts(client, Keys("test"))
    assert await scripts.run(LEADER, "x", "me", 1000) == ["1"]
    valkey.stop()
    with pytest.raises(Unavailable):
        await scripts.run(LEADER, "x", "me", 1000)
    await valkey.start()
    assert await scripts.run(LEADER, "x", "me", 1000) == ["1"]


async def test_a_server_without_room_is_unavailable_for_now(valkey: Valkey, client: Redis) -> None:
    scripts = Scripts(client, Keys("test"))
    await client.config_set("maxmemory", "1")
    with pytest.raises(Unavailable, match="maxmemory"):
        await scripts.run(LEADER, "x", "me", 1000)


async def test_a_replica_that_cannot_write_is_unavailable_for_now(valkey: Valkey, client: Redis) -> None:
    scripts = Scripts(client, Keys("test"))
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")  # type: ignore[no-untyped-call]
    with pytest.raises(Unavailable, match="read only replica"):
        await scripts.run(LEADER, "x", "me", 1000)


async def test_no_command_is_sent_twice(valkey: Valkey) -> None:
    """The answer may be what was lost: whether to try again is for the caller to say."""
    heard = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        there, back = await asyncio.open_connection("127.0.0.1", valkey.port)
        answers = asyncio.create_task(_copy(there, writer))
        while data := await reader.read(4096):
            if b"EVALSHA" in data:
                heard += 1
                break
            back.write(data)
        for closing in (back, writer):
            closing.close()
            await closing.wait_closed()
        await answers

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    client = connect(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    with pytest.raises(Unavailable):
        await Scripts(client, Keys("test")).run(LEADER, "x", "me", 1000)
    assert heard == 1
    await client.aclose()
    server.close()
    await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)


async def test_without_an_append_only_file_nothing_counts_as_on_disk(tmp_path: Path) -> None:
    server = Valkey(tmp_path, free_port(), "--appendonly", "no")
    await server.start()
    client = connect(server.url)
    with pytest.raises(Unavailable, match="appendonly"):
        await wait_on_disk(client)
    await client.aclose()
    server.stop()


async def test_a_write_that_does_not_reach_the_disk_in_time_is_told(valkey: Valkey, client: Redis) -> None:
    await client.config_set("appendfsync", "no")
    async with Scripts(client, Keys("test")).on_one_connection() as scripts:
        await scripts.run(LEADER, "x", "me", 1000)
        with pytest.raises(Unavailable, match="not on disk within 100 ms"):
            await wait_on_disk(scripts.redis, timeout_ms=100)


async def test_one_connection_serves_all_it_is_asked(client: Redis) -> None:
    async with Scripts(client, Keys("test")).on_one_connection() as scripts:
        ids = {await scripts.redis.client_id() for _ in range(3)}
        others = {await client.client_id() for _ in range(3)}
    assert len(ids) == 1
    assert not ids & others


@pytest.mark.parametrize("url", ["http://localhost", "localhost:6379", ""])
def test_an_address_that_is_none_names_the_variable(url: str) -> None:
    with pytest.raises(ConfigError, match="REDIS_URL"):
        connect(url)
