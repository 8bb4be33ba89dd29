"""The staging tables (SQLAlchemy Core), the same on SQLite and PostgreSQL; `migrations/` builds exactly these.

Amounts are integers in minor units, or decimal texts where a NetSuite total is kept. Stripe's instants are Unix
seconds; every other instant is a `UtcInstant`. JSON is text: nothing here is queried by its inside.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

from stripe_netsuite.errors import InvariantBroken


class UtcInstant(sa.TypeDecorator[datetime]):
    """An instant: aware in Python, `timestamptz` on PostgreSQL, UTC text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants, convert the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvariantBroken("staging stores timezone-aware instants only", saw=repr(value))
        in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Ordered by bytes, as Python orders text: paging by key and merging in Python must agree with the database.
Identifier = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column that is called INTEGER.
RowNumber = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A name of our own: the tables may live in Airflow's database, which has an `alembic_version` already.
VERSION_TABLE = "stripe_netsuite_revision"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, Identifier, primary_key=True)


def _required(name: str, kind: type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


staged_object = sa.Table(
    "staged_object",
    metadata,
    _key("stripe_account"),
    _key("object_type"),
    _key("stripe_id"),
    _required("created", sa.BigInteger),
    _required("fetched_at", UtcInstant),
    _required("api_version", sa.String),
    _required("content_hash", sa.String),
    _required("window_start", UtcInstant),
    _required("window_end", UtcInstant),
    _required("run_id", sa.String),
    _required("payload", sa.Text),
    _required("state", sa.String),
    sa.Column("state_reason", sa.Text),
    sa.Column("loaded_hash", sa.String),
    _required("changed_run_id", sa.String),
    # `state` leads, so that no planner without statistics prefers this index to the key for looking up ids.
    sa.Index("ix_staged_object_state", "state", "stripe_account", "object_type", "created", "stripe_id"),
)

staged_object_version = sa.Table(
    "staged_object_version",
    metadata,
    _key("stripe_account"),
    _key("object_type"),
    _key("stripe_id"),
    _key("content_hash"),
    _required("payload", sa.Text),
    _required("fetched_at", UtcInstant),
    _required("run_id", sa.String),
    sa.Index(None, "fetched_at"),
)

balance_transaction = sa.Table(
    "balance_transaction",
    metadata,
    _key("stripe_account"),
    _key("id"),
    _required("type", sa.String),
    _required("reporting_category", sa.String),
    _required("balance_type", sa.String),
    _required("currency", sa.String),
    _required("amount", sa.BigInteger),
    _required("fee", sa.BigInteger),
    _required("net", sa.BigInteger),
    sa.Column("exchange_rate", sa.Text),
    sa.Column("source_id", Identifier),
    _required("status", sa.String),
    _required("created", sa.BigInteger),
    _required("available_on", sa.BigInteger),
    sa.Column("payout_id", Identifier),
    sa.Column("description", sa.Text),
    _required("fee_details", sa.Text),
    _required("run_id", sa.String),
    _required("state", sa.String),
    sa.Column("state_reason", sa.Text),
    sa.Index(None, "stripe_account", "payout_id"),
    sa.Index(None, "stripe_account", "source_id"),
    sa.Index(None, "stripe_account", "created"),
)

link = sa.Table(
    "link",
    metadata,
    _key("netsuite_account"),
    _key("stripe_account"),
    _key("stripe_id"),
    _key("role"),
    _required("record_type", sa.String),
    _required("internal_id", sa.String),
    sa.Column("external_id", sa.String),
    sa.Column("external_key", sa.String),
    _required("record_group", sa.String),
    sa.Column("payload_hash", sa.String),
    sa.Column("body_total", sa.Text),
    _required("origin", sa.String),
    sa.Column("mapping_version", sa.String),
    _required("run_id", sa.String),
    _required("linked_at", UtcInstant),
    sa.UniqueConstraint("netsuite_account", "record_group", "external_key"),
    sa.Index(None, "netsuite_account", "record_type", "internal_id"),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
    _required("kind", sa.String),
    sa.Column("intent_id", RowNumber, sa.ForeignKey("journal.id")),
    _required("run_id", sa.String),
    _required("fence", sa.BigInteger),
    _required("netsuite_account", sa.String),
    _required("stripe_account", sa.String),
    _required("stripe_id", Identifier),
    _required("role", sa.String),
    _required("record_type", sa.String),
    sa.Column("external_id", sa.String),
    sa.Column("payload_hash", sa.String),
    sa.Column("body", sa.Text),
    sa.Column("outcome", sa.String),
    sa.Column("internal_id", sa.String),
    sa.Column("detail", sa.Text),
    sa.Column("at", UtcInstant, nullable=False, server_default=sa.func.current_timestamp()),
    sa.Index(None, "intent_id"),
    sa.Index(None, "run_id"),
    sa.Index(None, "netsuite_account", "stripe_account", "kind"),
    # A number that was once given is never given again, even after the last row were lost.
    sqlite_autoincrement=True,
)

lease = sa.Table(
    "lease",
    metadata,
    _key("name"),
    sa.Column("holder", sa.String),
    _required("fence", sa.BigInteger),
    _required("expires_at", UtcInstant),
)

finding = sa.Table(
    "finding",
    metadata,
    _key("key"),
    _required("code", sa.String),
    _required("severity", sa.String),
    _required("stage", sa.String),
    _required("stripe_account", sa.String),
    _required("message", sa.Text),
    sa.Column("stripe_id", Identifier),
    sa.Column("object_type", sa.String),
    sa.Column("netsuite_type", sa.String),
    sa.Column("netsuite_id", sa.String),
    sa.Column("expected", sa.Text),
    sa.Column("found", sa.Text),
    sa.Column("difference", sa.Text),
    sa.Column("suggestion", sa.Text),
    _required("details", sa.Text),
    _required("status", sa.String),
    _required("first_seen_at", UtcInstant),
    _required("first_seen_run", sa.String),
    _required("last_seen_at", UtcInstant),
    _required("last_seen_run", sa.String),
    sa.Column("resolved_at", UtcInstant),
    sa.Column("resolved_run", sa.String),
    sa.Index(None, "stripe_account", "status"),
)

run = sa.Table(
    "run",
    metadata,
    _key("run_id"),
    _required("kind", sa.String),
    _required("stripe_accounts", sa.Text),
    sa.Column("window_start", UtcInstant),
    sa.Column("window_end", UtcInstant),
    sa.Column("mapping_version", sa.String),
    _required("dry_run", sa.Boolean),
    _required("started_at", UtcInstant),
    sa.Column("ended_at", UtcInstant),
    sa.Column("outcome", sa.String),
    _required("counts", sa.Text),
    sa.Column("link", sa.Text),
)

stage_count = sa.Table(
    "stage_count",
    metadata,
    _key("run_id"),
    _key("stripe_account"),
    _key("stage"),
    _key("object_type"),
    _key("currency"),
    *(
        _required(f"{side}_{measure}", sa.BigInteger)
        for measure in ("count", "amount")
        for side in ("in", "out", "quarantined", "excluded", "waiting")
    ),
)

watermark = sa.Table(
    "watermark",
    metadata,
    _key("stripe_account"),
    _key("stream"),
    sa.Column("covered_from", UtcInstant, primary_key=True),
    _required("covered_to", UtcInstant),
    _required("run_id", sa.String),
)

payout_state = sa.Table(
    "payout_state",
    metadata,
    _key("stripe_account"),
    _key("payout_id"),
    _required("currency", sa.String),
    _required("amount", sa.BigInteger),
    _required("arrival_date", sa.BigInteger),
    _required("payout_status", sa.String),
    _required("automatic", sa.Boolean),
    _required("reconciliation_status", sa.String),
    _required("state", sa.String),
    sa.Column("reason", sa.Text),
    sa.Column("deposit_internal_id", sa.String),
    sa.Column("deposit_total", sa.Text),
    _required("run_id", sa.String),
    _required("updated_at", UtcInstant),
    sa.Column("member_count", sa.BigInteger),
    sa.Index(None, "stripe_account", "state", "arrival_date"),
)

proof = sa.Table(
    "proof",
    metadata,
    _key("run_id"),
    _key("code"),
    _key("stripe_account"),
    _key("subject"),
    sa.Column("expected", sa.Text),
    sa.Column("found", sa.Text),
    sa.Column("difference", sa.Text),
    sa.Column("currency", sa.String),
    _required("state", sa.String),
    sa.Column("detail", sa.Text),
    _required("at", UtcInstant),
)

validation_result = sa.Table(
    "validation_result",
    metadata,
    _key("run_id"),
    _key("stripe_account"),
    _required("result", sa.Text),
    _required("at", UtcInstant),
    sa.Index(None, "stripe_account", "at"),
)

mapping_version = sa.Table(
    "mapping_version",
    metadata,
    _key("version"),
    _required("content", sa.Text),
    _required("first_seen_at", UtcInstant),
)

# Which objects point at an id by which they are looked up: an invoice payment at its payment intent or charge.
object_relation = sa.Table(
    "object_relation",
    metadata,
    _key("stripe_account"),
    _key("object_type"),
    _key("target_id"),
    _key("stripe_id"),
)

load_plan = sa.Table(
    "load_plan",
    metadata,
    _key("run_id"),
    _key("stripe_account"),
    _key("step"),
    _required("content", sa.Text),
    _required("at", UtcInstant),
)

# Currencies that a NetSuite customer is known to have (ACCOUNTING B4).
customer_currency = sa.Table(
    "customer_currency",
    metadata,
    _key("netsuite_account"),
    _key("customer_internal_id"),
    _key("currency_internal_id"),
)

# Which NetSuite ids were written into Stripe's metadata (ACCOUNTING G2).
write_back = sa.Table(
    "write_back",
    metadata,
    *(_key(name) for name in ("netsuite_account", "stripe_account", "stripe_id", "role")),
    *(_required(name, sa.String) for name in ("internal_id", "outcome", "run_id")),
    _required("at", UtcInstant),
)
