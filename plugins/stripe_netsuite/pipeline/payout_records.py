"""What stands in NetSuite for each ledger line of a payout that has a record, as it is now (ACCOUNTING A7, D5, F4).

A record that is gone is looked for once more by its external id: somebody may have entered it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.reconcile.ledger_kind import CAPTURE_REVERSAL, RecordLine, kind_of
from stripe_netsuite.reconcile.payout_books import PayoutRecords
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH
from stripe_netsuite.reconcile.record_check import BookedRecord
from stripe_netsuite.staging.findings import open_findings
from stripe_netsuite.staging.links import LinkRow, read_links, write_links
from stripe_netsuite.staging.objects import excluded_ids, read_payloads

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
    wanted = record_keys(members, reopens_disputes=step.books.dispute_won == "reopen")
    reversals = [row.source for row in members if row.reporting_category == CAPTURE_REVERSAL and row.source]
    objects = dict(_objects(step, {*(source for source, _ in wanted), *reversals}))
    with step.services.engine.connect() as connection:
        excluded = before_start(connection, step.account.id, members, 0)
    return PayoutRecords(
        by_link=_booked(step, [key for key in wanted if key[0] in objects], objects),
        before_start=frozenset(excluded),
        charge_by_reversal={one: charge for one in reversals if one in objects and (charge := objects[one].charge)},
        part_by_deposit=part_by_deposit,
    )


def record_keys(members: Sequence[BalanceTransaction], *, reopens_disputes: bool) -> list[Key]:
    """Return the Stripe object and role of each record that the lines call for, each once."""
    kinds = (kind_of(row, reopens_disputes=reopens_disputes) for row in members if row.amount)
    return list(dict.fromkeys((kind.source, kind.role) for kind in kinds if isinstance(kind, RecordLine)))


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


def let_through(connection: Connection, account: str) -> set[str]:
    """Return the Stripe ids whose differences stand in the suspense account of a deposit that is posted (F5)."""
    rows = open_findings(connection, account)
    return {row.finding.stripe_id for row in rows if row.finding.stripe_id and LET_THROUGH in row.finding.details}


def _by_type(ids: Collection[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for one in ids:
        object_type = _OBJECT_BY_PREFIX.get(one.partition("_")[0])
        if object_type is not None:
            chosen.setdefault(object_type, []).append(one)
    return chosen


def _booked(step: Step, keys: Sequence[Key], objects: Mapping[str, _Object]) -> dict[Key, BookedRecord]:
    with step.services.engine.connect() as connection:
        rows = read_links(connection, step.services.netsuite_account, step.account.id, [one for one, _ in keys])
    links = {key: rows[key] for key in keys if key in rows}
    states = lookup_transactions(step.services.netsuite, {link.internal_id for link in links.values()})
    gone = {key: link for key, link in links.items() if not _is_there(states.get(link.internal_id))}
    entered = _entered_again(step, gone)
    if entered:
        links = {**links, **entered}
        states |= lookup_transactions(step.services.netsuite, {link.internal_id for link in entered.values()})
    return {
        key: _record(link.internal_id, objects[key[0]].money, states.get(link.internal_id))
        for key, link in links.items()
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


def _record(internal_id: str, money: Money, state: TransactionState | None) -> BookedRecord:
    if state is None:
        return BookedRecord(internal_id=internal_id, stripe_money=money, exists=False)
    return BookedRecord(
        internal_id=internal_id,
        stripe_money=money,
        exists=True,
        voided=state.is_voided,
        found_total=state.foreign_total,
        found_account_id=state.main_account_id,
        found_subsidiary_id=state.subsidiary_id,
        exchange_rate=state.exchange_rate,
        deposit_ids=state.deposit_ids,
    )
