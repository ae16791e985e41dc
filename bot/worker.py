"""Workers: each takes conversations by a lease and reads their inboxes in order."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from redis.exceptions import RedisError, ResponseError

from bot.codec import load_message
from bot.inbox import CommitOutcome, Inbox, Lease, Pending
from bot.metrics import HANDLED, HANDLING_S
from bot.types import IncomingMessage
from core.errors import Unavailable
from core.logging import get_logger
from core.tasks import cancel_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from bot.effects import Effect
    from core.keys import Keys

_log = get_logger("worker")
_GROUP = "workers"
_FORGOTTEN_MS = 86_400_000


class Handles(Protocol):
    """Turns messages into effects."""

    async def handle(self, message: IncomingMessage, pending: Pending) -> Effect:
        """The effect of one message; may raise anything."""

    async def give_up(self, message: IncomingMessage, pending: Pending) -> Effect:
        """The effect of a message that could not be handled: a person gets it."""


class Settles(Protocol):
    """Takes messages that are no part of a conversation, such as ratings."""

    async def settle(self, lease: Lease) -> bool:
        """Take the first message of the inbox if it is such a one; False if it is not."""


class Worker:
    """Handles conversations side by side, the messages of each one after another."""

    def __init__(
        self,
        *,
        redis: Redis,
        keys: Keys,
        inbox: Inbox,
        handler: Handles,
        name: str,
        concurrency: int,
        lease_s: float,
        max_attempts: int,
        handle_timeout_s: float = 60.0,
        apart: Settles | None = None,
    ) -> None:
        """`name` is unique among workers; `handle_timeout_s` bounds one message, whatever it waits for;
        `apart` gets each message first.
        """
        self._redis = redis
        self._work = keys("work")
        self._inbox = inbox
        self._handler = handler
        self._name = name
        self._concurrency = concurrency
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._handle_timeout_s = handle_timeout_s
        self._apart = apart
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._reads_no_more = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; messages begun are finished first, what waits behind them is handed on."""
        self._stopping = stop
        reclaim_at = 0.0
        while not stop.is_set():
            try:
                if reclaim_at == 0.0:
                    await self._ensure_group()
                if time.monotonic() >= reclaim_at:
                    await self._reclaim()
                    reclaim_at = time.monotonic() + self._lease_s / 3
                await self._take_new()
            except (RedisError, OSError, Unavailable) as error:
                _log.warning("worker.redis_lost", error=type(error).__name__)
                reclaim_at = 0.0
                await asyncio.sleep(0.5)
        self._reads_no_more.set()
        if self._running:
            await asyncio.wait(self._running, timeout=self._handle_timeout_s)

    async def _ensure_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._work, _GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        for consumer in await self._redis.xinfo_consumers(self._work, _GROUP):
            # Every process has a name of its own; those of processes long gone would pile up.
            if consumer["pending"] == 0 and consumer["idle"] > _FORGOTTEN_MS:
                await self._redis.xgroup_delconsumer(self._work, _GROUP, consumer["name"])

    async def _free(self) -> int:
        """Wait until another conversation may be begun; how many may."""
        while len(self._running) >= self._concurrency:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        return self._concurrency - len(self._running)

    async def _take_new(self) -> None:
        answer = await self._redis.xreadgroup(
            _GROUP, self._name, {self._work: ">"}, count=await self._free(), block=500
        )
        self._begin_all(_entries(answer))

    async def _reclaim(self) -> None:
        """Take over wake-ups whose worker fell silent for longer than a lease."""
        answer = await self._redis.xautoclaim(
            self._work, _GROUP, self._name, int(self._lease_s * 1000), "0-0", count=await self._free()
        )
        self._begin_all([(entry, fields) for entry, fields in answer[1] if fields])

    def _begin_all(self, entries: list[tuple[str, dict[str, str]]]) -> None:
        for wake, fields in entries:
            task = asyncio.create_task(self._conversation(fields["ref"], wake))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _conversation(self, ref: str, wake: str) -> None:
        try:
            lease = await self._inbox.lease(ref, wake)
            if lease is None:
                return
            async with self._kept(lease):
                await self._drain(lease)
        except (RedisError, OSError, Unavailable) as error:
            # The lease runs out by itself and the wake-up is still pending: another try comes.
            _log.warning("worker.conversation_interrupted", error=type(error).__name__)
        except Exception:  # noqa: BLE001 - a fault in one conversation must not stop the others
            _log.exception("worker.conversation_failed")

    @asynccontextmanager
    async def _kept(self, lease: Lease) -> AsyncIterator[None]:
        """Renew the lease in the background while the body runs."""
        keeper = asyncio.create_task(self._keep(lease))
        try:
            yield
        finally:
            await cancel_all(keeper)

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                if not await self._inbox.renew(lease):
                    return
            except Unavailable:
                _log.warning("worker.renewal_failed")

    async def _drain(self, lease: Lease) -> None:
        """Handle messages until the inbox is empty or the lease is lost."""
        while True:
            if self._apart is not None and await self._apart.settle(lease):
                continue
            pending = await self._inbox.begin(lease)
            if pending is None:
                if await self._inbox.release(lease):
                    return
                continue
            outcome = await self._handle(lease, pending)
            if outcome is CommitOutcome.LOST:
                return
            if self._stopping.is_set():
                await self._reads_no_more.wait()  # or this very worker would take it again
                await self._inbox.release(lease, hand_on=True)
                return

    async def _handle(self, lease: Lease, pending: Pending) -> CommitOutcome:
        began = time.monotonic()
        effect = await self._effect(pending)
        outcome, ticket = await self._inbox.commit(lease, pending, effect)
        duration_s = time.monotonic() - began
        HANDLING_S.observe(duration_s)
        HANDLED.labels(outcome=outcome.value).inc()
        _log.info(
            "message.handled",
            message=pending.id,
            conversation=pending.conversation.id,
            outcome=outcome.value,
            ticket=ticket,
            duration_ms=round(duration_s * 1000),
        )
        return outcome

    async def _effect(self, pending: Pending) -> Effect:
        message = _readable(pending)
        if message is None:
            return await self._handler.give_up(_unreadable(pending), pending)
        if pending.attempts > self._max_attempts:
            _log.error("message.given_up", message=pending.id, attempts=pending.attempts)
            return await self._handler.give_up(message, pending)
        try:
            async with asyncio.timeout(self._handle_timeout_s):
                return await self._handler.handle(message, pending)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - whatever went wrong, the customer's words must still land on a person
            _log.exception("message.failed", message=pending.id)
            return await self._handler.give_up(message, pending)


def _readable(pending: Pending) -> IncomingMessage | None:
    try:
        return load_message(pending.body)
    except ValueError:
        _log.error("message.unreadable", message=pending.id)
        return None


def _unreadable(pending: Pending) -> IncomingMessage:
    """Stands for a message written by a version this one cannot read; the raw body goes to the person."""
    from datetime import UTC, datetime

    from bot.types import MessageKind, Sender

    conversation = pending.conversation
    return IncomingMessage(
        account=conversation.account,
        channel=conversation.channel,
        chat_id=conversation.chat_id,
        external_id=pending.id,
        sender=Sender(conversation.chat_id),
        kind=MessageKind.OTHER,
        text=pending.body[:4096],
        sent_at=datetime.now(UTC),
    )


def _entries(answer: object) -> list[tuple[str, dict[str, str]]]:
    """Entries of one stream from what XREADGROUP gives: lists in one protocol version, maps in the other."""
    if not answer:
        return []
    if isinstance(answer, dict):
        batches = [entries for batch in answer.values() for entries in batch]
        return [entry for batch in batches for entry in ([batch] if isinstance(batch, tuple) else batch)]
    if isinstance(answer, list):
        return [entry for _, entries in answer for entry in entries]
    return []
