"""Tables of the list: views people saved, tags of conversations, when what was put aside."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Text

from core.sql import metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("base", String(16), nullable=False),
    Column("filter", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

conversation_tags = Table(
    "conversation_tags",
    metadata,
    Column("conversation", String(40), primary_key=True),
    Column("tag", String(40), primary_key=True, index=True),
)

conversation_topics = Table(
    "conversation_topics",
    metadata,
    Column("conversation", String(40), primary_key=True),
    Column("topic", String(80), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False),
    Column("operator", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("ended_by", String(80)),
)

ticket_links = Table(
    "ticket_links",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(40), nullable=False, index=True),
    Column("other", String(40), nullable=False, index=True),
    Column("operator", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
)
