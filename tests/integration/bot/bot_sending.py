"""Senders among stand-ins, and what was told of the replies they had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.inbox import Pending
from bot.sender import Sender
from bot.types import Reply
from bot.write import bot_reply
from core.notify import Hub
from core.redis import Scripts
from tests.integration.bot.bot_world import FakeChannel, events


@dataclass(frozen=True)
class Sending:
    """A sender and the hub that wakes it."""

    sender: Sender
    hub: Hub

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(self.hub.run(stop), self.sender.run(stop))


def sender(scripts: Scripts, channel: FakeChannel, **settings: Any) -> Sending:
    hub = Hub(scripts.redis, scripts.keys)
    return Sending(Sender(channel=channel, scripts=scripts, hub=hub, **settings), hub)


@asynccontextmanager
async def sending(*senders: Sending) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in senders]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 15)


def count(channel: FakeChannel, number: int) -> Callable[[], Any]:
    async def reached() -> bool:
        return len(channel.sent) >= number

    return reached


def reply_id(pending: Pending) -> str:
    """Id of the bot's reply to a message, as the product gives it."""
    return str(bot_reply(pending, Reply(""), "ru", "d1")["id"])


async def statuses(scripts: Scripts, out: str) -> list[str]:
    """What was told of one reply, in order."""
    return [str(told["status"]) for told in await events(scripts, "delivery") if told["out"] == out]


def settled(scripts: Scripts, out: str, status: str) -> Callable[[], Any]:
    async def reached() -> bool:
        return (await statuses(scripts, out))[-1:] == [status]

    return reached
