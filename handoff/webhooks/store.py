"""Webhooks and their deliveries: kept, listed, and claimed for sending."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import note
from core.errors import Unavailable
from core.records import dump, new_id
from core.secret_box import SecretBox
from core.sql import insert_once
from handoff.webhooks.addresses import checked_url
from handoff.webhooks.backoff import MOST_FAILURES
from handoff.webhooks.tables import webhook_deliveries, webhooks
from handoff.webhooks.types import EVENTS, TEST_EVENT, Delivery, DeliveryStatus, Webhook, WebhookError

LISTED = 100
"""Deliveries a page of the log shows."""


class Webhooks:
    """What administrators keep; every change is in the audit."""

    def __init__(self, engine: AsyncEngine, box: SecretBox, *, allow_private: bool) -> None:
        """`box` encrypts secrets; `allow_private`: also addresses of private networks, and http."""
        self._engine = engine
        self._box = box
        self._allow_private = allow_private

    async def all(self) -> list[Webhook]:
        """Every webhook, the oldest first.

        Raises:
            Unavailable: the database does not answer.
        """
        async with _reaching(), self._engine.connect() as connection:
            rows = (await connection.execute(select(webhooks).order_by(webhooks.c.created_ms))).mappings()
            return [_webhook(row) for row in rows]

    async def add(self, url: str, events: Sequence[str], *, by: str, now: datetime) -> tuple[Webhook, str]:
        """A new webhook and its secret, which is told this once.

        Raises:
            WebhookError: the address or an event is not allowed.
            Unavailable: the database does not answer.
        """
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        made = Webhook(
            new_id("w"), checked_url(url, allow_private=self._allow_private), _checked(events), True, 0
        )
        values = {
            "id": made.id, "url": made.url, "events": json.dumps(made.events), "active": True, "failures": 0,
            "secret": self._box.close(secret), "created_ms": _ms(now), "created_by": by,
        }  # fmt: skip
        async with _reaching(), self._engine.begin() as connection:
            await connection.execute(insert(webhooks).values(**values))
            await note(connection, now, by, "webhook.added", dump({"url": made.url, "events": made.events}))
        return made, secret

    async def change(
        self, webhook_id: str, *, url: str, events: Sequence[str], active: bool, by: str, now: datetime
    ) -> None:
        """Change a webhook; switching it on forgives its failures.

        Raises:
            WebhookError: there is none, or a value is not allowed.
            Unavailable: the database does not answer.
        """
        values = {
            "url": checked_url(url, allow_private=self._allow_private),
            "events": json.dumps(_checked(events)),
            "active": active,
        }
        async with _reaching(), self._engine.begin() as connection:
            same = webhooks.c.id == webhook_id
            row = (await connection.execute(select(webhooks).where(same))).mappings().first()
            if row is None:
                raise WebhookError("there is no such webhook")
            again = {"failures": 0} if active and not row["active"] else {}
            await connection.execute(update(webhooks).where(same).values(**values, **again))
            changed = {
                name: {"was": row[name], "now": value} for name, value in values.items() if row[name] != value
            }
            await note(connection, now, by, "webhook.changed", dump({"webhook": row["url"], **changed}))

    async def remove(self, webhook_id: str, *, by: str, now: datetime) -> None:
        """Forget a webhook and what was still to be sent to it; harmless where there is none.

        Raises:
            Unavailable: the database does not answer.
        """
        async with _reaching(), self._engine.begin() as connection:
            url = await connection.scalar(select(webhooks.c.url).where(webhooks.c.id == webhook_id))
            if url is None:
                return
            await connection.execute(
                delete(webhook_deliveries).where(webhook_deliveries.c.webhook == webhook_id)
            )
            await connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))
            await note(connection, now, by, "webhook.removed", dump({"url": url}))

    async def deliveries(self, webhook_id: str) -> list[Delivery]:
        """The latest deliveries.

        Raises:
            Unavailable: the database does not answer.
        """
        query = (
            select(webhook_deliveries)
            .where(webhook_deliveries.c.webhook == webhook_id)
            .order_by(webhook_deliveries.c.created_ms.desc(), webhook_deliveries.c.id.desc())
            .limit(LISTED)
        )
        async with _reaching(), self._engine.connect() as connection:
            return [_delivery(row) for row in (await connection.execute(query)).mappings()]

    async def send_again(self, delivery_id: str, *, now: datetime) -> bool:
        """Put a delivery in line anew, whatever came of it; False where there is none.

        Raises:
            Unavailable: the database does not answer.
        """
        values = {"status": "waiting", "attempts": 0, "next_ms": _ms(now), "done_ms": None}
        same = webhook_deliveries.c.id == delivery_id
        async with _reaching(), self._engine.begin() as connection:
            done = await connection.execute(update(webhook_deliveries).where(same).values(**values))
            return done.rowcount == 1

    async def test(self, webhook_id: str, *, now: datetime) -> str:
        """Put a test event in line; its delivery's id.

        Raises:
            WebhookError: there is no such webhook.
            Unavailable: the database does not answer.
        """
        async with _reaching(), self._engine.begin() as connection:
            if await connection.scalar(select(webhooks.c.id).where(webhooks.c.id == webhook_id)) is None:
                raise WebhookError("there is no such webhook")
            delivery_id = f"{webhook_id}-{new_id('t')}"
            row = waiting(delivery_id, webhook_id, TEST_EVENT, {}, at_ms=_ms(now))
            await insert_once(connection, webhook_deliveries, row, key="id")
        return delivery_id

    async def due(self, *, now: datetime, limit: int) -> list[tuple[Delivery, str, str]]:
        """Deliveries to send now, the oldest first, each with its webhook's address and secret.

        Those of a webhook that is switched off wait, tests excepted.

        Raises:
            Unavailable: the database does not answer.
        """
        query = (
            select(webhook_deliveries, webhooks.c.url, webhooks.c.secret)
            .join(webhooks, webhooks.c.id == webhook_deliveries.c.webhook)
            .where(
                webhook_deliveries.c.status == "waiting",
                webhook_deliveries.c.next_ms <= _ms(now),
                webhooks.c.active | (webhook_deliveries.c.event == TEST_EVENT),
            )
            .order_by(webhook_deliveries.c.next_ms)
            .limit(limit)
        )
        async with _reaching(), self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [(_delivery(row), row["url"], self._box.open(row["secret"])) for row in rows]

    async def settle(
        self,
        delivery: Delivery,
        *,
        status: DeliveryStatus,
        response: int | None,
        error: str,
        next_at: datetime,
        now: datetime,
    ) -> bool:
        """Write down what came of an attempt; True if the webhook was switched off for its failures.

        Raises:
            Unavailable: the database does not answer.
        """
        values = {
            "status": status, "attempts": delivery.attempts + 1, "next_ms": _ms(next_at),
            "response": response, "error": error[:200] or None,
            "done_ms": None if status == "waiting" else _ms(now),
        }  # fmt: skip
        good = status == "delivered"
        async with _reaching(), self._engine.begin() as connection:
            same = webhook_deliveries.c.id == delivery.id
            await connection.execute(update(webhook_deliveries).where(same).values(**values))
            hook = webhooks.c.id == delivery.webhook
            count = 0 if good else webhooks.c.failures + 1
            await connection.execute(update(webhooks).where(hook).values(failures=count))
            if good:
                return False
            off = hook & webhooks.c.active & (webhooks.c.failures >= MOST_FAILURES)
            switched = await connection.execute(update(webhooks).where(off).values(active=False))
            if switched.rowcount:
                await note(
                    connection, now, "webhooks", "webhook.switched_off", dump({"webhook": delivery.webhook})
                )
            return bool(switched.rowcount)


def waiting(
    delivery_id: str, webhook_id: str, event: str, data: Mapping[str, Any], *, at_ms: int
) -> dict[str, Any]:
    """A row for a delivery that has not been tried."""
    payload = dump({"id": delivery_id, "event": event, "at": _iso(at_ms), "data": dict(data)})
    return {
        "id": delivery_id, "webhook": webhook_id, "event": event, "payload": payload, "status": "waiting",
        "attempts": 0, "next_ms": at_ms, "created_ms": at_ms,
    }  # fmt: skip


def _checked(events: Sequence[str]) -> tuple[str, ...]:
    unknown = [each for each in events if each not in EVENTS]
    if unknown or not events:
        raise WebhookError(f"choose events out of {', '.join(EVENTS)}")
    return tuple(dict.fromkeys(events))


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(row["id"], row["url"], tuple(json.loads(row["events"])), row["active"], row["failures"])


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        webhook=row["webhook"],
        event=row["event"],
        payload=row["payload"],
        status=row["status"],
        attempts=row["attempts"],
        next_at=_moment(row["next_ms"]),
        created_at=_moment(row["created_ms"]),
        done_at=_moment(row["done_ms"]) if row["done_ms"] else None,
        response=row["response"],
        error=row["error"] or "",
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _iso(at_ms: int) -> str:
    return _moment(at_ms).isoformat()


class _reaching:  # noqa: N801 - used like a function
    """Turns what the database's drivers raise into `Unavailable`."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DBAPIError | OSError):
            raise Unavailable(f"database: {error}") from error
