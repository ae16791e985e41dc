"""Alembic's entry: runs on the connection that `core.sql.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy.engine import Connection

from core.sql import metadata

_LOCK = 0x44756574  # any constant: all processes of all deployments on this database agree on it


def run(connection: Connection) -> None:
    """Apply what is missing in one transaction, one process at a time.

    SQLite's `BEGIN IMMEDIATE` already makes others wait; PostgreSQL is asked for an advisory lock.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    else:
        connection.exec_driver_sql("SELECT 1")
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run(context.config.attributes["connection"])
