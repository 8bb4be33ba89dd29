"""Stripe's ledger as staged: one typed row a balance transaction, append-only but for its status and its payout.

Receives `BalanceTransaction` values as often as Stripe gives them; promises that a row's money never changes
silently, and that a resolved payout is never forgotten. Amounts are minor units of the row's currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.bulk import chunks, insert_many, lock_account, update_many
from stripe_netsuite.staging.dispute_movement import number_movements
from stripe_netsuite.staging.schema import balance_transaction, staged_object
from stripe_netsuite.staging.versions import StageResult

LedgerState = Literal["pending", "booked", "waiting", "quarantined", "excluded"]

_IMMUTABLE = ("type", "currency", "amount", "fee", "net")
_FEES = msgspec.json.Decoder(list[FeeDetail])


class LedgerStateChange(NamedTuple):
    """What became of one balance transaction."""

    id: str
    state: LedgerState
    reason: str | None = None


def stage_ledger(conn: Connection, account: str, rows: Sequence[BalanceTransaction], run_id: str) -> StageResult:
    """Append rows; of known ones only `status` and `payout_id` may change (a payout never back to none).

    Raises InvariantBroken when type, currency, amount, fee or net of a known row differ: Stripe's ledger is final.
    """
    lock_account(conn, account)
    result = StageResult()
    for chunk in chunks(rows):
        result += _stage_chunk(conn, account, chunk, run_id)
    return result


def _stage_chunk(conn: Connection, account: str, rows: Sequence[BalanceTransaction], run_id: str) -> StageResult:
    table = balance_transaction.c
    query = sa.select(table.id, *(table[name] for name in _IMMUTABLE), table.status, table.payout_id).where(
        table.stripe_account == account, table.id.in_({row.id for row in rows})
    )
    stored = {row[0]: tuple(row[1:]) for row in conn.execute(query)}
    standing = dict(stored)
    latest: dict[str, BalanceTransaction] = {}
    for row in rows:
        before = standing.get(row.id)
        if before is not None:
            _check_unchanged(row, before)
        payout_id = row.payout_id or (before[-1] if before else None)
        standing[row.id] = (row.type, row.currency, row.amount, row.fee, row.net, row.status, payout_id)
        latest[row.id] = row
    new = [_values(account, row, standing[row.id][-1], run_id) for row in latest.values() if row.id not in stored]
    changed = [
        (*values[-2:], account, key) for key, values in standing.items() if key in stored and values != stored[key]
    ]
    insert_many(conn, balance_transaction, _COLUMNS, new)
    update_many(conn, balance_transaction, _KEY, ("status", "payout_id"), changed)
    return StageResult(len(new), len(changed), len(rows) - len(new) - len(changed))


def _check_unchanged(row: BalanceTransaction, before: tuple[Any, ...]) -> None:
    now = (row.type, row.currency, row.amount, row.fee, row.net)
    if now != before[: len(_IMMUTABLE)]:
        differing = [name for name, a, b in zip(_IMMUTABLE, before, now, strict=False) if a != b]
        raise InvariantBroken(
            "a balance transaction changed after it was staged",
            subject=row.id,
            saw=", ".join(f"{name}={getattr(row, name)}" for name in differing),
            expected=", ".join(f"{name}={before[_IMMUTABLE.index(name)]}" for name in differing),
            next_step="compare the object in the Stripe dashboard; the ledger of one account must not mix two accounts",
        )


_KEY = ("stripe_account", "id")
_COLUMNS = (
    "stripe_account",
    "id",
    "type",
    "reporting_category",
    "balance_type",
    "currency",
    "amount",
    "fee",
    "net",
    "exchange_rate",
    "source_id",
    "status",
    "created",
    "available_on",
    "payout_id",
    "description",
    "fee_details",
    "run_id",
    "state",
)


def _values(account: str, row: BalanceTransaction, payout_id: str | None, run_id: str) -> tuple[Any, ...]:
    return (
        account,
        row.id,
        row.type,
        row.reporting_category,
        row.balance_type,
        row.currency,
        row.amount,
        row.fee,
        row.net,
        None if row.exchange_rate is None else str(row.exchange_rate),
        row.source,
        row.status,
        row.created,
        row.available_on,
        payout_id,
        row.description,
        msgspec.json.encode(row.fee_details).decode(),
        run_id,
        "pending",
    )


def read_ledger(
    conn: Connection,
    account: str,
    *,
    ids: Collection[str] | None = None,
    source_ids: Collection[str] | None = None,
    payout_id: str | None = None,
) -> list[BalanceTransaction]:
    """Return the account's rows, oldest first, `payout_id` and `movement` filled; the filters given all hold."""
    table = balance_transaction.c
    query = sa.select(balance_transaction).where(table.stripe_account == account)
    if payout_id is not None:
        query = query.where(table.payout_id == payout_id)
    found = [
        _balance_transaction(row)
        for by_id in _filters(table.id, ids)
        for by_source in _filters(table.source_id, source_ids)
        for row in conn.execute(query.where(by_id, by_source))
    ]
    return number_movements(conn, account, sorted(found, key=lambda row: (row.created, row.id)))


