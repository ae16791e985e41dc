"""Embedded parts as real processes: what survives which death, and who may own them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.embedded import Embedded
from core.children import ChildState, Supervisor
from core.config import ROOT
from core.endpoints import Endpoints, read_endpoints
from core.errors import Unavailable

OWNER = """
import asyncio, sys
from pathlib import Path
from bot.embedded import Embedded
from core.children import Supervisor
from core.logging import configure_logging

configure_logging("error", json=False)

async def main():
    supervisor = Supervisor(backoff_min_s=0.05, backoff_max_s=1, stop_timeout_s=5)
    data = Path(sys.argv[1])
    embedded = Embedded(data=data, supervisor=supervisor, rasa_url="http://elsewhere", checkout=data.parent)
    await embedded.start()
    print(*(status.pid for status in embedded.statuses().values()), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def new_supervisor() -> Supervisor:
    return Supervisor(backoff_min_s=0.05, backoff_max_s=1, stop_timeout_s=5)


def embedded_in(data: Path, *, redis_url: str = "", database_url: str = "") -> Embedded:
    """Valkey alone, or nothing: the other parts are said to be elsewhere."""
    return Embedded(
        data=data,
        supervisor=new_supervisor(),
        redis_url=redis_url,
        database_url=database_url,
        rasa_url="http://rasa.example",
        loyalty_url="http://loyalty.example",
    )


@asynccontextmanager
async def redis_at(endpoints: Endpoints) -> AsyncIterator[Redis]:
    client = Redis.from_url(endpoints.redis_url, decode_responses=True)
    try:
        yield client
    finally:
        await client.aclose()


async def until(condition: Callable[[], bool], *, timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def is_running(pid: int) -> bool:
    """A killed process nobody has waited for yet (state Z) does not run any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def pid_of(embedded: Embedded, name: str) -> int:
    pid = embedded.statuses()[name].pid
    assert pid is not None
    return pid


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    embedded = embedded_in(tmp_path / "data")
    yield embedded
    await embedded.stop()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns tmp_path/data; its first line names the children's process ids."""
    command = [sys.executable, "-c", OWNER, str(tmp_path / "data")]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        yield process
        process.kill()


async def children_of(owner: subprocess.Popen[str]) -> list[int]:
    assert owner.stdout is not None
    line = await asyncio.to_thread(owner.stdout.readline)
    return [int(word) for word in line.split() if word.isdigit()]


async def test_valkey_takes_commands_when_start_returns(embedded: Embedded) -> None:
    endpoints = await embedded.start()

    async with redis_at(endpoints) as redis:
        assert await redis.set("key", "value")
        settings = await redis.config_get("append*")
        assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "always")
        assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
    assert embedded.statuses()["valkey"].state is ChildState.OK


async def test_valkey_refuses_those_who_lack_the_password(embedded: Embedded) -> None:
    endpoints = await embedded.start()
    address = endpoints.redis_url.rpartition("@")[2]

    async with redis_at(Endpoints(redis_url=f"redis://{address}", database_url="")) as stranger:
        with pytest.raises(RedisError, match=r"(?i)authenticat"):
            await stranger.ping()


async def test_the_password_is_not_among_the_arguments(embedded: Embedded) -> None:
    endpoints = await embedded.start()
    password = endpoints.redis_url.split(":")[2].partition("@")[0]

    arguments = Path(f"/proc/{pid_of(embedded, 'valkey')}/cmdline").read_text()

    assert len(password) == 64
    assert password not in arguments


async def test_acknowledged_writes_survive_a_kill_of_valkey(embedded: Embedded) -> None:
    endpoints = await embedded.start()
    first = pid_of(embedded, "valkey")
    acknowledged = 0

    async def write(redis: Redis) -> None:
        nonlocal acknowledged
        while await redis.set(f"key:{acknowledged}", acknowledged):
            acknowledged += 1

    async with redis_at(endpoints) as redis:
        writing = asyncio.create_task(write(redis))
        await until(lambda: acknowledged >= 50)
        os.kill(first, signal.SIGKILL)
        await asyncio.wait([writing])
        assert writing.exception() is not None
        await until(lambda: embedded.statuses()["valkey"].restarts == 1)
        await until(lambda: embedded.statuses()["valkey"].state is ChildState.OK)
        held = await redis.mget([f"key:{number}" for number in range(acknowledged)])

    assert held == [str(number) for number in range(acknowledged)]
    status = embedded.statuses()["valkey"]
    assert status.restarts == 1
    assert status.pid not in {None, first}


async def test_a_dead_valkey_is_reported_down_and_why(embedded: Embedded) -> None:
    await embedded.start()

    os.kill(pid_of(embedded, "valkey"), signal.SIGKILL)
    await until(lambda: embedded.statuses()["valkey"].state is ChildState.DOWN)

    assert embedded.statuses()["valkey"].reason == "killed by SIGKILL"


async def test_data_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    first = embedded_in(tmp_path)
    async with redis_at(await first.start()) as redis:
        await redis.set("key", "kept")
    await first.stop()

    second = embedded_in(tmp_path)
    try:
        async with redis_at(await second.start()) as redis:
            assert await redis.get("key") == "kept"
    finally:
        await second.stop()


async def test_stopping_leaves_no_process_and_no_endpoints(embedded: Embedded, tmp_path: Path) -> None:
    await embedded.start()
    pid = pid_of(embedded, "valkey")
    assert is_running(pid)

    await embedded.stop()

    assert not is_running(pid)
    assert read_endpoints(tmp_path / "data") is None
    assert not embedded.is_owner


async def test_a_second_process_finds_the_parts_of_the_first(
    owner: subprocess.Popen[str], tmp_path: Path
) -> None:
    await children_of(owner)
    second = Embedded(data=tmp_path / "data", supervisor=new_supervisor())

    endpoints = await second.start()

    async with redis_at(endpoints) as redis:
        assert await redis.ping()
    assert (second.is_owner, endpoints.pid) == (False, owner.pid)
    assert second.statuses() == {}
    await second.stop()
    assert read_endpoints(tmp_path / "data") == endpoints


async def test_an_address_of_its_own_goes_before_that_of_the_first_process(
    owner: subprocess.Popen[str], tmp_path: Path
) -> None:
    await children_of(owner)
    second = Embedded(
        data=tmp_path / "data",
        supervisor=new_supervisor(),
        loyalty_url="http://own.example",
        loyalty_token="own",
    )

    endpoints = await second.start()

    assert (endpoints.loyalty_url, endpoints.loyalty_token) == ("http://own.example", "own")
    assert endpoints.redis_url.startswith("redis://:")


async def test_children_die_with_an_owner_that_is_killed_outright(
    owner: subprocess.Popen[str], tmp_path: Path
) -> None:
    children = await children_of(owner)
    assert children
    assert all(is_running(pid) for pid in children)

    owner.kill()
    owner.wait()
    await until(lambda: not any(is_running(pid) for pid in children))

    assert read_endpoints(tmp_path / "data") is None
    heir = embedded_in(tmp_path / "data")
    assert (await heir.start()).pid == os.getpid()
    await heir.stop()


async def test_two_data_folders_run_side_by_side(embedded: Embedded, tmp_path: Path) -> None:
    other = embedded_in(tmp_path / "other")
    try:
        first, second = await asyncio.gather(embedded.start(), other.start())
        async with redis_at(first) as one, redis_at(second) as two:
            await one.set("key", "first")
            assert await two.get("key") is None
    finally:
        await other.stop()


async def test_an_owner_that_does_not_say_where_its_parts_are_is_named(
    embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await embedded.start()
    (tmp_path / "data" / "run" / "endpoints.json").unlink()
    monkeypatch.setattr("bot.embedded.TAKE_OVER_S", 0.3)

    with pytest.raises(Unavailable, match="DUET_DATA"):
        await embedded_in(tmp_path / "data").start()


async def test_a_named_redis_and_database_replace_the_embedded_ones(tmp_path: Path) -> None:
    replaced = embedded_in(
        tmp_path, redis_url="redis://far.example/0", database_url="postgresql://far.example/d"
    )

    endpoints = await replaced.start()

    assert replaced.statuses() == {}
    assert endpoints.redis_url == "redis://far.example/0"
    assert endpoints.database_url == "postgresql://far.example/d"
    await replaced.stop()


async def test_valkey_that_cannot_start_stops_the_start_and_frees_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Embedded(
        data=tmp_path,
        supervisor=new_supervisor(),
        rasa_url="http://rasa.example",
        loyalty_url="http://loyalty.example",
        valkey_ready_s=0.5,
    )
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "appendonlydir").write_text("in the way")

    with pytest.raises(Unavailable, match=r"valkey: .*valkey\.log"):
        await broken.start()

    assert not broken.is_owner
    assert broken.statuses() == {}


async def test_rasa_that_is_not_installed_is_reported_and_does_not_stop_the_start(tmp_path: Path) -> None:
    without = Embedded(
        data=tmp_path,
        supervisor=new_supervisor(),
        redis_url="redis://far.example/0",
        loyalty_url="http://loyalty.example",
        checkout=tmp_path,
    )

    endpoints = await without.start()

    assert (endpoints.rasa_url, endpoints.rasa_token) == ("", "")
    assert without.statuses()["rasa"].state is ChildState.DOWN
    assert "make setup" in without.statuses()["rasa"].reason
    await without.stop()


async def test_the_demo_service_answers_over_http_with_its_token_alone(tmp_path: Path) -> None:
    supervisor = new_supervisor()
    demo = Embedded(
        data=tmp_path,
        supervisor=supervisor,
        redis_url="redis://far.example/0",
        rasa_url="http://rasa.example",
    )
    try:
        endpoints = await demo.start()
        await supervisor.wait_ready("loyalty", timeout_s=20)
        async with aiohttp.ClientSession(endpoints.loyalty_url) as session:
            async with session.get("/healthz") as health:
                assert health.status == 200
            async with session.get("/stores") as refused:
                assert refused.status == 401
            bearer = {"Authorization": f"Bearer {endpoints.loyalty_token}"}
            async with session.get("/stores", headers=bearer) as allowed:
                assert allowed.status != 401
    finally:
        await demo.stop()


@pytest.mark.rasa
async def test_rasa_parses_with_its_token_and_comes_back_after_a_kill(tmp_path: Path) -> None:
    supervisor = new_supervisor()
    embedded = Embedded(
        data=tmp_path,
        supervisor=supervisor,
        redis_url="redis://far.example/0",
        loyalty_url="http://loyalty.example",
    )
    try:
        endpoints = await embedded.start()
        await supervisor.wait_ready("rasa", timeout_s=120)
        os.kill(pid_of(embedded, "rasa"), signal.SIGKILL)
        await until(lambda: embedded.statuses()["rasa"].state is ChildState.DOWN)
        await supervisor.wait_ready("rasa", timeout_s=120)
        bearer = {"Authorization": f"Bearer {endpoints.rasa_token}"}
        async with aiohttp.ClientSession(endpoints.rasa_url) as session:
            async with session.post("/model/parse", json={"text": "привет"}) as refused:
                assert refused.status == 401
            async with session.post("/model/parse", json={"text": "привет"}, headers=bearer) as parsed:
                assert (await parsed.json())["intent"]["name"] == "greet"
    finally:
        await embedded.stop()


async def test_children_do_not_see_the_secrets_of_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "12345:very-secret")
    monkeypatch.setenv("DUET_ADMIN_PASSWORD", "very-secret")
    supervisor = new_supervisor()
    careful = Embedded(
        data=tmp_path,
        supervisor=supervisor,
        redis_url="redis://far.example/0",
        rasa_url="http://rasa.example",
    )
    try:
        await careful.start()
        await supervisor.wait_ready("loyalty", timeout_s=20)
        seen = Path(f"/proc/{pid_of(careful, 'loyalty')}/environ").read_text()
    finally:
        await careful.stop()

    assert "very-secret" not in seen
    assert "PATH=" in seen


async def test_the_address_of_the_web_pages_is_published(embedded: Embedded, tmp_path: Path) -> None:
    await embedded.start()

    embedded.announce_web("http://127.0.0.1:8080")

    published = read_endpoints(tmp_path / "data")
    assert published is not None
    assert published.web_url == "http://127.0.0.1:8080"
    text = (tmp_path / "data" / "run" / "endpoints.json").read_text()
    assert json.loads(text)["pid"] == os.getpid()
