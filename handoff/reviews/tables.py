"""Reviews as they are stored."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, String, Table, Text

from core.sql import metadata

reviews = Table(
    "reviews",
    metadata,
    # One of each reviewer and conversation: `CONVERSATION:REVIEWER`.
    Column("id", String(100), primary_key=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("operator", String(80), index=True),
    Column("reviewer", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("total", Float),
    Column("failed", Boolean, nullable=False),
    # JSON list: the criteria as they were then, each with its score.
    Column("scores", Text, nullable=False),
    Column("comment", Text, nullable=False),
)
