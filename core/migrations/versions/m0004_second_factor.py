"""Second factors of accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row an account that has one."""
    op.create_table(
        "two_factor",
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_two_factor")),
    )


def downgrade() -> None:
    """Accounts sign in with a password alone again."""
    op.drop_table("two_factor")
