"""API tokens in SQL; the tokens themselves are stored nowhere."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from core.sql import metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("operator", String(40), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("used_ms", BigInteger),
    Column("revoked_ms", BigInteger),
)
