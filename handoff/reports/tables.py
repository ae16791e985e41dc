"""Topics that rose unusually, as they were noticed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table

from core.sql import metadata

topic_alerts = Table(
    "topic_alerts",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("topic", String(160), nullable=False),
    Column("count", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("chance", Float, nullable=False),
)
