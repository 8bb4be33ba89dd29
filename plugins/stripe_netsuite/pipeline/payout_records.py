"""What stands in NetSuite for each charge and refund of a payout, as it is now (ACCOUNTING F4).

A record that is gone is looked for once more by its external id: somebody may have entered it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Refund
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.staged import read_objects
from stripe_netsuite.reconcile.payout import BookedRecord
from stripe_netsuite.staging.links import LinkRow, read_links, write_links

_OBJECT_BY_PREFIX = {"ch": "charge", "py": "charge", "re": "refund", "pyr": "refund"}


def booked_records(step: Step, members: Sequence[BalanceTransaction]) -> dict[str, BookedRecord]:
    """Return, by Stripe id, what stands for each charge and refund; those that were never booked are missing."""
    sources = {row.source for row in members if row.source}
    charges = read_objects(step, "charge", Charge, [s for s in sources if _kind_of(s) == "charge"])
    refunds = read_objects(step, "refund", Refund, [s for s in sources if _kind_of(s) == "refund"])
    money = {c.id: Money(c.amount_captured, c.currency) for c in charges.values()}
    money |= {r.id: Money(r.amount, r.currency) for r in refunds.values()}
    links = _main_links(step, list(money))
    states = lookup_transactions(step.services.netsuite, {link.internal_id for link in links.values()})
    gone = {one: link for one, link in links.items() if not _is_there(states.get(link.internal_id))}
    entered = _entered_again(step, gone)
    if entered:
        links = {**links, **entered}
        states |= lookup_transactions(step.services.netsuite, {link.internal_id for link in entered.values()})
    return {one: _record(link.internal_id, money[one], states.get(link.internal_id)) for one, link in links.items()}


def _main_links(step: Step, stripe_ids: Sequence[str]) -> dict[str, LinkRow]:
    with step.services.engine.connect() as connection:
        rows = read_links(connection, step.services.netsuite_account, step.account.id, stripe_ids)
    return {stripe_id: row for (stripe_id, role), row in rows.items() if role is Role.MAIN}


def _entered_again(step: Step, gone: Mapping[str, LinkRow]) -> dict[str, LinkRow]:
    """Link the records that bear the external ids of those that are gone; return the new links."""
    if not gone:
        return {}
    asked = {one: link.external_id or external_id(one) for one, link in gone.items()}
    found = lookup_external_ids(step.services.netsuite, "transaction", list(asked.values()))
    entered: dict[str, LinkRow] = {}
    for stripe_id, link in gone.items():
        record = found.get(asked[stripe_id])
        if record is None or record.is_voided or record.record_type != link.record_type.value:
            continue
        entered[stripe_id] = replace(
            link,
            internal_id=record.internal_id,
            external_id=asked[stripe_id],
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


def _kind_of(stripe_id: str) -> str | None:
    return _OBJECT_BY_PREFIX.get(stripe_id.partition("_")[0])
