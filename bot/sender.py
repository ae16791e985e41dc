"""Handing replies to a vendor: one sender per channel account and process, all claiming from one outbox."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

from redis.exceptions import RedisError

from bot.channels.contract import Channel, OutgoingMessage, SendResult, SendStatus
from bot.codec import load_reply
from bot.metrics import SENT
from core.errors import Unavailable
from core.keys import split_ref
from core.logging import get_logger
from core.notify import Hub, wait_event
from core.redis import Scripts

_log = get_logger("sender")
_RETRY_MIN_S, _RETRY_MAX_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reply this sender alone may hand over; `at` is `time.monotonic()` from before the claim."""

    message: OutgoingMessage
    attempt: str
    at: float


class Sender:
    """Sends what the outbox of one account holds, within the vendor's limits."""

    def __init__(
        self,
        *,
        channel: Channel,
        scripts: Scripts,
        hub: Hub,
        concurrency: int = 16,
        call_timeout_s: float = 15.0,
        held_up_s: float = 0.2,
        tries: int = 8,
    ) -> None:
        """`call_timeout_s` must exceed the channel's own time limit: after it the outcome counts as unknown.
        A sender held up for `held_up_s` between claim and call (a paused machine) asks again before sending.
        """
        self._channel = channel
        self._scripts = scripts
        self._hub = hub
        self._concurrency = concurrency
        self._call_ms = int(call_timeout_s * 1000)
        self._held_up_s = held_up_s
        self._tries = tries
        self._interval_ms = 1000 / channel.limits.per_second if channel.limits.per_second else 0.0
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; calls begun are finished first."""
        swept_at = 0.0
        with self._hub.watch(f"out:{self._channel.account}") as announced:
            while not stop.is_set():
                try:
                    if time.monotonic() - swept_at > 1.0:
                        await self._sweep()
                        swept_at = time.monotonic()
                    wait_s = await self._send_next()
                except (RedisError, OSError, Unavailable) as error:
                    _log.warning("sender.redis_lost", error=type(error).__name__)
                    wait_s = 0.5
                if wait_s:
                    await wait_event(announced, wait_s)
        if self._running:
            await asyncio.wait(self._running, timeout=self._call_ms / 1000)

    async def _send_next(self) -> float:
        """Begin one send; seconds to wait before looking again."""
        if len(self._running) >= self._concurrency:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        began = time.monotonic()
        answer = await self._scripts.run(
            "bot/lua/claim_out.lua", self._channel.account, self._interval_ms, self._call_ms, ""
        )
        if answer[0] == "idle":
            return 1.0
        if answer[0] == "wait":
            return min(max(float(answer[1]) / 1000, 0.001), 1.0)
        task = asyncio.create_task(self._deliver(_claimed(self._channel.account, answer, began)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return 0.0

    async def _deliver(self, claimed: Claimed) -> None:
        try:
            if time.monotonic() - claimed.at > self._held_up_s and not await self._confirmed(claimed):
                return
            result = await self._channel.send(claimed.message)
        except Unavailable:
            _log.warning("reply.unconfirmed", out=claimed.message.id)
            return  # not sent; the sweep settles it as far as can be known
        except Exception:  # noqa: BLE001 - the reply may have left: its fate is unknown, and said so
            _log.exception("reply.failed", out=claimed.message.id)
            result = SendResult(SendStatus.UNKNOWN, error="the channel failed while sending")
        await self._settle(claimed, result)

    async def _confirmed(self, claimed: Claimed) -> bool:
        answer = await self._scripts.run(
            "bot/lua/confirm_out.lua", claimed.message.id, claimed.attempt, self._call_ms, ""
        )
        return answer == ["go"]

    async def _settle(self, claimed: Claimed, result: SendResult) -> None:
        status = result.status
        if status is SendStatus.UNKNOWN and self._channel.repeat_safe:
            status = SendStatus.RETRY
        backoff_s = min(_RETRY_MIN_S * 2 ** (int(claimed.attempt) - 1), _RETRY_MAX_S)
        named = result.retry_after_s is not None
        wait_s = result.retry_after_s if result.retry_after_s is not None else backoff_s
        interval_ms = self._chat_interval_ms(claimed.message.chat_id)
        arguments = (
            claimed.message.id, claimed.attempt, status.value, result.vendor_id, result.error,
            int(wait_s * 1000), 0 if named else self._tries, interval_ms, "",
        )  # fmt: skip
        SENT.labels(account=self._channel.account, status=status.value).inc()
        _log.info("reply.settled", out=claimed.message.id, status=status.value, attempt=claimed.attempt)
        for pause_s in (0.1, 0.5, 2.0):
            try:
                await self._scripts.run("bot/lua/settle_out.lua", *arguments)
            except Unavailable:
                await asyncio.sleep(pause_s)
            else:
                return
        _log.error("reply.unsettled", out=claimed.message.id)

    def _chat_interval_ms(self, chat_id: str) -> int:
        limits = self._channel.limits
        if limits.per_group_per_minute and chat_id.startswith("-"):
            return int(60_000 / limits.per_group_per_minute)
        return int(limits.per_chat_interval_s * 1000)

    async def _sweep(self) -> None:
        answer = await self._scripts.run(
            "bot/lua/sweep_out.lua", self._channel.account, int(self._channel.repeat_safe), ""
        )
        if answer[0] != "0":
            _log.warning("reply.swept", account=self._channel.account, count=int(answer[0]))


def _claimed(account: str, answer: list[str], began: float) -> Claimed:
    _, reply_id, attempt, ref, author, payload = answer
    data = json.loads(payload)
    message = OutgoingMessage(
        id=reply_id,
        account=account,
        chat_id=split_ref(ref)[1],
        author=author,  # type: ignore[arg-type]  # one of our own four words, written by core.records
        reply=load_reply(data["reply"]),
        language=data["language"],
        name=data.get("name", ""),
    )
    return Claimed(message, attempt, began)
