"""Published bases in SQL."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from core.sql import metadata

kb_bases = Table(
    "kb_bases",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("created_at", BigInteger, nullable=False),  # milliseconds since 1970, UTC
    Column("fingerprint", Text, nullable=False),
    Column("meta", Text, nullable=False),
    Column("artefact", LargeBinary, nullable=False),
)
