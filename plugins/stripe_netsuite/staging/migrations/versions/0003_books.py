"""What is known of both: runs, stage counts, findings, payouts, proofs, validation results.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "run",
        sa.Column("run_id", IDENTIFIER, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stripe_accounts", sa.Text(), nullable=False),
        sa.Column("window_start", INSTANT, nullable=True),
        sa.Column("window_end", INSTANT, nullable=True),
        sa.Column("mapping_version", sa.String(), nullable=True),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run")),
    )
    op.create_table(
        "stage_count",
        sa.Column("run_id", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("stage", IDENTIFIER, nullable=False),
        sa.Column("object_type", IDENTIFIER, nullable=False),
        sa.Column("currency", IDENTIFIER, nullable=False),
        sa.Column("in_count", sa.BigInteger(), nullable=False),
        sa.Column("out_count", sa.BigInteger(), nullable=False),
        sa.Column("quarantined_count", sa.BigInteger(), nullable=False),
        sa.Column("excluded_count", sa.BigInteger(), nullable=False),
        sa.Column("waiting_count", sa.BigInteger(), nullable=False),
        sa.Column("in_amount", sa.BigInteger(), nullable=False),
        sa.Column("out_amount", sa.BigInteger(), nullable=False),
        sa.Column("quarantined_amount", sa.BigInteger(), nullable=False),
        sa.Column("excluded_amount", sa.BigInteger(), nullable=False),
        sa.Column("waiting_amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "stripe_account", "stage", "object_type", "currency", name=op.f("pk_stage_count")
        ),
    )
    op.create_table(
        "finding",
        sa.Column("key", IDENTIFIER, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("stripe_account", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=True),
        sa.Column("object_type", sa.String(), nullable=True),
        sa.Column("netsuite_type", sa.String(), nullable=True),
        sa.Column("netsuite_id", sa.String(), nullable=True),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("first_seen_run", sa.String(), nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("last_seen_run", sa.String(), nullable=False),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.Column("resolved_run", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_stripe_account_status"), "finding", ["stripe_account", "status"], unique=False)
    op.create_table(
        "payout_state",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("payout_id", IDENTIFIER, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("arrival_date", sa.BigInteger(), nullable=False),
        sa.Column("payout_status", sa.String(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("reconciliation_status", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("deposit_internal_id", sa.String(), nullable=True),
        sa.Column("deposit_total", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("member_count", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("stripe_account", "payout_id", name=op.f("pk_payout_state")),
    )
    op.create_index(
        op.f("ix_payout_state_stripe_account_state_arrival_date"),
        "payout_state",
        ["stripe_account", "state", "arrival_date"],
        unique=False,
    )
    op.create_table(
        "proof",
        sa.Column("run_id", IDENTIFIER, nullable=False),
        sa.Column("code", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("subject", IDENTIFIER, nullable=False),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "code", "stripe_account", "subject", name=op.f("pk_proof")),
    )
    op.create_table(
        "validation_result",
        sa.Column("run_id", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "stripe_account", name=op.f("pk_validation_result")),
    )
    op.create_index(
        op.f("ix_validation_result_stripe_account_at"), "validation_result", ["stripe_account", "at"], unique=False
    )
