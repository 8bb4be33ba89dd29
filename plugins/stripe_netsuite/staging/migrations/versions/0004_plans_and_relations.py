"""Relations between staged objects, stored load plans, and the currencies that customers were given.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "object_relation",
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("object_type", IDENTIFIER, nullable=False),
        sa.Column("target_id", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.PrimaryKeyConstraint(
            "stripe_account", "object_type", "target_id", "stripe_id", name=op.f("pk_object_relation")
        ),
    )
    op.create_table(
        "load_plan",
        sa.Column("run_id", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("step", IDENTIFIER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "stripe_account", "step", name=op.f("pk_load_plan")),
    )
    op.create_table(
        "customer_currency",
        sa.Column("netsuite_account", IDENTIFIER, nullable=False),
        sa.Column("customer_internal_id", IDENTIFIER, nullable=False),
        sa.Column("currency_internal_id", IDENTIFIER, nullable=False),
        sa.PrimaryKeyConstraint(
            "netsuite_account", "customer_internal_id", "currency_internal_id", name=op.f("pk_customer_currency")
        ),
    )
