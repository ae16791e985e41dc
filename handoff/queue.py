"""Changes of a ticket: take, step in, reply, return, close. Each is one Lua script: all or nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from statistics import median
from typing import Any

from core.keys import Keys
from core.records import PRIORITY_NOTICE, PRIORITY_PERSON, dump, new_id, outgoing
from core.redis import Scripts
from handoff.outcomes import (
    Busy,
    Closed,
    Offered,
    Over,
    Queued,
    Refused,
    Returned,
    Seen,
    Settled,
    Taken,
    Unknown,
)
from handoff.packets import REASON_JOINED, new_ticket
from handoff.ports import Clock, Say
from handoff.records import milliseconds
from handoff.store import reading
from handoff.teaching import Told
from handoff.types import HandoffPacket

_LUA = "handoff/lua"


class Queue:
    """The queue of tickets and who has which."""

    def __init__(
        self, *, scripts: Scripts, keys: Keys, say: Say, expected_wait_s: float, clock: Clock | None = None
    ) -> None:
        """Work on the live record.

        Args:
            scripts: Runs the Lua scripts.
            keys: Names of keys, the same as the scripts use.
            say: Words for customers: `operator.joined` (name), `operator.returned`, `conversation.closed`.
            expected_wait_s: Told to customers until waits were measured.
            clock: The present; without one the store's own clock counts, which all processes share.
        """
        self._scripts = scripts
        self._redis = scripts.redis
        self._keys = keys
        self._say = say
        self._expected_wait_s = expected_wait_s
        self._clock = clock

    async def take(self, ticket: str, *, operator: str, name: str) -> Taken | Offered | Refused:
        """Give the ticket to an operator, silence the bot and tell the customer who came (`name`).

        `Offered`: it is a colleague's for a few seconds.
        """
        return await self._take(ticket, operator, name, "")

    async def take_over(self, ticket: str, *, operator: str, name: str) -> Taken | Offered | Refused:
        """As `take`, even while it is offered to a colleague: leads may."""
        return await self._take(ticket, operator, name, "1")

    async def _take(
        self, ticket: str, operator: str, name: str, over_offer: str
    ) -> Taken | Offered | Refused:
        language = await self._language(ticket)
        greeting = self._notice("operator.joined", language, PRIORITY_PERSON, name=name)
        answer = await self._run("take", ticket, operator, greeting, over_offer)
        if answer[0] == "taken":
            return Taken(ticket, on_the_way=int(answer[1]))
        if answer[0] == "offered":
            return Offered(answer[1])
        return _refusal(answer)

    async def step_in(
        self,
        ref: str,
        conversation: str,
        *,
        operator: str,
        name: str,
        customer: str,
        language: str,
        line: str,
    ) -> Taken | Refused:
        """Join a conversation the bot has: a ticket is made and taken at once.

        `customer` and `line` (their last words) are for lists. `Busy("queue")` means that it waits for
        whoever takes its ticket.
        """
        packet = HandoffPacket(reason=REASON_JOINED, language=language)
        ticket = new_ticket(packet, customer=customer, last_line=line, due_s=0, targets={})
        greeting = self._notice("operator.joined", language, PRIORITY_PERSON, name=name)
        answer = await self._run("step_in", ref, conversation, operator, dump(ticket), greeting)
        if answer[0] == "taken":
            return Taken(answer[1], on_the_way=int(answer[2]))
        return _refusal(answer)

    async def return_to_bot(self, ticket: str, *, operator: str) -> Returned | Refused:
        """Let the bot speak again; the customer is told."""
        notice = self._notice("operator.returned", await self._language(ticket), PRIORITY_NOTICE)
        answer = await self._run("return", ticket, operator, notice)
        return Returned() if answer[0] == "returned" else _refusal(answer)

    async def close(
        self, ticket: str, *, operator: str, reason: str = "solved", topic: str = "", reopen_s: float = 0
    ) -> Closed | Refused:
        """End the conversation; the customer is told and their next message starts a new one.

        Within `reopen_s` seconds it goes on with the same operator instead, if they are at the desk.
        """
        notice = self._notice("conversation.closed", await self._language(ticket), PRIORITY_NOTICE)
        answer = await self._run("close", ticket, operator, reason, notice, topic, str(int(reopen_s * 1000)))
        return Closed() if answer[0] == "closed" else _refusal(answer)

    async def reply(
        self,
        ticket: str,
        *,
        operator: str,
        name: str,
        text: str,
        client_id: str = "",
        teaches: Sequence[Told] = (),
    ) -> Queued | Refused:
        """Queue an operator's words, and tell the archive what they teach, once and in the same step.

        The same `client_id` on the same ticket twice is one reply.
        """
        reply_id = _derived("reply", ticket, operator, client_id) if client_id else new_id("o")
        language = await self._language(ticket)
        entry = self._words(reply_id, text, language, operator=operator, name=name)
        events = [each.data() for each in teaches]
        answer = await self._run("reply", ticket, operator, dump({**entry, "events": events}))
        return _queued(answer, reply_id)

    async def tell(self, ref: str, teaches: Sequence[Told]) -> None:
        """Tell the archive what an operator taught without writing to the customer."""
        if teaches:
            await self._run("teach", ref, dump([each.data() for each in teaches]))

    async def resend(
        self, ticket: str, *, operator: str, name: str, out_id: str
    ) -> Queued | Settled | Refused:
        """Send once more what failed or whose fate is unknown; asking twice for the same reply sends one.

        The customer gets the same words. `Settled` means that the reply needs no second sending.
        """
        old = await self._outgoing(out_id)
        if old is None:
            return Unknown()
        reply_id = _derived("resend", out_id)
        entry = self._words(
            reply_id, old["text"], old["language"], operator=operator, name=name, resend_of=out_id
        )
        answer = await self._run("resend", ticket, operator, out_id, dump(entry))
        return Settled(answer[1]) if answer[0] == "settled" else _queued(answer, reply_id)

    async def mark_read(self, ticket: str, *, operator: str) -> Seen | Refused:
        """Nothing is unread any more; only its operator can say so."""
        answer = await self._scripts.run(f"{_LUA}/read.lua", ticket, operator)
        return Seen() if answer[0] == "read" else _refusal(answer)

    async def expected_wait_s(self) -> float:
        """Seconds until a person answers: the median of the last 100 waits, or the configured one.

        The median, since one customer forgotten for an hour must not change what the next is told.
        """
        with reading():
            waits = await self._redis.lrange(self._keys("waits"), 0, -1)
        return median(int(wait) for wait in waits) / 1000 if waits else self._expected_wait_s

    async def _language(self, ticket: str) -> str:
        with reading():
            language = await self._redis.hget(self._keys("ticket", id=ticket), "language")
        return str(language or "")

    async def _outgoing(self, out_id: str) -> dict[str, str] | None:
        with reading():
            payload = await self._redis.hget(self._keys("out", id=out_id), "payload")
        return _shown_words(str(payload)) if payload else None

    async def _run(self, script: str, *arguments: str) -> list[str]:
        now = "" if self._clock is None else str(milliseconds(self._clock()))
        return await self._scripts.run(f"{_LUA}/{script}.lua", *arguments, now)

    def _notice(self, key: str, language: str, priority: int, **values: object) -> str:
        text = self._say(key, language, **values)
        return dump(outgoing(new_id("o"), "system", {"text": text}, language=language, priority=priority))

    def _words(self, reply_id: str, text: str, language: str, **fields: Any) -> dict[str, Any]:
        return outgoing(
            reply_id, "operator", {"text": text}, language=language, priority=PRIORITY_PERSON, **fields
        )


def _derived(*parts: str) -> str:
    """A reply id that is the same whenever the same thing is asked for."""
    return "o" + sha256("\n".join(parts).encode()).hexdigest()[:40]


def _shown_words(payload: str) -> dict[str, str]:
    data = json.loads(payload)
    return {"text": str(data["reply"]["text"]), "language": str(data.get("language", ""))}


def _queued(answer: list[str], reply_id: str) -> Queued | Refused:
    if answer[0] in ("queued", "repeat"):
        return Queued(reply_id, repeated=answer[0] == "repeat")
    return _refusal(answer)


def _refusal(answer: list[str]) -> Refused:
    match answer:
        case ["busy", owner]:
            return Busy(owner.removeprefix("operator:"))
        case ["over", status]:
            return Over(status)
        case _:
            return Unknown()
