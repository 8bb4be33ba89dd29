"""The load journal: before a request its intent, after it its outcome; rows are added, never changed.

What has an intent and no settled outcome may or may not be in NetSuite: the next plan looks it up and adopts it.
A newer intent of the same record replaces an older one: whoever sends again has looked first.
The database refuses to change or delete a row (triggers of migration 0002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging import schema
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.lease import Lease, hold_current

OutcomeKind = Literal["committed", "adopted", "refused", "unknown"]

_journal = schema.journal
_COPIED = (
    "run_id",
    "fence",
    "netsuite_account",
    "stripe_account",
    "stripe_id",
    "role",
    "record_type",
    "external_id",
    "payload_hash",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A write that is about to be sent. `body` is the JSON of the request."""

    run_id: str
    netsuite_account: str
    stripe_account: str
    stripe_id: str
    role: Role
    record_type: RecordType
    external_id: str | None
    payload_hash: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a write ended; `unknown` when the answer was lost. `detail` is NetSuite's own words on a refusal."""

    intent_id: int
    outcome: OutcomeKind
    internal_id: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """An intent as journalled."""

    id: int
    fence: int
    at: datetime
    intent: Intent


def write_intents(conn: Connection, lease: Lease, rows: Sequence[Intent], *, at: datetime | None = None) -> list[int]:
    """Journal intents and return their ids, in the order of `rows`; commit before sending the requests.

    Raises LeaseLost when `lease` is not the newest any more; until the transaction ends nobody can take it.
    Without `at`, the database's own clock dates them.
    """
    hold_current(conn, lease)
    values = [
        {
            "kind": "intent",
            "run_id": row.run_id,
            "fence": lease.fence,
            "netsuite_account": row.netsuite_account,
            "stripe_account": row.stripe_account,
            "stripe_id": row.stripe_id,
            "role": row.role.value,
            "record_type": row.record_type.value,
            "external_id": row.external_id,
            "payload_hash": row.payload_hash,
            "body": row.body,
            **_dated(at),
        }
        for row in rows
    ]
    statement = sa.insert(_journal).returning(_journal.c.id, sort_by_parameter_order=True)
    return [int(number) for chunk in chunks(values) for number in conn.execute(statement, list(chunk)).scalars()]


def write_outcomes(conn: Connection, rows: Sequence[Outcome], *, at: datetime | None = None) -> None:
    """Journal how writes ended. Raises InvariantBroken for an intent that was never journalled."""
    for chunk in chunks(rows):
        query = sa.select(_journal.c.id, *(_journal.c[name] for name in _COPIED)).where(
            _journal.c.kind == "intent", _journal.c.id.in_({row.intent_id for row in chunk})
        )
        intents = {row.id: dict(zip(_COPIED, row[1:], strict=True)) for row in conn.execute(query)}
        unknown = [row.intent_id for row in chunk if row.intent_id not in intents]
        if unknown:
            raise InvariantBroken("an outcome without an intent", subject="journal", saw=f"intent ids {unknown[:5]}")
        values: list[dict[str, Any]] = [
            {
                **intents[row.intent_id],
                "kind": "outcome",
                "intent_id": row.intent_id,
                "outcome": row.outcome,
                "internal_id": row.internal_id,
                "detail": row.detail,
                **_dated(at),
            }
            for row in chunk
        ]
        conn.execute(sa.insert(_journal), values)


def open_intents(conn: Connection, netsuite_account: str, stripe_account: str) -> list[IntentRow]:
    """Return each record's newest intent, where it has no outcome or its last outcome is unknown, oldest first."""
    intent, outcome, sibling = _journal.alias("intent"), _journal.alias("outcome"), _journal.alias("sibling")
    last_outcome = (
        sa.select(outcome.c.outcome)
        .where(outcome.c.intent_id == intent.c.id)
        .order_by(outcome.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Grouped once for the whole account: looking for a newer sibling of each intent takes quadratic time on SQLite.
    newest_of_each_record = (
        sa.select(sa.func.max(sibling.c.id))
        .where(
            sibling.c.netsuite_account == netsuite_account,
            sibling.c.stripe_account == stripe_account,
            sibling.c.kind == "intent",
        )
        .group_by(sibling.c.stripe_id, sibling.c.role)
    )
    query = (
        sa.select(intent)
        .where(
            intent.c.netsuite_account == netsuite_account,
            intent.c.stripe_account == stripe_account,
            intent.c.kind == "intent",
            intent.c.id.in_(newest_of_each_record),
            sa.func.coalesce(last_outcome, "unknown") == "unknown",
        )
        .order_by(intent.c.id)
    )
    return [_intent_row(row) for row in conn.execute(query)]


def count_writes(conn: Connection, run_id: str) -> int:
    """Return how many intents of the run were committed: the records that this run wrote."""
    query = sa.select(sa.func.count(sa.distinct(_journal.c.intent_id))).where(
        _journal.c.run_id == run_id, _journal.c.outcome == "committed"
    )
    return int(conn.execute(query).scalar_one())


def _dated(at: datetime | None) -> dict[str, datetime]:
    return {} if at is None else {"at": at}


def _intent_row(row: sa.Row[Any]) -> IntentRow:
    return IntentRow(
        id=row.id,
        fence=row.fence,
        at=row.at,
        intent=Intent(
            run_id=row.run_id,
            netsuite_account=row.netsuite_account,
            stripe_account=row.stripe_account,
            stripe_id=row.stripe_id,
            role=Role(row.role),
            record_type=RecordType(row.record_type),
            external_id=row.external_id,
            payload_hash=row.payload_hash,
            body=row.body,
        ),
    )
