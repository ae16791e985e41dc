"""Tasks as they are stored."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from core.sql import metadata

tasks = Table(
    "tasks",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("owner", String(40), index=True),
    Column("conversation", String(40), index=True),
    Column("customer", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("reminded_ms", BigInteger),
    Column("done_ms", BigInteger, index=True),
    Column("done_by", String(40)),
    Column("result", Text, nullable=False),
)
Index("ix_tasks_status_due_ms", tasks.c.status, tasks.c.due_ms)
