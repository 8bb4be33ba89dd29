"""What was written back into Stripe's metadata: each NetSuite id once for each object and role.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "write_back",
        sa.Column("netsuite_account", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("role", IDENTIFIER, nullable=False),
        sa.Column("internal_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(
            "netsuite_account", "stripe_account", "stripe_id", "role", name=op.f("pk_write_back")
        ),
    )
