"""Sends what is due: one process at a time, several calls at once, and never two for one webhook."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from core.errors import Unavailable
from core.leader import Leader
from core.logging import get_logger
from handoff.webhooks.addresses import PublicResolver, checked_url
from handoff.webhooks.backoff import wait_after
from handoff.webhooks.signing import DELIVERY, EVENT, SIGNATURE, signature
from handoff.webhooks.store import Webhooks
from handoff.webhooks.types import Delivery, WebhookError

_log = get_logger("webhooks")
_BATCH = 50
_POLL_S = 1.0


class HookSender:
    """Calls webhooks; used as `async with HookSender(...) as sender`."""

    def __init__(
        self,
        *,
        webhooks: Webhooks,
        allow_private: bool,
        now: Callable[[], datetime],
        timeout_s: float = 10.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`allow_private` as for `Webhooks`; `timeout_s` for one call; `chance` spreads waits."""
        self._webhooks = webhooks
        self._allow_private = allow_private
        self._now = now
        self._timeout_s = timeout_s
        self._chance = chance

    async def __aenter__(self) -> HookSender:
        resolver = None if self._allow_private else PublicResolver()
        self._session = ClientSession(
            connector=TCPConnector(resolver=resolver, force_close=True),
            timeout=ClientTimeout(total=self._timeout_s),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def step(self) -> int:
        """Try what is due, each webhook's in order; how many were tried.

        Raises:
            Unavailable: the database does not answer.
        """
        due = await self._webhooks.due(now=self._now(), limit=_BATCH)
        by_hook: dict[str, list[tuple[Delivery, str, str]]] = defaultdict(list)
        for each in due:
            by_hook[each[0].webhook].append(each)
        await asyncio.gather(*(self._one_hook(each) for each in by_hook.values()))
        return len(due)

    async def _one_hook(self, due: list[tuple[Delivery, str, str]]) -> None:
        for delivery, url, secret in due:
            # One that is away must not keep the others waiting: its next ones come with the next step.
            if not await self._attempt(delivery, url, secret):
                return

    async def _attempt(self, delivery: Delivery, url: str, secret: str) -> bool:
        response, error = await self._call(delivery, url, secret)
        now = self._now()
        good = response is not None and 200 <= response < 300
        wait = None if good else wait_after(delivery.attempts + 1, chance=self._chance())
        off = await self._webhooks.settle(
            delivery,
            status="delivered" if good else "waiting" if wait else "failed",
            response=response,
            error=error,
            next_at=now + wait if wait else now,
            now=now,
        )
        _log.info("webhook.called", webhook=delivery.webhook, delivery=delivery.id, status=response)
        if off:
            _log.warning("webhook.switched_off", webhook=delivery.webhook)
        return good

    async def _call(self, delivery: Delivery, url: str, secret: str) -> tuple[int | None, str]:
        body = delivery.payload.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Duet-Webhooks",
            EVENT: delivery.event,
            DELIVERY: delivery.id,
            SIGNATURE: signature(secret, body, at_s=int(self._now().timestamp())),
        }
        try:
            # An address may have been allowed when it was stored and not be any more.
            checked = checked_url(url, allow_private=self._allow_private)
            # A redirect could lead into the private network: it counts as the answer it is.
            async with self._session.post(
                checked, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status, ""
        except TimeoutError:
            return None, f"no answer within {self._timeout_s:g} s"
        except (ClientError, OSError, WebhookError) as error:
            return None, f"{type(error).__name__}: {error}"

    async def run(self, stop: asyncio.Event, leader: Leader) -> None:
        """Send until `stop`, in whichever process holds the role."""
        while not stop.is_set():
            tried = 0
            try:
                if await leader.acquire():
                    tried = await self.step()
            except Unavailable as error:
                _log.warning("webhooks.interrupted", error=str(error))
            if tried < _BATCH:
                try:
                    async with asyncio.timeout(_POLL_S):
                        await stop.wait()
                except TimeoutError:
                    continue
