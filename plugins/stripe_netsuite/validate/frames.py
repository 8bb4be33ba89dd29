"""Reads what is due for validation, in chunks of bounded memory, and lays it out as pandas frames.

Receives the staging connection; gives subjects with their columns, and for Great Expectations a frame of a chunk that
holds the columns of the rules alone. Amounts are nullable whole numbers (Int64), never floats.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.stripe_object import BalanceTransaction, StripeObject
from stripe_netsuite.staging.bulk import chunks
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.objects import PendingObject, State, iter_pending
from stripe_netsuite.staging.schema import balance_transaction
from stripe_netsuite.validate.checks.catalog import coupon_rows, customer_rows, price_rows, product_rows
from stripe_netsuite.validate.checks.dispute import dispute_rows
from stripe_netsuite.validate.checks.invoice import invoice_payment_rows, invoice_rows
from stripe_netsuite.validate.checks.ledger_columns import ledger_rows
from stripe_netsuite.validate.checks.payment import charge_rows, refund_rows
from stripe_netsuite.validate.checks.payout import payout_rows
from stripe_netsuite.validate.decode import decode_or_finding
from stripe_netsuite.validate.lookups import Lookups
from stripe_netsuite.validate.rule import Rule
from stripe_netsuite.validate.subject import LEDGER, Subject

if TYPE_CHECKING:
    import pandas as pd

CHUNK_ROWS = 20_000
"""Subjects in one frame."""

_BATCH = 2_000
_DUE: tuple[State, ...] = ("pending", "waiting", "quarantined")
_INT64_LIMIT = 2**63 - 1

Rows = list[dict[str, Any]]

ROWS_BY_TYPE: dict[str, Callable[[Any, Lookups], Rows]] = {
    "customer": customer_rows,
    "product": product_rows,
    "price": price_rows,
    "coupon": coupon_rows,
    "invoice": invoice_rows,
    "invoice_payment": invoice_payment_rows,
    "charge": charge_rows,
    "refund": refund_rows,
    "dispute": dispute_rows,
    "payout": payout_rows,
}

_AMOUNT_FIELD = {
    "invoice": "total",
    "invoice_payment": "amount_paid",
    "charge": "amount",
    "refund": "amount",
    "dispute": "amount",
    "payout": "amount",
}

Item = TypeVar("Item")


def read_subjects(
    conn: Connection, account: str, *, created_before: int | None, only_ids: Collection[str] | None
) -> Iterator[list[Subject]]:
    """Give everything due, ledger lines last, in lists of one object type and at most CHUNK_ROWS.

    Due is what is pending, waiting or quarantined and was created before `created_before` (Unix seconds; None: all).
    `only_ids` limits objects to these ids and ledger lines to those that have, or are about, or are paid out by, one.
    """
    lookups = Lookups(conn, account)
    for object_type in ROWS_BY_TYPE:
        due = iter_pending(conn, account, object_type, created_before=created_before, only_ids=only_ids, states=_DUE)
        yield from _chunks(_object_subjects(account, object_type, batch, lookups) for batch in _cut(due, _BATCH))
    states = _due_ledger_lines(conn, account, created_before, only_ids)
    yield from _chunks(
        _ledger_subjects(read_ledger(conn, account, ids=ids), states, lookups) for ids in chunks(sorted(states), _BATCH)
    )


def _chunks(batches: Iterable[list[Subject]]) -> Iterator[list[Subject]]:
    """Put batches together, so that Great Expectations' own cost is paid once for many rows."""
    chunk: list[Subject] = []
    for batch in batches:
        chunk.extend(batch)
        if len(chunk) > CHUNK_ROWS - _BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _object_subjects(account: str, object_type: str, batch: Sequence[PendingObject], lookups: Lookups) -> list[Subject]:
    subjects: list[Subject] = []
    readable: list[tuple[PendingObject, StripeObject]] = []
    for pending in batch:
        decoded = decode_or_finding(account, object_type, pending.stripe_id, pending.payload)
        if isinstance(decoded, Finding):
            subjects.append(
                Subject(
                    object_type,
                    pending.stripe_id,
                    pending.content_hash,
                    is_quarantined=pending.state == "quarantined",
                    defect=decoded,
                )
            )
        else:
            readable.append((pending, decoded))
    rows = ROWS_BY_TYPE[object_type]([decoded for _, decoded in readable], lookups)
    for (pending, decoded), row in zip(readable, rows, strict=True):
        amount_field = _AMOUNT_FIELD.get(object_type)
        subjects.append(
            Subject(
                object_type,
                pending.stripe_id,
                pending.content_hash,
                is_quarantined=pending.state == "quarantined",
                currency=row["currency"] if amount_field else "",
                amount=(getattr(decoded, amount_field) or 0) if amount_field else 0,
                row=row,
            )
        )
    return subjects


def _ledger_subjects(lines: Sequence[BalanceTransaction], states: dict[str, str], lookups: Lookups) -> list[Subject]:
    rows = ledger_rows(lines, lookups)
    return [
        Subject(
            LEDGER,
            line.id,
            "",
            is_quarantined=states[line.id] == "quarantined",
            currency=line.currency,
            amount=line.amount,
            row=row,
        )
        for line, row in zip(lines, rows, strict=True)
    ]


def _due_ledger_lines(
    conn: Connection, account: str, created_before: int | None, only_ids: Collection[str] | None
) -> dict[str, str]:
    """Return the state of each due ledger line by its id."""
    table = balance_transaction.c
    query = sa.select(table.id, table.state).where(table.stripe_account == account, table.state.in_(_DUE))
    if created_before is not None:
        query = query.where(table.created < created_before)
    if only_ids is None:
        return {row.id: row.state for row in conn.execute(query)}
    states: dict[str, str] = {}
    for ids in chunks(sorted(only_ids)):
        is_meant = sa.or_(table.id.in_(ids), table.source_id.in_(ids), table.payout_id.in_(ids))
        states.update({row.id: row.state for row in conn.execute(query.where(is_meant))})
    return states


def _cut(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def frame_of(subjects: Sequence[Subject], rules: Iterable[Rule]) -> pd.DataFrame:
    """Return one frame of subjects of one type that could be read: their Stripe ids and the columns of the rules."""
    import pandas as pd  # noqa: PLC0415 - 0.5 s that a run with nothing to validate should not cost

    readable = [subject for subject in subjects if subject.defect is None]
    columns: dict[str, Any] = {"stripe_id": pd.array([subject.stripe_id for subject in readable], dtype="string")}
    for name, column_type in {rule.expectation.column: rule.expectation.column_type for rule in rules}.items():
        values = [subject.row.get(name) for subject in readable]
        if column_type == "Int64":
            values = [_within_int64(value) for value in values]
        columns[name] = pd.array(values, dtype=column_type)
    return pd.DataFrame(columns)


def _within_int64(value: int | None) -> int | None:
    """Keep an absurd number in a broken payload from stopping everybody else; it stays absurd."""
    return value if value is None else max(-_INT64_LIMIT, min(_INT64_LIMIT, value))
