"""Tables of customers as people.

A customer's key is `account:user_id`. A person is whoever is behind one or several keys; a person merged into
another keeps everything of their own, so that undoing it is taking one pointer back.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from core.sql import metadata

persons = Table(
    "persons",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("merged_into", String(40), index=True),
    Column("created_ms", BigInteger, nullable=False),
)

person_channels = Table(
    "person_channels",
    metadata,
    Column("customer", String(200), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("since_ms", BigInteger, nullable=False),
)

person_history = Table(
    "person_history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),
    # `phone`: the same verified number; `operator`: somebody said so.
    Column("how", String(16), nullable=False),
    Column("person", String(40), nullable=False, index=True),
    Column("other", String(40), nullable=False, index=True),
    # The profile of `person` before `other` came to it, as JSON; empty where there was none.
    Column("before", Text, nullable=False),
    Column("undone_ms", BigInteger),
    Column("undone_by", String(80)),
)

person_notes = Table(
    "person_notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("operator", String(80), nullable=False),
    Column("text", Text, nullable=False),
)

customer_profiles = Table(
    "customer_profiles",
    metadata,
    Column("person", String(40), primary_key=True),
    Column("tags", Text, nullable=False),
    Column("vip", Boolean, nullable=False),
    Column("manager", String(40)),
    Column("changed_ms", BigInteger, nullable=False),
    Column("changed_by", String(80), nullable=False),
)
