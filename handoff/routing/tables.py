"""Tables of distribution: how each deadline ended, and the steps a ticket took on its way to an operator."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

from core.sql import metadata

sla_outcomes = Table(
    "sla_outcomes",
    metadata,
    # TICKET:CLOCK:SINCE, so that warning, breach and end of one deadline are one row.
    Column("id", String(120), primary_key=True),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("clock", String(16), nullable=False),
    Column("group", String(40), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("operator", String(80), index=True),
    Column("target_s", Integer, nullable=False),
    Column("since_ms", BigInteger, nullable=False, index=True),
    Column("due_ms", BigInteger),
    Column("warned_ms", BigInteger),
    Column("breached_ms", BigInteger),
    Column("stopped_ms", BigInteger),
    # NULL while it runs, and where nobody did what it was for before the ticket ended.
    Column("met", Boolean),
)

ticket_steps = Table(
    "ticket_steps",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False, index=True),
    # routed, offered, passed, given_back
    Column("step", String(16), nullable=False),
    Column("operator", String(80), index=True),
    Column("group", String(40)),
    Column("why", String(400), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

contact_promises = Table(
    "contact_promises",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation", String(40), nullable=False, index=True),
    Column("ref", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("due_ms", BigInteger, nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
)
