"""Webhooks and their deliveries in SQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from core.sql import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),  # JSON list
    Column("secret", Text, nullable=False),  # encrypted
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),  # attempts that failed since one succeeded
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(80), nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    # Made of the webhook's id and the event's number: the same event is one delivery.
    Column("id", String(80), primary_key=True),
    Column("webhook", String(40), nullable=False, index=True),
    Column("event", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False, index=True),
    Column("done_ms", BigInteger),
    Column("response", Integer),
    Column("error", String(200)),
)
Index("ix_webhook_deliveries_due", webhook_deliveries.c.status, webhook_deliveries.c.next_ms)
