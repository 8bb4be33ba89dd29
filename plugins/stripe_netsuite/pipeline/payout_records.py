"""What stands in NetSuite for each ledger line of a payout that has a record, as it is now (ACCOUNTING A7, D5, F4).

A record that is gone is looked for once more by its external id: somebody may have entered it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role, external_id, is_same_external_id, source_of
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.booking_again import book_again
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.summaries import follow_summaries, read_summary_ids
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL, DISPUTE_CATEGORIES, RecordLine, kind_of
from stripe_netsuite.reconcile.payout_books import PayoutRecords
from stripe_netsuite.reconcile.record_check import BookedRecord
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.links import LinkRow, read_links, write_links
from stripe_netsuite.staging.objects import excluded_ids, read_payloads
from stripe_netsuite.staging.relations import read_relations
from stripe_netsuite.transform.books import Books

_OBJECT_BY_PREFIX = {"ch": "charge", "py": "charge", "re": "refund", "pyr": "refund", "du": "dispute", "dp": "dispute"}
_BEFORE_START = "A7:"

Key = tuple[str, Role]


class _Object(msgspec.Struct):
    """What a charge, refund or dispute moves, in its own currency."""

    amount: int
    currency: str
    amount_captured: int | None = None
    charge: str | None = None

    @property
    def money(self) -> Money:
        """What was captured of a charge, else the whole."""
        return Money(self.amount if self.amount_captured is None else self.amount_captured, self.currency)


def payout_records(
    step: Step, members: Sequence[BalanceTransaction], part_by_deposit: Mapping[str, int]
) -> PayoutRecords:
    """Return what stands for the lines of a payout; what was never booked is missing."""
    wanted = _rows_by_key(members, reopens_disputes=step.books.dispute_won == "reopen")
    summaries = read_summary_ids(step, [row.source for row in members if _is_sale(row) and row.source])
    reversals = [row.source for row in members if row.reporting_category == CAPTURE_REVERSAL and row.source]
    objects = dict(_objects(step, {*(source_of(record_id) for record_id, _ in wanted), *reversals}))
    money_by_key = {
        key: _money(objects[one], row) for key, row in wanted.items() if (one := source_of(key[0])) in objects
    }
    partly = {one for one, found in objects.items() if found.amount_captured not in (None, found.amount)}
    with step.services.engine.connect() as connection:
        excluded = before_start(connection, step.account.id, members, 0)
        elsewhere = reversed_elsewhere(connection, step.account.id, members, partly)
    money_by_key = _summed_up(money_by_key, summaries)
    by_link, booked_again = _booked(step, money_by_key)
    follow_summaries(step, summaries, {one: record.internal_id for (one, _), record in by_link.items()})
    return PayoutRecords(
        by_link=by_link,
        booked_again=booked_again,
        before_start=frozenset(excluded),
        charge_by_reversal={one: charge for one in reversals if one in objects and (charge := objects[one].charge)},
        reversed_elsewhere=elsewhere,
        part_by_deposit=part_by_deposit,
        summary_by_charge=summaries,
    )


def reversed_elsewhere(
    connection: Connection, account: str, members: Sequence[BalanceTransaction], charges: Collection[str]
) -> dict[str, int]:
    """D5: what lines of other payouts take back of these charges of the payout, in minor units below zero."""
    here = {row.id for row in members}
    refunds = read_relations(connection, account, "refund", charges)
    rows = read_ledger(connection, account, source_ids=[one for ids in refunds.values() for one in ids])
    charge_by_refund = {refund: charge for charge, ids in refunds.items() for refund in ids}
    taken: dict[str, int] = {}
    for row in rows:
        if row.reporting_category == CAPTURE_REVERSAL and row.id not in here and row.source:
            charge = charge_by_refund[row.source]
            taken[charge] = taken.get(charge, 0) + row.amount
    return taken


def _is_sale(row: BalanceTransaction) -> bool:
    return row.reporting_category == "charge"


def _summed_up(money_by_key: Mapping[Key, Money], summaries: Mapping[str, str]) -> dict[Key, Money]:
    """Return the same with each summary, at all that was captured of its charges, in place of these (F12)."""
    found: dict[Key, Money] = {}
    for (record_id, role), money in money_by_key.items():
        key = (summaries.get(record_id, record_id) if role is Role.MAIN else record_id, role)
        found[key] = found[key] + money if key in found else money
    return found


def record_keys(members: Sequence[BalanceTransaction], *, reopens_disputes: bool) -> list[Key]:
    """Return id and role of each record that the lines call for, each once."""
    return list(_rows_by_key(members, reopens_disputes=reopens_disputes))


def _rows_by_key(members: Sequence[BalanceTransaction], *, reopens_disputes: bool) -> dict[Key, BalanceTransaction]:
    rows: dict[Key, BalanceTransaction] = {}
    for row in members:
        kind = kind_of(row, reopens_disputes=reopens_disputes) if row.amount else None
        if isinstance(kind, RecordLine):
            rows.setdefault(kind.key, row)
    return rows


def _money(stripe_object: _Object, row: BalanceTransaction) -> Money:
    """What the record was booked at: a dispute, in its own currency, at what each line moved (E4)."""
    own = stripe_object.money
    is_dispute = row.reporting_category in DISPUTE_CATEGORIES
    return abs(row.gross_money) if is_dispute and row.currency == own.currency else own


def _objects(step: Step, ids: Collection[str]) -> Iterator[tuple[str, _Object]]:
    for object_type, chosen in _by_type(ids).items():
        with step.services.engine.connect() as connection:
            payloads = read_payloads(connection, step.account.id, object_type, chosen)
        for stripe_id, payload in payloads.items():
            yield stripe_id, msgspec.json.decode(payload, type=_Object)


def before_start(connection: Connection, account: str, members: Sequence[BalanceTransaction], since: int) -> set[str]:
    """Return the sources of lines that are older than the sync start (Unix s), or whose object is excluded for it."""
    found = {row.source for row in members if row.source and row.created < since}
    for object_type, chosen in _by_type({row.source for row in members if row.source}).items():
        found |= excluded_ids(connection, account, object_type, chosen, _BEFORE_START)
    return found


def _by_type(ids: Collection[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for one in ids:
        object_type = _OBJECT_BY_PREFIX.get(one.partition("_")[0])
        if object_type is not None:
            chosen.setdefault(object_type, []).append(one)
    return chosen


def _booked(step: Step, money_by_key: Mapping[Key, Money]) -> tuple[dict[Key, BookedRecord], tuple[str, ...]]:
    with step.services.engine.connect() as connection:
        rows = read_links(connection, step.services.netsuite_account, step.account.id, [one for one, _ in money_by_key])
    links = {key: rows[key] for key in money_by_key if key in rows}
    states = lookup_transactions(step.services.netsuite, {link.internal_id for link in links.values()})
    gone = {key: link for key, link in links.items() if not _is_there(states.get(link.internal_id))}
    entered = _entered_again(step, gone)
    if entered:
        links = {**links, **entered}
        states |= lookup_transactions(step.services.netsuite, {link.internal_id for link in entered.values()})
    deleted = [link for key, link in gone.items() if key not in entered and link.internal_id not in states]
    by_type = {
        object_type: [link for link in deleted if source_of(link.stripe_id) in ids]
        for object_type, ids in _by_type({source_of(link.stripe_id) for link in deleted}).items()
    }
    twins = _twins(step, links, states)
    code_by_id = codes_by_currency_id(step.books)
    records = {
        key: replace(
            booked_record(link.internal_id, money_by_key[key], states.get(link.internal_id), code_by_id),
            twin_id=twins.get(key),
        )
        for key, link in links.items()
    }
    return records, book_again(step, by_type)


def _twins(step: Step, links: Mapping[Key, LinkRow], states: Mapping[str, TransactionState]) -> dict[Key, str]:
    """Return the records that bear the external id of an object for which another record is linked.

    A linked record that bears it itself is the only one: NetSuite keeps external ids unique.
    """
    asked = {
        key: external_id(*key)
        for key, link in links.items()
        if link.external_id is None and _is_there(states.get(link.internal_id))
    }
    found = lookup_external_ids(step.services.netsuite, "transaction", list(asked.values())) if asked else {}
    return {
        key: record.internal_id
        for key, wanted in asked.items()
        if (record := found.get(wanted)) is not None
        and record.internal_id != links[key].internal_id
        and not record.is_voided
        and is_same_external_id(wanted, record.external_id)
    }


def _entered_again(step: Step, gone: Mapping[Key, LinkRow]) -> dict[Key, LinkRow]:
    """Link the records that bear the external ids of those that are gone; return the new links."""
    if not gone:
        return {}
    asked = {key: link.external_id or external_id(*key) for key, link in gone.items()}
    found = lookup_external_ids(step.services.netsuite, "transaction", list(asked.values()))
    entered: dict[Key, LinkRow] = {}
    for key, link in gone.items():
        record = found.get(asked[key])
        if record is None or record.is_voided or record.record_type != link.record_type.value:
            continue
        entered[key] = replace(
            link,
            internal_id=record.internal_id,
            external_id=asked[key],
            origin="adopted",
            run_id=step.run.run_id,
            linked_at=step.services.clock.now(),
        )
    if entered and not step.run.dry_run:
        with step.services.engine.begin() as connection:
            write_links(connection, list(entered.values()))
    return entered


def _is_there(state: TransactionState | None) -> bool:
    return state is not None and not state.is_voided


def codes_by_currency_id(books: Books) -> dict[str, str]:
    """Return the codes of the currencies by their ids in NetSuite."""
    return {number: code for code, number in books.currency_id_by_code.items()}


def booked_record(
    internal_id: str, money: Money, state: TransactionState | None, code_by_id: Mapping[str, str]
) -> BookedRecord:
    """Return a record that stands for `money`, as NetSuite holds it; `state` is None where it is gone."""
    if state is None:
        return BookedRecord(internal_id=internal_id, stripe_money=money, exists=False)
    return BookedRecord(
        internal_id=internal_id,
        stripe_money=money,
        exists=True,
        voided=state.is_voided,
        found_total=state.foreign_total,
        found_currency=code_by_id.get(state.currency_id),
        found_account_id=state.main_account_id,
        found_subsidiary_id=state.subsidiary_id,
        exchange_rate=state.exchange_rate,
        deposit_ids=state.deposit_ids,
    )
