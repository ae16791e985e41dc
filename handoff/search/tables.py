"""Tables of the search: one document a message or customer, as base forms of its words.

Each engine has an index over them that SQLAlchemy knows nothing of (the migration makes it): FTS5 on SQLite,
kept by triggers; two GIN indexes on PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, UniqueConstraint

from core.sql import metadata

search_documents = Table(
    "search_documents",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    # `t:EVENT` for a message, `c:KEY` for a customer.
    Column("source", String(220), nullable=False),
    # Of the message.
    Column("event_id", BigInteger),
    Column("conversation", String(40), index=True),
    Column("customer", String(200), index=True),
    Column("channel", String(40), nullable=False),
    Column("words", Text, nullable=False),
    # Digits long enough to be a phone or a card; searched only for those who may see them.
    Column("numbers", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    UniqueConstraint("source"),
)

search_cursors = Table(
    "search_cursors",
    metadata,
    Column("name", String(40), primary_key=True),
    # How far the index has come: the last event for messages; time and key for customers.
    Column("at", BigInteger, nullable=False),
    Column("key", String(200), nullable=False),
)
