"""Sends notices to the browsers' push services: one process at a time, several calls at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from py_vapid import VapidException  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]  # no type information is published for it

from core.errors import Unavailable
from core.leader import Leader
from core.logging import get_logger
from core.settings import Settings
from handoff.push.keys import PushKeys, Signer
from handoff.push.store import Outbox
from handoff.push.types import MANNERS, Notice
from handoff.routing.groups import GROUPS
from handoff.routing.presence import BEAT_S, Presence, Seen
from handoff.webhooks.addresses import PublicResolver, checked_url
from handoff.webhooks.backoff import wait_after
from handoff.webhooks.types import WebhookError

_log = get_logger("push")
_BATCH = 50
_POLL_S = 2.0
_SWEEP = timedelta(hours=1)
_GONE = (404, 410)
"""The subscription has ended (RFC 8030, 7.3)."""
_TOPIC_CHARS = 32
"""RFC 8030, 5.4."""


class PushSender:
    """Calls push services; used as `async with PushSender(...) as sender`."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        keys: PushKeys,
        presence: Presence,
        settings: Settings,
        allow_private: bool,
        now: Callable[[], datetime],
        timeout_s: float = 10.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`allow_private` as for `Subscriptions`; `timeout_s` for one call; `chance` spreads waits."""
        self._outbox = outbox
        self._keys = keys
        self._presence = presence
        self._settings = settings
        self._allow_private = allow_private
        self._now = now
        self._timeout_s = timeout_s
        self._chance = chance
        self._swept = datetime.min.replace(tzinfo=UTC)

    async def __aenter__(self) -> PushSender:
        resolver = None if self._allow_private else PublicResolver()
        self._session = ClientSession(
            connector=TCPConnector(resolver=resolver),
            timeout=ClientTimeout(total=self._timeout_s),
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def step(self) -> int:
        """Look at what is due; at how many notices.

        Raises:
            Unavailable: a store does not answer.
        """
        now = self._now()
        signer = await self._keys.signer(now=now)
        if signer is None:
            return 0
        if now - self._swept > _SWEEP:
            await self._outbox.sweep(now=now)
            self._swept = now
        due = await self._outbox.due(now=now, limit=_BATCH)
        if not due:
            return 0
        seen = await self._presence.all()
        groups = {each.id: each.members for each in (await self._settings.get(GROUPS)).groups}
        lines: dict[str, list[Notice]] = defaultdict(list)
        for each in due:
            if _moot(each, seen.get(each.subscription.operator), groups, now):
                await self._outbox.settle(each, "moot", tried=False)
            elif wait := _at_desk_until(seen.get(each.subscription.operator), now):
                await self._outbox.later(each, next_at=wait, tried=False)
            else:
                lines[each.subscription.id].append(each)
        await asyncio.gather(*(self._one_browser(each, signer) for each in lines.values()))
        return len(due)

    async def _one_browser(self, due: list[Notice], signer: Signer) -> None:
        for notice in due:
            # One that is away must not keep the others waiting: its next ones come with the next step.
            if not await self._attempt(notice, signer):
                return

    async def _attempt(self, notice: Notice, signer: Signer) -> bool:
        status, retry_after_s = await self._call(notice, signer)
        _log.info("push.called", subscription=notice.subscription.id, kind=notice.kind, status=status)
        if status is not None and 200 <= status < 300:
            await self._outbox.settle(notice, "sent", tried=True)
            return True
        if status in _GONE:
            await self._outbox.gone(notice.subscription.id)
            return False
        wait = wait_after(notice.attempts + 1, chance=self._chance())
        if wait is None or not _may_recover(status):
            if await self._outbox.settle(notice, "failed", tried=True):
                _log.warning("push.subscription_forgotten", subscription=notice.subscription.id)
            return False
        wait = max(wait, timedelta(seconds=retry_after_s))
        await self._outbox.later(notice, next_at=self._now() + wait, tried=True)
        return False

    async def _call(self, notice: Notice, signer: Signer) -> tuple[int | None, float]:
        """The answer's status (0: there is no use in asking, None: no answer) and its Retry-After in s."""
        to = notice.subscription
        try:
            # An address may have been allowed when it was stored and not be any more.
            url = checked_url(to.endpoint, allow_private=self._allow_private)
            headers, body = _message(notice, signer, self._now())
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status, _retry_after_s(answer)
        except (WebhookError, VapidException, ValueError) as error:
            _log.warning("push.impossible", subscription=to.id, error=type(error).__name__)
            return 0, 0
        except (TimeoutError, ClientError, OSError):
            return None, 0

    async def run(self, stop: asyncio.Event, leader: Leader) -> None:
        """Send until `stop`, in whichever process holds the role."""
        while not stop.is_set():
            looked = 0
            try:
                if await leader.acquire():
                    looked = await self.step()
            except Unavailable as error:
                _log.warning("push.interrupted", error=str(error))
            if looked < _BATCH:
                try:
                    async with asyncio.timeout(_POLL_S):
                        await stop.wait()
                except TimeoutError:
                    continue


def _moot(notice: Notice, seen: Seen | None, groups: Mapping[str, list[str]], now: datetime) -> bool:
    """Whether telling it is of no use: too old, told by an open desk, over, or another group's."""
    at = datetime.fromtimestamp(notice.at_ms / 1000, UTC)
    if now - at > timedelta(seconds=MANNERS[notice.kind].ttl_s):
        return True
    if seen is not None and seen.beat is not None and seen.beat >= at:
        return True
    match notice.kind:
        case "waiting":
            members = groups.get(notice.group) or []
            ours = not members or notice.subscription.operator in members
            return notice.ticket_status != "waiting" or not ours
        case "assigned" | "message" | "overdue":
            return notice.ticket_status not in ("waiting", "taken")
        case _:
            return False


def _at_desk_until(seen: Seen | None, now: datetime) -> datetime | None:
    """Until when a desk may still be open that beat before the event; None: it is closed."""
    if seen is None or seen.beat is None:
        return None
    until = seen.beat + timedelta(seconds=2 * BEAT_S)
    return until if until > now else None


def _may_recover(status: int | None) -> bool:
    return status is None or status == 429 or status >= 500


def _message(notice: Notice, signer: Signer, now: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body; the body holds no word of a customer, and only this browser can read it."""
    to, manner = notice.subscription, MANNERS[notice.kind]
    told = json.dumps({"kind": notice.kind, "ticket": notice.ticket, "language": notice.language})
    pusher = WebPusher({"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}})
    body: bytes = pusher.encode(told.encode())["body"]
    parts = urlsplit(to.endpoint)
    # What stands in line at the push service is replaced: ten messages of one customer are one notice.
    about = f"{notice.kind}:{'' if notice.kind == 'waiting' else notice.ticket}"
    topic = urlsafe_b64encode(hashlib.sha256(about.encode()).digest()).decode()[:_TOPIC_CHARS]
    age_s = int(now.timestamp() - notice.at_ms / 1000)
    return {
        **signer.headers(f"{parts.scheme}://{parts.netloc}", now=now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, manner.ttl_s - age_s)),
        "Urgency": manner.urgency,
        "Topic": topic,
    }, body


def _retry_after_s(answer: ClientResponse) -> float:
    given = answer.headers.get("Retry-After", "")
    return min(float(given), 3600.0) if given.isdigit() else 0.0
