"""What customers said of conversations. Written by the archiver from events."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from core.sql import metadata

ratings = Table(
    "ratings",
    metadata,
    Column("conversation", String(40), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("score", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("operator", String(80), index=True),
    Column("customer", String(200), nullable=False, index=True),
    Column("channel", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

rating_asks = Table(
    "rating_asks",
    metadata,
    Column("conversation", String(40), primary_key=True),
    Column("customer", String(200), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("operator", String(80)),
    Column("at_ms", BigInteger, nullable=False, index=True),
)
