"""Web Push in SQL: Duet's own key, who is told, and what is to be told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from core.sql import metadata

push_keys = Table(
    "push_keys",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("private", Text, nullable=False),  # encrypted
    Column("public", String(120), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    # A hash of the endpoint, so that a page can name its own without showing the endpoint around.
    Column("id", String(40), primary_key=True),
    Column("operator", String(40), nullable=False, index=True),
    Column("endpoint", String(1000), nullable=False, unique=True),
    Column("p256dh", String(120), nullable=False),
    Column("auth", String(40), nullable=False),
    Column("kinds", Text, nullable=False),  # JSON list
    Column("created_ms", BigInteger, nullable=False),
    Column("failed", Integer, nullable=False),  # notices refused since one was taken
)

push_outbox = Table(
    "push_outbox",
    metadata,
    # Made of the subscription's id and the event's number: the same event is one notice.
    Column("id", String(80), primary_key=True),
    Column("subscription", String(40), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("ticket", String(40), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("next_ms", BigInteger, nullable=False),
)
Index("ix_push_outbox_due", push_outbox.c.status, push_outbox.c.next_ms)
