"""What a person is asked about a payout and what the answer was; what a deposit left in the suspense account.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "payout_approval",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("payout_id", IDENTIFIER, nullable=False),
        sa.Column("content_hash", IDENTIFIER, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("difference", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_run", sa.String(), nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("answered_by", sa.String()),
        sa.Column("answered_at", INSTANT),
        sa.Column("note", sa.Text()),
        sa.Column("used_run", sa.String()),
        sa.PrimaryKeyConstraint("stripe_account", "payout_id", "content_hash", name=op.f("pk_payout_approval")),
    )
    op.create_table(
        "suspense_line",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("payout_id", IDENTIFIER, nullable=False),
        sa.Column("transaction_id", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("cleared_by", sa.String()),
        sa.Column("cleared_internal_id", sa.String()),
        sa.Column("cleared_run", sa.String()),
        sa.Column("cleared_at", INSTANT),
        sa.PrimaryKeyConstraint("stripe_account", "payout_id", "transaction_id", name=op.f("pk_suspense_line")),
    )
