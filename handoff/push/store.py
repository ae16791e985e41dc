"""Subscriptions of browsers, and the notices in line for them."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.sql import upsert
from core.tables import operators, tickets
from handoff.push.reaching import reaching
from handoff.push.tables import push_outbox, push_subscriptions
from handoff.push.types import KINDS, Notice, PushError, Status, Subscription
from handoff.webhooks.addresses import checked_url
from handoff.webhooks.types import WebhookError

MOST_BROWSERS = 20
"""Subscriptions of one operator; more than anybody's phones and computers."""
MOST_REFUSALS = 20
"""Notices refused in a row after which a subscription is forgotten."""
KEPT = timedelta(days=2)
"""How long notices stay after the event: longer than any of them is of use."""
_AUTH_BYTES = 16


class Subscriptions:
    """What operators' browsers asked for."""

    def __init__(self, engine: AsyncEngine, *, allow_private: bool) -> None:
        """`allow_private`: push services may have private addresses and plain http."""
        self._engine = engine
        self._allow_private = allow_private

    async def of(self, operator: str) -> list[Subscription]:
        """An operator's, the oldest first.

        Raises:
            Unavailable: the database does not answer.
        """
        own = select(push_subscriptions).where(push_subscriptions.c.operator == operator)
        async with reaching(), self._engine.connect() as connection:
            rows = (await connection.execute(own.order_by(push_subscriptions.c.created_ms))).mappings()
            return [_subscription(row) for row in rows]

    async def put(
        self, operator: str, *, endpoint: str, p256dh: str, auth: str, kinds: Sequence[str], now: datetime
    ) -> str:
        """Keep a browser's subscription, or change it; its id. A browser tells one operator: the last one.

        Raises:
            PushError: the address or a key is not what a push service gives, or there are too many.
            Unavailable: the database does not answer.
        """
        try:
            checked_url(endpoint, allow_private=self._allow_private)
        except WebhookError as error:
            raise PushError(str(error)) from error
        _check_keys(p256dh, auth)
        id_ = hashlib.sha256(endpoint.encode()).hexdigest()[:40]
        row = {
            "id": id_, "operator": operator, "endpoint": endpoint, "p256dh": p256dh, "auth": auth,
            "kinds": json.dumps([each for each in KINDS if each in kinds]),
            "created_ms": _ms(now), "failed": 0,
        }  # fmt: skip
        others = (push_subscriptions.c.operator == operator) & (push_subscriptions.c.id != id_)
        async with reaching(), self._engine.begin() as connection:
            count = select(func.count()).select_from(push_subscriptions).where(others)
            if int(await connection.scalar(count) or 0) >= MOST_BROWSERS:
                raise PushError(f"{MOST_BROWSERS} browsers are told already; turn it off in one of them")
            await _drop_of_others(connection, id_, operator)
            await upsert(connection, push_subscriptions, row, key="id", keep=("created_ms",))
        return id_

    async def remove(self, operator: str, subscription: str) -> bool:
        """Forget one of an operator's, with what it was not told yet; False where there is none.

        Raises:
            Unavailable: the database does not answer.
        """
        own = (push_subscriptions.c.id == subscription) & (push_subscriptions.c.operator == operator)
        async with reaching(), self._engine.begin() as connection:
            gone = await connection.execute(delete(push_subscriptions).where(own))
            if gone.rowcount:
                await connection.execute(
                    delete(push_outbox).where(push_outbox.c.subscription == subscription)
                )
            return bool(gone.rowcount)


