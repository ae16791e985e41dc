"""Tables of the operators' tools. Times are milliseconds since 1970 (UTC), money is whole kopecks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text

from core.sql import metadata

mentions = Table(
    "mentions",
    metadata,
    # Note and operator: one note names a person once.
    Column("id", String(120), primary_key=True),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False),
    Column("operator", String(80), nullable=False, index=True),
    Column("by", String(80), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger),
)

closings = Table(
    "closings",
    metadata,
    # One for each time a person closed; a ticket that was reopened may have several.
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False, index=True),
    Column("operator", String(80), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("topic", String(40), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

transfers = Table(
    "transfers",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False),
    Column("by", String(80), nullable=False),
    Column("from_operator", String(80), nullable=False),
    Column("to_operator", String(80), nullable=False),
    Column("to_group", String(40), nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)

side_requests = Table(
    "side_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False),
    Column("customer", String(200), nullable=False),
    Column("group", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("created_by", String(80), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("holder", String(80), nullable=False),
    Column("answer", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)

promises = Table(
    "promises",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("ticket", String(40), nullable=False, index=True),
    Column("conversation", String(40), nullable=False),
    Column("customer", String(200), nullable=False),
    Column("operator", String(80), nullable=False, index=True),
    Column("kopecks", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False, index=True),
    Column("decided_by", String(80), nullable=False),
    Column("decided_ms", BigInteger),
    Column("decision_note", Text, nullable=False),
)

coach_counts = Table(
    "coach_counts",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("operator", String(80), nullable=False),
    Column("replaced", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
)

past_answers = Table(
    "past_answers",
    metadata,
    # Key of the operator's turn.
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(8), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("question_words", Integer, nullable=False),
    Column("answer_hash", String(40), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
)

past_words = Table(
    "past_words",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("lemma", String(60), nullable=False),
    Column("event_id", BigInteger, nullable=False, index=True),
    # Both columns, so that a search reads the index alone.
    Index("ix_past_words_lemma_event_id", "lemma", "event_id"),
)
