"""What came from Stripe: staged objects and their versions, the ledger, watermarks.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "staged_object",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("object_type", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=False),
        sa.Column("api_version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("window_start", INSTANT, nullable=False),
        sa.Column("window_end", INSTANT, nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("loaded_hash", sa.String(), nullable=True),
        sa.Column("changed_run_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("stripe_account", "object_type", "stripe_id", name=op.f("pk_staged_object")),
    )
    op.create_index(
        "ix_staged_object_state",
        "staged_object",
        ["state", "stripe_account", "object_type", "created", "stripe_id"],
        unique=False,
    )
    op.create_table(
        "staged_object_version",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("object_type", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("content_hash", IDENTIFIER, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "stripe_account", "object_type", "stripe_id", "content_hash", name=op.f("pk_staged_object_version")
        ),
    )
    op.create_index(op.f("ix_staged_object_version_fetched_at"), "staged_object_version", ["fetched_at"], unique=False)
    op.create_table(
        "balance_transaction",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("id", IDENTIFIER, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("reporting_category", sa.String(), nullable=False),
        sa.Column("balance_type", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("exchange_rate", sa.Text(), nullable=True),
        sa.Column("source_id", IDENTIFIER, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("available_on", sa.BigInteger(), nullable=False),
        sa.Column("payout_id", IDENTIFIER, nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("fee_details", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("stripe_account", "id", name=op.f("pk_balance_transaction")),
    )
    op.create_index(
        op.f("ix_balance_transaction_stripe_account_created"),
        "balance_transaction",
        ["stripe_account", "created"],
        unique=False,
    )
    op.create_index(
        op.f("ix_balance_transaction_stripe_account_payout_id"),
        "balance_transaction",
        ["stripe_account", "payout_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_balance_transaction_stripe_account_source_id"),
        "balance_transaction",
        ["stripe_account", "source_id"],
        unique=False,
    )
    op.create_table(
        "watermark",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("stream", IDENTIFIER, nullable=False),
        sa.Column("covered_from", INSTANT, nullable=False),
        sa.Column("covered_to", INSTANT, nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("stripe_account", "stream", "covered_from", name=op.f("pk_watermark")),
    )
