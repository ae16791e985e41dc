"""Short ways to fill the live record, and a channel and a handler that do as a test tells them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from redis.asyncio import Redis

from bot.channels.contract import Ingest, Limits, OutgoingMessage, SendResult, SendStatus
from bot.effects import Effect, NewTicket
from bot.inbox import Inbox, Pending
from bot.types import IncomingMessage
from bot.write import customer_turn
from core.keys import ref_of
from core.records import PRIORITY_PERSON, dump, outgoing
from core.redis import Scripts
from tests.integration.bot.path_driver import ACCOUNT, effect_for, message


def inbox(scripts: Scripts, *, lease_s: float = 30, durable: bool = False) -> Inbox:
    return Inbox(scripts, claim_days=9, lease_s=lease_s, silence_h=12, durable=durable)


def chat_message(chat: str, number: int) -> IncomingMessage:
    """The message with this number in this chat."""
    return replace(message(number), chat_id=chat, external_id=f"{chat}-{number}", text=f"{chat} {number}")


async def everything(redis: Redis) -> dict[bytes, bytes]:
    """All that is stored, as the server would write it down."""
    raw: Redis = Redis(
        host=redis.connection_pool.connection_kwargs["host"],
        port=redis.connection_pool.connection_kwargs["port"],
    )
    async with raw:
        names: list[Any] = sorted(await raw.keys("*"))
        return {name: await raw.dump(name) or b"" for name in names}


async def stream(scripts: Scripts, name: str) -> list[tuple[str, dict[str, str]]]:
    """Entries of one of our streams: id and fields."""
    found: Any = await scripts.redis.xrange(scripts.keys(name))
    return list(found)


async def events(scripts: Scripts, kind: str = "") -> list[dict[str, Any]]:
    """Payloads of the events of one kind, or of all; `event` is the kind."""
    found = await stream(scripts, "events")
    every = [{**json.loads(fields["payload"]), "event": fields["kind"]} for _, fields in found]
    return [event for event in every if not kind or event["event"] == kind]


async def converse(scripts: Scripts, chat: str, number: int = 1, *, hand_off: bool = False) -> Pending:
    """One message, taken and handled."""
    box = inbox(scripts)
    await ensure_group(scripts)
    await box.ingest(chat_message(chat, number))
    lease = await box.lease(ref_of(ACCOUNT, chat), await wake(scripts))
    assert lease is not None
    pending = await box.begin(lease)
    assert pending is not None
    await box.commit(lease, pending, effect_for(pending, hand_off=hand_off))
    await box.release(lease)
    return pending


async def ensure_group(scripts: Scripts) -> None:
    work = scripts.keys("work")
    if not await scripts.redis.exists(work):
        await scripts.redis.xgroup_create(work, "workers", id="0", mkstream=True)


async def wake(scripts: Scripts) -> str:
    """Id of the newest wake-up."""
    entry, _ = (await stream(scripts, "work"))[-1]
    await scripts.redis.xreadgroup("workers", "test", {scripts.keys("work"): ">"})
    return entry


async def step_in(scripts: Scripts, chat: str, operator: str = "olga") -> str:
    """An operator joins; id of the ticket."""
    ref = ref_of(ACCOUNT, chat)
    conversation = await scripts.redis.hget(scripts.keys("conversation", ref=ref), "id")
    ticket = {"reason": "taken_over", "group": "general", "priority": 1, "due_ms": 0, "customer": "Anna",
              "language": "ru", "packet": "{}", "last_line": ""}  # fmt: skip
    answer = await scripts.run(
        "handoff/lua/step_in.lua", ref, str(conversation), operator, dump(ticket), "", ""
    )
    return answer[1]


async def operator_says(scripts: Scripts, ticket: str, reply_id: str, operator: str = "olga") -> None:
    entry = outgoing(reply_id, "operator", {"text": reply_id}, language="ru", priority=PRIORITY_PERSON)
    await scripts.run("handoff/lua/reply.lua", ticket, operator, dump(entry), "")


SENT = SendResult(SendStatus.SENT, vendor_id="v")


@dataclass
class FakeChannel:
    """Gives the planned results in turn, then takes everything; keeps what it was given."""

    limits: Limits = field(default_factory=Limits)
    repeat_safe: bool = False
    plan: list[SendResult | Exception] = field(default_factory=list)
    sent: list[OutgoingMessage] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    hold: asyncio.Event | None = None
    name: str = "stub"
    account: str = ACCOUNT

    async def run(self, ingest: Ingest, stop: asyncio.Event) -> None:
        await stop.wait()

    async def send(self, message: OutgoingMessage) -> SendResult:
        self.sent.append(message)
        self.at.append(asyncio.get_running_loop().time())
        if self.hold is not None:
            await self.hold.wait()
        result = self.plan.pop(0) if self.plan else SENT
        if isinstance(result, Exception):
            raise result
        return result

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.sent]


@dataclass
class FakeHandler:
    """Answers every message; `does` may wait, fail or never return."""

    does: Callable[[IncomingMessage, Pending], Awaitable[None]] | None = None
    handled: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    async def handle(self, message: IncomingMessage, pending: Pending) -> Effect:
        if self.does is not None:
            await self.does(message, pending)
        self.handled.append(message.text)
        return effect_for(pending)

    async def give_up(self, message: IncomingMessage, pending: Pending) -> Effect:
        self.given_up.append(message.text)
        if not pending.conversation.owned_by_bot:
            return effect_for(pending)
        ticket = NewTicket("bot_error", "general", 1, 120_000, "Anna", "ru", "{}", message.text)
        return Effect((customer_turn(message, pending.id, "handed_off"),), ticket=ticket)


async def until(true: Callable[[], Awaitable[bool]], timeout_s: float = 10) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(timeout_s):
        while not await true():
            await asyncio.sleep(0.01)
