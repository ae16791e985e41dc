"""Drives the message path one script at a time, so that tests can put any step between any two others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.codec import dump_state, load_message
from bot.effects import Effect, NewTicket
from bot.inbox import CommitOutcome, Inbox, Lease, Pending
from bot.types import BotState, IncomingMessage, MessageKind, Reply, Sender
from bot.write import bot_reply, customer_turn, relay, system_reply
from core.keys import ref_of
from core.records import PRIORITY_PERSON, dump, outgoing
from core.redis import Scripts

History = Sequence[tuple[str, Mapping[str, Any]]]
"""Events: kind and payload, oldest first."""

ACCOUNT, CHAT = "stub", "7"
REF = ref_of(ACCOUNT, CHAT)


def message(number: int, *, kind: MessageKind = MessageKind.TEXT) -> IncomingMessage:
    """The customer's message with this number."""
    return IncomingMessage(
        account=ACCOUNT,
        channel="stub",
        chat_id=CHAT,
        external_id=f"x{number}",
        sender=Sender("7", "Anna", "ru"),
        kind=kind,
        text=f"message {number}",
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def effect_for(pending: Pending, *, hand_off: bool = False) -> Effect:
    """What the bot would do: answer (or hand over) what it owns, relay what it does not."""
    incoming = load_message(pending.body)
    if not pending.conversation.owned_by_bot:
        return relay(incoming, pending)
    if hand_off:
        ticket = NewTicket("asked_for_person", "general", 1, 120_000, "Anna", "ru", "{}", incoming.text)
        told = system_reply(pending, "a person will answer", "ru")
        return Effect(
            (customer_turn(incoming, pending.id, "handed_off"),),
            (told,),
            dump_state(BotState()),
            ticket=ticket,
        )
    reply = bot_reply(pending, Reply(f"answer to {incoming.text}"), "ru", "d1")
    return Effect((customer_turn(incoming, pending.id, "answered"),), (reply,), dump_state(BotState()))


@dataclass
class WorkerActor:
    """A worker that does one script a step and may be held up anywhere between."""

    inbox: Inbox
    hand_off: bool = False
    lease: Lease | None = None
    pending: Pending | None = None
    outcomes: list[CommitOutcome] = field(default_factory=list)

    async def step_lease(self, path: Path) -> None:
        wake = await path.next_wake()
        if wake:
            self.lease = await self.inbox.lease(REF, wake)

    async def step_begin(self, _path: Path) -> None:
        if self.lease:
            self.pending = await self.inbox.begin(self.lease)

    async def step_commit(self, _path: Path) -> None:
        if self.lease and self.pending:
            effect = effect_for(self.pending, hand_off=self.hand_off)
            outcome, _ = await self.inbox.commit(self.lease, self.pending, effect)
            self.outcomes.append(outcome)
            self.pending = None

    async def step_release(self, _path: Path) -> None:
        if self.lease and await self.inbox.release(self.lease):
            self.lease = None


@dataclass
class Path:
    """The store, with the moves of customers, operators, senders and time."""

    scripts: Scripts
    inbox: Inbox
    sent: list[str] = field(default_factory=list)
    claims: list[list[str]] = field(default_factory=list)
    ticket: str = ""

    async def reset(self) -> None:
        """An empty store with the workers' group."""
        redis = self.scripts.redis
        await redis.flushall()
        await redis.xgroup_create(self.scripts.keys("work"), "workers", id="0", mkstream=True)
        self.sent, self.claims, self.ticket = [], [], ""

    async def next_wake(self) -> str:
        """A wake-up for some worker: one that is pending already, else a new one; empty if there is none."""
        redis: Any = self.scripts.redis  # its types do not know that it decodes
        work = self.scripts.keys("work")
        claimed = await redis.xautoclaim(work, "workers", "w", 0, "0-0", count=1)
        if claimed[1]:
            return str(claimed[1][0][0])
        fresh = await redis.xreadgroup("workers", "w", {work: ">"}, count=1)
        found = (
            [entry for _, entries in fresh for entry in entries]
            if isinstance(fresh, list)
            else [entry for entries in fresh.values() for batch in entries for entry in batch]
        )
        return str(found[0][0]) if found else ""

    async def lease_runs_out(self) -> None:
        """Time passes: whoever holds the conversation holds it no longer."""
        await self.scripts.redis.hset(self.scripts.keys("conversation", ref=REF), "lease_until", 0)

    async def customer_writes(self, number: int) -> None:
        await self.inbox.ingest(message(number))

    async def operator_steps_in(self) -> None:
        """Takes the conversation, from the bot or from the queue."""
        live = await self.live()
        operator = "olga"
        if live.get("owner") == "bot":
            ticket = {
                **{"reason": "taken_over", "group": "general", "priority": 1, "due_ms": 0},
                **{"customer": "Anna", "language": "ru", "packet": "{}", "last_line": ""},
            }
            answer = await self.scripts.run(
                "handoff/lua/step_in.lua", REF, live["id"], operator, dump(ticket), "", ""
            )
            self.ticket = answer[1] if answer[0] == "taken" else ""
        elif live.get("owner") == "queue":
            await self.scripts.run("handoff/lua/take.lua", live["ticket"], operator, "", "")
            self.ticket = live["ticket"]

    async def operator_replies(self) -> None:
        if self.ticket:
            reply = outgoing(
                f"o{self.ticket}", "operator", {"text": "hello"}, language="ru", priority=PRIORITY_PERSON,
                operator="olga",
            )  # fmt: skip
            await self.scripts.run("handoff/lua/reply.lua", self.ticket, "olga", dump(reply), "")

    async def operator_returns(self) -> None:
        if self.ticket:
            await self.scripts.run("handoff/lua/return.lua", self.ticket, "olga", "", "")

    async def operator_closes(self) -> None:
        if self.ticket:
            await self.scripts.run("handoff/lua/close.lua", self.ticket, "olga", "solved", "", "", 0, "")

    async def sender_claims(self) -> None:
        answer = await self.scripts.run("bot/lua/claim_out.lua", ACCOUNT, 0, 60_000, "")
        if answer[0] == "send":
            self.claims.append(answer)

    async def sender_settles(self) -> None:
        """The vendor took what was claimed first."""
        if self.claims:
            _, reply_id, attempt, *_ = self.claims.pop(0)
            self.sent.append(reply_id)
            await self.scripts.run("bot/lua/settle_out.lua", reply_id, attempt, "sent", "v", "", 0, 0, 0, "")

    async def live(self) -> Mapping[str, str]:
        """The conversation's record."""
        redis: Any = self.scripts.redis
        found: Mapping[str, str] = await redis.hgetall(self.scripts.keys("conversation", ref=REF))
        return found

    async def finish(self) -> None:
        """Whoever was held up goes away; a healthy worker and a healthy sender do what is left."""
        await self.lease_runs_out()
        for _ in range(12):
            worker = WorkerActor(self.inbox)
            await worker.step_lease(self)
            if worker.lease is None:
                break
            while worker.lease is not None:
                await worker.step_begin(self)
                await worker.step_commit(self)
                await worker.step_release(self)
        while self.claims:
            await self.sender_settles()
        await self.sender_claims()
        while self.claims:
            await self.sender_settles()
            await self.sender_claims()

    async def events(self) -> History:
        """All events so far: kind and payload."""
        redis: Any = self.scripts.redis
        found = await redis.xrange(self.scripts.keys("events"))
        return [(fields["kind"], json.loads(fields["payload"])) for _, fields in found]


def faults(events: History, sent: list[str], expected: int) -> list[str]:
    """What is wrong with a history: the promises of the message path, checked from its events alone."""
    found: list[str] = []
    owner = "bot"
    turns: list[str] = []
    authors: dict[str, Any] = {}
    for kind, data in events:
        if kind == "owner":
            owner = str(data["owner"])
        elif kind == "turn":
            if data["author"] == "customer":
                turns.append(str(data["external_id"]))
                if (data["outcome"] == "relayed") == (owner == "bot"):
                    found.append(f"{data['external_id']} was {data['outcome']} while {owner} owned")
            else:
                authors[str(data["out_id"])] = data["author"]
        elif kind == "delivery" and data["status"] == "sending":
            author = authors[str(data["out"])]
            if author == "bot" and owner != "bot":
                found.append(f"bot reply {data['out']} left while {owner} owned")
    if turns != [f"x{number}" for number in range(1, expected + 1)]:
        found.append(f"turns were {turns}")
    if len(sent) != len(set(sent)):
        found.append(f"sent twice: {sent}")
    return found
