"""What went to NetSuite: links, the append-only journal, the writer's lease, mapping versions.

Frozen: a later change of the schema is a new revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IDENTIFIER = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "link",
        sa.Column("netsuite_account", IDENTIFIER, nullable=False),
        sa.Column("stripe_account", IDENTIFIER, nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("role", IDENTIFIER, nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("internal_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("external_key", sa.String(), nullable=True),
        sa.Column("record_group", sa.String(), nullable=False),
        sa.Column("payload_hash", sa.String(), nullable=True),
        sa.Column("body_total", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("mapping_version", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("netsuite_account", "stripe_account", "stripe_id", "role", name=op.f("pk_link")),
        sa.UniqueConstraint(
            "netsuite_account",
            "record_group",
            "external_key",
            name=op.f("uq_link_netsuite_account_record_group_external_key"),
        ),
    )
    op.create_index(
        op.f("ix_link_netsuite_account_record_type_internal_id"),
        "link",
        ["netsuite_account", "record_type", "internal_id"],
        unique=False,
    )
    op.create_table(
        "journal",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("intent_id", ROW_NUMBER, nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("netsuite_account", sa.String(), nullable=False),
        sa.Column("stripe_account", sa.String(), nullable=False),
        sa.Column("stripe_id", IDENTIFIER, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("payload_hash", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("internal_id", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, server_default=sa.func.current_timestamp(), nullable=False),
        sa.ForeignKeyConstraint(["intent_id"], ["journal.id"], name=op.f("fk_journal_intent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_journal_intent_id"), "journal", ["intent_id"], unique=False)
    op.create_index(
        op.f("ix_journal_netsuite_account_stripe_account_kind"),
        "journal",
        ["netsuite_account", "stripe_account", "kind"],
        unique=False,
    )
    op.create_index(op.f("ix_journal_run_id"), "journal", ["run_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", IDENTIFIER, nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "mapping_version",
        sa.Column("version", IDENTIFIER, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_mapping_version")),
    )
    _make_journal_append_only()


def _make_journal_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal "
            "FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER journal_no_{change.lower()} BEFORE {change} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
