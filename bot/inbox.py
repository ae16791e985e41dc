"""Conversation inboxes in Redis: taking messages durably, leases with fencing, the one commit.

Every method is one Lua script, so each is a single step that happened or did not. The interleavings of these
steps are enumerated in `tests/integration/bot/test_bot_interleavings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.codec import dump_message, load_message, load_state
from bot.effects import Effect
from bot.types import Conversation, IncomingMessage
from core.keys import ref_of, split_ref
from core.records import new_id
from core.redis import Scripts, wait_on_disk


@dataclass(frozen=True, slots=True)
class Taken:
    """A message is in: `id` is the one it got (the first time, if it is a repeat)."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one conversation; `token` grows with every lease of it."""

    ref: str
    token: str


@dataclass(frozen=True, slots=True)
class Pending:
    """The first message of an inbox and the conversation it belongs to.

    `body` is the stored message; `attempts` counts how often it was begun, this time included.
    """

    id: str
    body: str
    attempts: int
    conversation: Conversation


class CommitOutcome(StrEnum):
    """What the commit script found.

    `MOVED`: the owner changed meanwhile, nothing was written, read again. `LOST`: the lease went to another
    worker. `GONE`: the message was handled already.
    """

    COMMITTED = "committed"
    MOVED = "moved"
    LOST = "lost"
    GONE = "gone"


class Inbox:
    """Takes messages and gives workers their turn."""

    def __init__(
        self, scripts: Scripts, *, claim_days: float, lease_s: float, silence_h: float, durable: bool
    ) -> None:
        """Times as in `config.yml`; `durable` waits until a message is on disk."""
        self._scripts = scripts
        self._claim_ms = int(claim_days * 86_400_000)
        self._lease_ms = int(lease_s * 1000)
        self._silence_ms = int(silence_h * 3_600_000)
        self._durable = durable

    async def ingest(self, message: IncomingMessage, *, echo: str = "") -> Taken:
        """Take a verified message, once; returns when it is on disk.

        Args:
            message: The message.
            echo: JSON the web chat shows as the customer's own words; becomes part of the same step.

        Raises:
            core.errors.Unavailable: Not surely taken; the vendor must send it again, which is harmless.
        """
        ref = ref_of(message.account, message.chat_id)
        async with self._scripts.on_one_connection() as scripts:
            status, message_id = await scripts.run(
                "bot/lua/ingest.lua", ref, message.external_id, new_id("m"), dump_message(message),
                self._claim_ms, echo, "",
            )  # fmt: skip
            if self._durable:
                await wait_on_disk(scripts.redis)
        return Taken(message_id, status == "new")

    async def lease(self, ref: str, wake: str) -> Lease | None:
        """Take a conversation for a while; None when somebody else works on it."""
        answer = await self._scripts.run("bot/lua/lease.lua", ref, wake, self._lease_ms, "")
        return Lease(ref, answer[1]) if answer[0] == "leased" else None

    async def renew(self, lease: Lease) -> bool:
        """Keep a lease; False when another worker has the conversation by now."""
        answer = await self._scripts.run("bot/lua/renew.lua", lease.ref, lease.token, self._lease_ms, "")
        return answer == ["renewed"]

    async def begin(self, lease: Lease) -> Pending | None:
        """The next message of the conversation; None when there is none or the lease is lost."""
        account, chat_id = split_ref(lease.ref)
        peek = await self._scripts.redis.lindex(self._scripts.keys("inbox", ref=lease.ref), 0)
        if peek is None:
            return None
        _, _, body = str(peek).partition("|")
        channel, language, customer = _facts(body)
        answer = await self._scripts.run(
            "bot/lua/begin.lua", lease.ref, lease.token, new_id("c"), channel, language,
            f"{account}:{customer}", self._silence_ms, "",
        )  # fmt: skip
        if answer[0] != "message":
            return None
        return Pending(answer[1], answer[2], int(answer[3]), _conversation(account, chat_id, answer[4:]))

    async def commit(self, lease: Lease, pending: Pending, effect: Effect) -> tuple[CommitOutcome, str]:
        """Carry out an effect if nothing changed since `begin`; the second value is the ticket touched."""
        answer = await self._scripts.run(
            "bot/lua/commit.lua", lease.ref, lease.token, pending.id, pending.conversation.epoch,
            effect.dump(), "",
        )  # fmt: skip
        return CommitOutcome(answer[0]), answer[1] if len(answer) > 1 else ""

    async def release(self, lease: Lease, *, hand_on: bool = False) -> bool:
        """End a lease; False when a message came meanwhile and must be handled first.

        `hand_on` ends it anyway and wakes another worker for the rest (used when shutting down).
        """
        how = "hand_on" if hand_on else "finish"
        answer = await self._scripts.run("bot/lua/release.lua", lease.ref, lease.token, how)
        return answer != ["more"]

    async def end_silent(self) -> int:
        """End conversations of the bot in which nobody wrote for long; how many."""
        answer = await self._scripts.run("bot/lua/end_silent.lua", self._silence_ms, "")
        return int(answer[0])


def _facts(body: str) -> tuple[str, str, str]:
    """Channel, language and customer for a conversation that this message may open.

    An unreadable body must not stop the queue: it is opened all the same and goes to a person.
    """
    try:
        message = load_message(body)
    except ValueError:
        return "unknown", "", "unknown"
    return message.channel, message.sender.language, message.sender.user_id


def _conversation(account: str, chat_id: str, pairs: Sequence[str]) -> Conversation:
    values = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return Conversation(
        id=values["id"],
        account=account,
        channel=values["channel"],
        chat_id=chat_id,
        owner=values["owner"],
        epoch=int(values["epoch"]),
        language=values.get("language", ""),
        state=load_state(values.get("state", "")),
        ticket=values.get("ticket", ""),
    )
