"""Tables of the archive: what happened, for people to read and for reports.

Times are milliseconds since 1970 (UTC). `event_id` is the event stream's id as one number
(milliseconds × 1,000,000 + sequence), so copying an event twice is one row.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from core.sql import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ref", String(200), nullable=False, index=True),
    Column("channel", String(40), nullable=False),
    Column("customer", String(200), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("started_ms", BigInteger, nullable=False, index=True),
    Column("closed_ms", BigInteger, index=True),
    Column("close_reason", String(200)),
    Column("closed_by", String(80)),
)

turns = Table(
    "turns",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation", String(40), nullable=False, index=True),
    Column("ref", String(200), nullable=False),
    Column("author", String(16), nullable=False),
    Column("operator", String(80)),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("message_id", String(80), index=True),
    Column("external_id", String(200), index=True),
    Column("out_id", String(80), index=True),
    Column("outcome", String(24)),
    Column("decision_id", String(40)),
    Column("payload", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Index(None, "conversation", "author", "at_ms"),  # replies are counted without reading what they say
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("conversation", String(40), nullable=False, index=True),
    Column("message_id", String(80), nullable=False),
    Column("decision", String(16), nullable=False, index=True),
    Column("reason", String(40)),
    Column("article", String(120), index=True),
    Column("skill", String(40)),
    Column("probability", Float),
    Column("helpful", Boolean),
    Column("payload", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("intent", String(40)),
    # Topics are counted from this alone; signals make each row a large one.
    Index("ix_decisions_at_ms_decision", "at_ms", "decision", "article", "skill", "intent", "conversation"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("out_id", String(80), nullable=False, index=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer),
    Column("vendor_id", String(200)),
    Column("error", Text),
    Column("at_ms", BigInteger, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation", String(40), nullable=False, index=True),
    Column("owner", String(80), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("ref", String(200), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("reason", String(40), nullable=False),
    Column("group", String(40), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("customer", String(200), nullable=False),
    Column("language", String(8), nullable=False),
    Column("operator", String(80), index=True),
    Column("packet", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False, index=True),
    Column("due_ms", BigInteger, nullable=False),
    Column("taken_ms", BigInteger),
    Column("replied_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

customers = Table(
    "customers",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(8), nullable=False),
    Column("phone", String(20)),
    Column("first_seen_ms", BigInteger, nullable=False),
    Column("last_seen_ms", BigInteger, nullable=False),
)

operators = Table(
    "operators",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("display_name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("who", String(80), nullable=False),
    Column("action", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)

two_factor = Table(
    "two_factor",
    metadata,
    Column("operator", String(40), primary_key=True),
    Column("secret", Text),  # encrypted; empty until a code confirmed it
    Column("pending", Text),  # encrypted
    Column("last_step", BigInteger, nullable=False),
    Column("recovery", Text, nullable=False),  # JSON list of hashes
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    # One for each decision and source; `right` is said of `article`, the decision's first.
    Column("id", String(80), primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("decision_id", String(40), nullable=False, index=True),
    Column("article", String(120), index=True),
    Column("revision", String(40)),
    Column("base_version", Integer),
    Column("probability", Float),
    Column("right", Boolean, nullable=False),
    Column("source", String(16), nullable=False),
    Column("operator", String(80)),
)

pending_phrases = Table(
    "pending_phrases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("article", String(120), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("conversation", String(40)),
    Column("decision_id", String(40)),
    Column("operator", String(80)),
    Column("status", String(16), nullable=False, index=True),
    Column("decided_by", String(80)),
    Column("decided_ms", BigInteger),
    Column("moved_to", String(120)),
)

unread_events = Table(
    "unread_events",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("fields", Text, nullable=False),
)

archive_cursor = Table(
    "archive_cursor",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("last_event", String(40), nullable=False),
)
