"""The tables of what a person decides about a payout, and of what its deposit left in the suspense account (F5).

Part of the one schema: `schema.metadata` has them once this module is imported, which `database` does.
"""

from __future__ import annotations

import sqlalchemy as sa

from stripe_netsuite.staging.schema import Identifier, UtcInstant, metadata

payout_approval = sa.Table(
    "payout_approval",
    metadata,
    *(sa.Column(name, Identifier, primary_key=True) for name in ("stripe_account", "payout_id", "content_hash")),
    sa.Column("currency", sa.String, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("difference", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("asked_at", UtcInstant, nullable=False),
    sa.Column("asked_run", sa.String, nullable=False),
    sa.Column("answer", sa.String),
    sa.Column("answered_by", sa.String),
    sa.Column("answered_at", UtcInstant),
    sa.Column("note", sa.Text),
    sa.Column("used_run", sa.String),
)

suspense_line = sa.Table(
    "suspense_line",
    metadata,
    *(sa.Column(name, Identifier, primary_key=True) for name in ("stripe_account", "payout_id", "transaction_id")),
    sa.Column("stripe_id", Identifier, nullable=False),
    sa.Column("currency", sa.String, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
    sa.Column("cleared_by", sa.String),
    sa.Column("cleared_internal_id", sa.String),
    sa.Column("cleared_run", sa.String),
    sa.Column("cleared_at", UtcInstant),
)
