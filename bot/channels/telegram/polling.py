"""Long polling: the offset moves only past updates that are ingested."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.channels.telegram.faults import backoff_s, describe, pause_s
from bot.channels.telegram.health import Health
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.lease import Leader
from bot.channels.telegram.session import GetRawUpdates
from bot.channels.telegram.setup import ALLOWED_UPDATES
from core.logging import get_logger
from core.tasks import cancel_all

log = get_logger("telegram")

ANSWER_GRACE_S = 10
"""Time beyond the poll's own before a poll without an answer is given up."""


class Poller:
    """Polls one account while it has the lease.

    Args:
        prepare: Called before the first poll and again after a failure that needs it (signs in, removes
            a webhook, writes the menu).
        report: Told of every change of health.
        renew_every_s: Seconds between renewals of the lease; well under its length.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        intake: Intake,
        leader: Leader,
        prepare: Callable[[], Awaitable[None]],
        report: Callable[[Health], None],
        poll_timeout_s: int,
        renew_every_s: float,
        backoff_min_s: float,
        backoff_max_s: float,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._leader = leader
        self._prepare = prepare
        self._report = report
        self._poll_timeout_s = poll_timeout_s
        self._renew_every_s = renew_every_s
        self._backoff_min_s = backoff_min_s
        self._backoff_max_s = backoff_max_s

    async def run(self, stop: asyncio.Event) -> None:
        """Poll whenever the lease can be had, until `stop` is set."""
        while not stop.is_set():
            if await self._acquire():
                try:
                    await self._lead(stop)
                finally:
                    await self._release()
            await _wait_any(stop, self._renew_every_s)

    async def _acquire(self) -> bool:
        try:
            acquired = await self._leader.acquire()
        except Exception as error:  # noqa: BLE001 - the store of the lease is down: wait and ask again
            log.warning("telegram.lease_failed", error=type(error).__name__)
            self._report(Health("down", "The right to poll could not be asked for: the live store is down."))
            return False
        if not acquired:
            self._report(Health("ok", "Standing by: another process polls this account."))
        return acquired

    async def _release(self) -> None:
        try:
            await self._leader.release()
        except Exception as error:  # noqa: BLE001 - it runs out by itself
            log.warning("telegram.lease_failed", error=type(error).__name__)

    async def _lead(self, stop: asyncio.Event) -> None:
        """Poll until told to stop or until the lease is lost, whichever comes first."""
        tasks = [
            asyncio.create_task(self._poll()),
            asyncio.create_task(self._keep_lease()),
            asyncio.create_task(stop.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            results = await cancel_all(*tasks)
        for result in results:
            if isinstance(result, Exception):
                log.error("telegram.poller_failed", error=type(result).__name__)
                self._report(Health("down", f"Polling broke off ({type(result).__name__}); it starts again."))

    async def _keep_lease(self) -> None:
        """Return when the lease is lost."""
        while True:
            await asyncio.sleep(self._renew_every_s)
            try:
                async with asyncio.timeout(self._renew_every_s):
                    kept = await self._leader.renew()
            except Exception as error:  # noqa: BLE001 - a lease nobody confirms is a lost one
                log.warning("telegram.lease_failed", error=type(error).__name__)
                kept = False
            if not kept:
                log.warning("telegram.lease_lost")
                self._report(Health("starting", "The right to poll was lost; asking for it again."))
                return

    async def _poll(self) -> None:
        offset: int | None = None
        failures = 0
        prepared = False
        settled = False
        while True:
            try:
                if not prepared:
                    await self._prepare()
                    prepared = True
                # After trouble the first poll does not wait, so that health turns at once.
                updates = await self._get(offset, self._poll_timeout_s if settled else 0)
            except AiogramError as error:
                failures += 1
                wait_s = pause_s(error, backoff_s(failures, self._backoff_min_s, self._backoff_max_s))
                log.warning(
                    "telegram.poll_failed", error=type(error).__name__, failures=failures, wait_s=wait_s
                )
                self._report(Health("down", describe(error)))
                prepared = settled = False
                await asyncio.sleep(wait_s)
                continue
            failures, settled = 0, True
            self._report(Health("ok", "Receiving by long polling."))
            for update in updates:
                offset = await self._take(update, offset)

    async def _get(self, offset: int | None, timeout_s: int) -> list[dict[str, Any]]:
        method = GetRawUpdates(offset=offset, timeout=timeout_s, allowed_updates=list(ALLOWED_UPDATES))
        return await self._bot(method, request_timeout=timeout_s + ANSWER_GRACE_S)

    async def _take(self, update: Mapping[str, Any], offset: int | None) -> int | None:
        """Take one update, however often that must be tried; the offset that confirms it."""
        update_id = update.get("update_id")
        if not isinstance(update_id, int):
            log.error("telegram.update_without_id")
            return offset
        failures = 0
        while True:
            try:
                await self._intake.take(update)
            except Exception as error:  # noqa: BLE001 - whatever it was, the update must not be passed over
                failures += 1
                reason = (
                    f"Messages cannot be stored ({type(error).__name__}); the vendor keeps them meanwhile."
                )
                self._report(Health("down", reason))
                await asyncio.sleep(backoff_s(failures, self._backoff_min_s, self._backoff_max_s))
            else:
                if failures:
                    self._report(Health("ok", "Receiving by long polling."))
                return update_id + 1


async def _wait_any(stop: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await stop.wait()
    except TimeoutError:
        return