def _filters(column: sa.Column[Any], values: Collection[str] | None) -> Iterator[sa.ColumnElement[bool]]:
    """One condition for each chunk of values; one that always holds where nothing is filtered."""
    if values is None:
        yield sa.true()
        return
    for chunk in chunks(sorted(set(values))):
        yield column.in_(chunk)


def _balance_transaction(row: sa.Row[*tuple[Any, ...]]) -> BalanceTransaction:
    return BalanceTransaction(
        id=row.id,
        type=row.type,
        reporting_category=row.reporting_category,
        balance_type=row.balance_type,
        currency=row.currency,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        created=row.created,
        available_on=row.available_on,
        status=row.status,
        source=row.source_id,
        exchange_rate=None if row.exchange_rate is None else Decimal(row.exchange_rate),
        description=row.description,
        fee_details=_FEES.decode(row.fee_details),
        payout_id=row.payout_id,
    )


def ledger_net_by_currency(
    conn: Connection, account: str, balance_type: str | None = "payments", created_before: int | None = None
) -> dict[str, int]:
    """Return Σ net of each currency, in minor units (ACCOUNTING H2); `balance_type` None adds up all of them."""
    table = balance_transaction.c
    query = (
        sa.select(table.currency, _whole_sum(table.net)).where(table.stripe_account == account).group_by(table.currency)
    )
    if balance_type is not None:
        query = query.where(table.balance_type == balance_type)
    if created_before is not None:
        query = query.where(table.created < created_before)
    return {currency: int(net) for currency, net in conn.execute(query)}


def set_ledger_states(
    conn: Connection, account: str, rows: Sequence[LedgerStateChange | tuple[str, LedgerState, str | None]]
) -> None:
    """Note what became of rows: (id, state, reason) each (ACCOUNTING H5)."""
    lock_account(conn, account)
    values = [(state, reason, account, key) for key, state, reason in rows]
    update_many(conn, balance_transaction, _KEY, ("state", "state_reason"), values)


def set_open_ledger_states(conn: Connection, account: str, rows: Sequence[tuple[str, LedgerState, str | None]]) -> None:
    """Note what became of the rows that no deposit holds: what is booked stays so, whatever its source says later."""
    states = read_ledger_states(conn, account, [row[0] for row in rows])
    set_ledger_states(conn, account, [row for row in rows if states.get(row[0]) != "booked"])


def count_ledger_states(
    conn: Connection, account: str, created_before: int | None = None
) -> dict[tuple[LedgerState, str], tuple[int, int]]:
    """Return (count, Σ net in minor units) by (state, currency)."""
    table = balance_transaction.c
    query = (
        sa.select(table.state, table.currency, sa.func.count(), _whole_sum(table.net))
        .where(table.stripe_account == account)
        .group_by(table.state, table.currency)
    )
    if created_before is not None:
        query = query.where(table.created < created_before)
    return {(state, currency): (count, int(net)) for state, currency, count, net in conn.execute(query)}


def _whole_sum(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    # PostgreSQL sums bigint as exact numeric, SQLite as integer; neither passes through a float.
    return sa.func.sum(column)


def sources_without_object(
    conn: Connection, account: str, *, created_from: int | None = None
) -> list[tuple[str, str, str]]:
    """Return (balance transaction id, source id, reporting category) of rows whose charge or refund is not staged.

    Charges are `ch_…` and `py_…`, refunds `re_…` and `pyr_…`. `created_from` spares the years that are long complete.
    """
    table = balance_transaction.c
    is_charge = table.source_id.startswith("ch_", autoescape=True) | table.source_id.startswith("py_", autoescape=True)
    is_refund = table.source_id.startswith("re_", autoescape=True) | table.source_id.startswith("pyr_", autoescape=True)
    staged = (
        sa.select(sa.literal(1))
        .where(
            staged_object.c.stripe_account == table.stripe_account,
            staged_object.c.object_type == sa.case((is_charge, "charge"), else_="refund"),
            staged_object.c.stripe_id == table.source_id,
        )
        .exists()
    )
    query = (
        sa.select(table.id, table.source_id, table.reporting_category)
        .where(table.stripe_account == account, is_charge | is_refund, ~staged)
        .order_by(table.created, table.id)
    )
    if created_from is not None:
        query = query.where(table.created >= created_from)
    return [(row.id, row.source_id, row.reporting_category) for row in conn.execute(query)]


def read_ledger_states(conn: Connection, account: str, ids: Collection[str]) -> dict[str, LedgerState]:
    """Return the states of these balance transactions; ids that are not staged are missing."""
    table = balance_transaction.c
    states: dict[str, LedgerState] = {}
    for chunk in chunks(sorted(set(ids))):
        query = sa.select(table.id, table.state).where(table.stripe_account == account, table.id.in_(chunk))
        states.update((row[0], row[1]) for row in conn.execute(query))
    return states
