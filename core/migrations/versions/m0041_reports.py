"""What reports read: intents of decisions, narrow indexes, topics that rose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0052"
branch_labels = None
depends_on = None

_INTENT = {
    "sqlite": "json_extract(payload, '$.signals.intent')",
    "postgresql": "payload::json -> 'signals' ->> 'intent'",
}


def upgrade() -> None:
    """Intents get a column of their own, filled from what was stored with each decision."""
    op.add_column("decisions", sa.Column("intent", sa.String(length=40), nullable=True))
    intent = _INTENT[op.get_bind().dialect.name]
    op.execute(f"UPDATE decisions SET intent = substr({intent}, 1, 40)")  # noqa: S608 - one of two texts above
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


_TOPIC = ["at_ms", "decision", "article", "skill", "intent", "conversation"]


def downgrade() -> None:
    """Undo it."""
    op.drop_table("topic_alerts")
    op.drop_index("ix_turns_conversation_author_at_ms", "turns")
    op.drop_index("ix_decisions_at_ms_decision", "decisions")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("intent")
