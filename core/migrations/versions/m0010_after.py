"""Ratings, tasks, reviews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What comes after a conversation."""
    _ratings()
    _tasks()
    _reviews()


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=True),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_ratings")),
    )
    op.create_index(op.f("ix_ratings_operator"), "ratings", ["operator"])
    op.create_index(op.f("ix_ratings_customer"), "ratings", ["customer"])
    op.create_index(op.f("ix_ratings_at_ms"), "ratings", ["at_ms"])
    op.create_table(
        "rating_asks",
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_rating_asks")),
    )
    op.create_index(op.f("ix_rating_asks_at_ms"), "rating_asks", ["at_ms"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("conversation", sa.String(length=40), nullable=True),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("reminded_ms", sa.BigInteger(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_owner"), "tasks", ["owner"])
    op.create_index(op.f("ix_tasks_conversation"), "tasks", ["conversation"])
    op.create_index(op.f("ix_tasks_done_ms"), "tasks", ["done_ms"])
    op.create_index(op.f("ix_tasks_status_due_ms"), "tasks", ["status", "due_ms"])


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=True),
        sa.Column("reviewer", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_conversation"), "reviews", ["conversation"])
    op.create_index(op.f("ix_reviews_operator"), "reviews", ["operator"])
    op.create_index(op.f("ix_reviews_at_ms"), "reviews", ["at_ms"])


def downgrade() -> None:
    """Ratings, tasks and reviews are forgotten."""
    for table in ("reviews", "tasks", "rating_asks", "ratings"):
        op.drop_table(table)