class Outbox:
    """Notices that the feed put in line."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._engine = engine

    async def due(self, *, now: datetime, limit: int) -> list[Notice]:
        """What to send now, the oldest first; accounts that may not sign in are not told.

        Raises:
            Unavailable: the database does not answer.
        """
        query = (
            select(
                push_outbox.c.id.label("notice"), push_outbox.c.kind, push_outbox.c.ticket,
                push_outbox.c.at_ms, push_outbox.c.attempts, push_subscriptions, operators.c.language,
                tickets.c.status.label("ticket_status"), tickets.c.group,
            )
            .join(push_subscriptions, push_subscriptions.c.id == push_outbox.c.subscription)
            .join(operators, operators.c.id == push_subscriptions.c.operator)
            .outerjoin(tickets, tickets.c.id == push_outbox.c.ticket)
            .where(push_outbox.c.status == "waiting", push_outbox.c.next_ms <= _ms(now), operators.c.active)
            .order_by(push_outbox.c.next_ms, push_outbox.c.id)
            .limit(limit)
        )  # fmt: skip
        async with reaching(), self._engine.connect() as connection:
            return [_notice(row) for row in (await connection.execute(query)).mappings()]

    async def settle(self, notice: Notice, status: Status, *, tried: bool) -> bool:
        """Write down what became of a notice; `tried`: the push service was asked.

        Refused too often in a row, the subscription is forgotten: True then.

        Raises:
            Unavailable: the database does not answer.
        """
        own = push_subscriptions.c.id == notice.subscription.id
        attempts = notice.attempts + int(tried)
        async with reaching(), self._engine.begin() as connection:
            await connection.execute(
                update(push_outbox)
                .where(push_outbox.c.id == notice.id)
                .values(status=status, attempts=attempts)
            )
            if not tried:
                return False
            failed = 0 if status == "sent" else push_subscriptions.c.failed + 1
            await connection.execute(update(push_subscriptions).where(own).values(failed=failed))
            over = await connection.execute(
                delete(push_subscriptions).where(own, push_subscriptions.c.failed >= MOST_REFUSALS)
            )
            return bool(over.rowcount)

    async def later(self, notice: Notice, *, next_at: datetime, tried: bool) -> None:
        """Look at a notice again at that time.

        Raises:
            Unavailable: the database does not answer.
        """
        values = {"next_ms": _ms(next_at), "attempts": notice.attempts + int(tried)}
        async with reaching(), self._engine.begin() as connection:
            same = push_outbox.c.id == notice.id
            await connection.execute(update(push_outbox).where(same).values(**values))

    async def gone(self, subscription: str) -> None:
        """The push service knows it no more: forget it and its notices.

        Raises:
            Unavailable: the database does not answer.
        """
        async with reaching(), self._engine.begin() as connection:
            own = push_subscriptions.c.id == subscription
            await connection.execute(delete(push_subscriptions).where(own))
            await connection.execute(delete(push_outbox).where(push_outbox.c.subscription == subscription))

    async def sweep(self, *, now: datetime) -> None:
        """Forget notices of long ago.

        Raises:
            Unavailable: the database does not answer.
        """
        async with reaching(), self._engine.begin() as connection:
            await connection.execute(delete(push_outbox).where(push_outbox.c.at_ms < _ms(now - KEPT)))


async def _drop_of_others(connection: AsyncConnection, subscription: str, operator: str) -> None:
    """Who uses this browser now must not see what was in line for whoever used it before."""
    query = select(push_subscriptions.c.operator).where(push_subscriptions.c.id == subscription)
    if await connection.scalar(query) not in (None, operator):
        await connection.execute(delete(push_outbox).where(push_outbox.c.subscription == subscription))


def _check_keys(p256dh: str, auth: str) -> None:
    """As RFC 8291 has them: a point of P-256, and 16 bytes; what is not would fail at every notice."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(p256dh))
        right = len(_bytes(auth)) == _AUTH_BYTES
    except ValueError:
        right = False
    if not right:
        raise PushError("the keys are not those of a push subscription")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _subscription(row: RowMapping) -> Subscription:
    kinds = tuple(json.loads(row["kinds"]))
    return Subscription(row["id"], row["operator"], row["endpoint"], row["p256dh"], row["auth"], kinds)


def _notice(row: RowMapping) -> Notice:
    return Notice(
        id=row["notice"],
        kind=row["kind"],
        ticket=row["ticket"],
        at_ms=row["at_ms"],
        attempts=row["attempts"],
        subscription=_subscription(row),
        language=row["language"],
        ticket_status=row["ticket_status"] or "",
        group=row["group"] or "",
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
