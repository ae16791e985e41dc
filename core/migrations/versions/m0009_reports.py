"""What reports read: intents of decisions, narrow indexes, topics that rose"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PORTION = 1000
_TOPIC = ["at_ms", "decision", "article", "skill", "intent", "conversation"]

_decisions = sa.table("decisions", sa.column("id"), sa.column("payload"), sa.column("intent"))


def upgrade() -> None:
    """Intents get a column of their own, filled from what was stored with each decision."""
    op.add_column("decisions", sa.Column("intent", sa.String(length=40), nullable=True))
    _fill()
    op.create_index("ix_decisions_at_ms_decision", "decisions", _TOPIC, unique=False)
    op.create_index("ix_turns_conversation_author_at_ms", "turns", ["conversation", "author", "at_ms"])
    op.create_table(
        "topic_alerts",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(length=160), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_alerts")),
    )
    with op.batch_alter_table("topic_alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_alerts_at_ms"), ["at_ms"], unique=False)


def _fill() -> None:
    """In Python, since PostgreSQL refuses JSON in which a customer once typed a NUL."""
    connection, last = op.get_bind(), ""
    known = sa.select(_decisions.c.id, _decisions.c.payload).order_by(_decisions.c.id).limit(_PORTION)
    change = (
        sa.update(_decisions)
        .where(_decisions.c.id == sa.bindparam("of"))
        .values(intent=sa.bindparam("found"))
    )
    while rows := connection.execute(known.where(_decisions.c.id > last)).all():
        last = rows[-1].id
        found = [{"of": row.id, "found": intent} for row in rows if (intent := _intent(row.payload))]
        if found:
            connection.execute(change, found)


def _intent(payload: str) -> str:
    try:
        signals = json.loads(payload).get("signals") or {}
        return str(signals.get("intent") or "").replace("\x00", "")[:40]
    except (ValueError, AttributeError):
        return ""


def downgrade() -> None:
    """Undo it."""
    op.drop_table("topic_alerts")
    op.drop_index("ix_turns_conversation_author_at_ms", "turns")
    op.drop_index("ix_decisions_at_ms_decision", "decisions")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("intent")
