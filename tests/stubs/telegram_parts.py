"""Small counterparts a Telegram channel needs in tests: words, the lease, a store of messages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.telegram import KEYS, TelegramChannel
from bot.types import IncomingMessage
from tests.stubs.telegram_api import TOKEN, TelegramApi


def say(key: str, language: str) -> str:
    """A text that shows which one was asked for; only declared keys and languages may be."""
    assert key in KEYS
    assert language in ("ru", "en")
    return f"{key}.{language}"


class Lease:
    """A lease several leaders share; `holder` is the one that has it."""

    def __init__(self) -> None:
        self.holder: object = None
        self.down = False
        self._barred: object = None

    def pass_on(self) -> None:
        """Let it run out; the one that had it does not get it again."""
        self._barred, self.holder = self.holder, None

    def take(self, leader: object) -> bool:
        """Take it if it is free; True if it is the leader's now."""
        if self.holder is None and leader is not self._barred:
            self.holder = leader
        return self.holder is leader

    def leader(self) -> LeaseHolder:
        """One process's side of it."""
        return LeaseHolder(self)


class LeaseHolder:
    """One process's side of a lease in memory."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease

    async def acquire(self) -> bool:
        """Take it if it is free."""
        if self._lease.down:
            raise ConnectionError("the live store is down")
        return self._lease.take(self)

    async def renew(self) -> bool:
        """True while it is ours."""
        if self._lease.down:
            raise ConnectionError("the live store is down")
        return self._lease.holder is self

    async def release(self) -> None:
        """Free it if it is ours."""
        if self._lease.holder is self:
            self._lease.holder = None


class Inbox:
    """An ingest that keeps what it takes, in order, and can be told to fail."""

    def __init__(self) -> None:
        self.taken: list[IncomingMessage] = []
        self.tries = 0
        self.failures_to_come = 0
        self.refused_texts: set[str] = set()

    async def ingest(self, message: IncomingMessage) -> bool:
        """Take a message; False for a repeat."""
        self.tries += 1
        if self.failures_to_come > 0:
            self.failures_to_come -= 1
            raise ConnectionError("the live store is down")
        if message.text in self.refused_texts:
            raise ValueError("this message cannot be stored")
        if any(known.external_id == message.external_id for known in self.taken):
            return False
        self.taken.append(message)
        return True

    @property
    def texts(self) -> list[str]:
        """Texts taken so far."""
        return [message.text for message in self.taken]

    async def wait_for(self, count: int, timeout_s: float = 5.0) -> None:
        """Wait until that many messages are taken.

        Raises:
            AssertionError: they did not come in time.
        """
        deadline = time.monotonic() + timeout_s
        while len(self.taken) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.taken)} of {count} messages came: {self.texts}")
            await asyncio.sleep(0.01)


def make_channel(api: TelegramApi, *, lease: Lease | None = None, **changes: Any) -> TelegramChannel:
    """A channel at the scripted server, with short waits."""
    settings: dict[str, Any] = {
        "account": "telegram",
        "token": TOKEN,
        "api_url": api.url,
        "say": say,
        "leader": (lease or Lease()).leader(),
        "poll_timeout_s": 5,
        "request_timeout_s": 0.5,
        "chat_interval_s": 0.01,
        "renew_every_s": 0.05,
        "backoff_min_s": 0.02,
        "backoff_max_s": 0.1,
    }
    return TelegramChannel(**{**settings, **changes})


@asynccontextmanager
async def running(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator[TelegramChannel]:
    """Run a channel for the time of a block, then stop it and close it."""
    stop = asyncio.Event()
    task = asyncio.create_task(channel.run(inbox.ingest, stop))
    try:
        yield channel
    finally:
        stop.set()
        await asyncio.wait_for(task, timeout=5)
        await channel.close()


async def wait_for_state(channel: TelegramChannel, status: str, timeout_s: float = 5.0) -> str:
    """Wait until the channel reports a status; its sentence.

    Raises:
        AssertionError: it did not in time.
    """
    deadline = time.monotonic() + timeout_s
    while channel.state.status != status:
        if time.monotonic() > deadline:
            raise AssertionError(f"the channel is {channel.state}, not {status}")
        await asyncio.sleep(0.01)
    return channel.state.detail


async def wait_for_detail(channel: TelegramChannel, words: str, timeout_s: float = 5.0) -> None:
    """Wait until the sentence the channel reports holds these words.

    Raises:
        AssertionError: it did not in time.
    """
    deadline = time.monotonic() + timeout_s
    while words not in channel.state.detail:
        if time.monotonic() > deadline:
            raise AssertionError(f"the channel is {channel.state}, not {words!r}")
        await asyncio.sleep(0.01)
