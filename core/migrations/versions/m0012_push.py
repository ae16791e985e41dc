"""Web Push"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Duet's own key, who is told, and what is to be told."""
    op.create_table(
        "push_keys",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("public", sa.String(length=120), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_push_keys")),
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("p256dh", sa.String(length=120), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscriptions_endpoint")),
    )
    op.create_index("ix_push_subscriptions_operator", "push_subscriptions", ["operator"])
    op.create_table(
        "push_outbox",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("subscription", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ticket", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_outbox")),
    )
    op.create_index("ix_push_outbox_subscription", "push_outbox", ["subscription"])
    op.create_index("ix_push_outbox_at_ms", "push_outbox", ["at_ms"])
    op.create_index("ix_push_outbox_due", "push_outbox", ["status", "next_ms"])


def downgrade() -> None:
    """Nobody is told any more."""
    op.drop_table("push_outbox")
    op.drop_table("push_subscriptions")
    op.drop_table("push_keys")
