"""The refunds that are none of an invoice's payment, before all others (ACCOUNTING D2, D5, D6; G1).

Released authorisations, payments that a bank refused, cash sales and customer deposits; Stripe lists all of them as
refunds. What a refund is, its ledger line says; what it is booked against, the record of its charge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import InternalId, Link, RecordType
from stripe_netsuite.domain.stripe_object import Charge, Refund
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.netsuite_api.read_back import lookup_transactions
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.loading import PLANNED, Candidate, Step, load_candidates
from stripe_netsuite.pipeline.staged import read_objects, sound_ledger
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.books import ONE_OFF_ITEM, PARTIAL_REFUND_ITEM
from stripe_netsuite.transform.control import blocked
from stripe_netsuite.transform.money_back import BookedPayment, money_back_outcome
from stripe_netsuite.transform.outcome import Outcome

Row = tuple[PendingObject, Refund]


def load_money_back(step: Step, batch: Sequence[Row]) -> list[Row]:
    """Book those of the batch that concern no invoice, hold those that are blocked; return the rest."""
    refunds = [refund for _, refund in batch]
    ledger = sound_ledger(step, [r.balance_transaction for r in refunds if r.balance_transaction])
    charges = read_objects(step, "charge", Charge, {r.charge for r in refunds if r.charge})
    links = step.links([*charges, *(refund.id for refund in refunds)])
    payments = {one: _payment(links[one, Role.MAIN], one) for one in charges if (one, Role.MAIN) in links}
    unused_by_charge = _unused_deposits(step, payments)
    candidates: list[Candidate] = []
    rest: list[Row] = []
    for row, refund in batch:
        charge = charges.get(refund.charge or "")
        transaction = ledger.get(refund.balance_transaction or "")
        is_new = (refund.id, Role.MAIN) not in links
        outcome: Outcome | None = blocked(refund.metadata, "refund", refund.id, step.books) if is_new else None
        if outcome is None and charge is not None and transaction is not None:
            payment = payments.get(charge.id)
            unused = unused_by_charge.get(charge.id) if is_new else None
            outcome = money_back_outcome(refund, transaction, charge, payment, unused, step.books)
        if outcome is None:
            rest.append((row, refund))
            continue
        money = Money(refund.amount, refund.currency)
        candidates.append(
            Candidate("refund", row.stripe_id, row.content_hash, outcome, refund.balance_transaction, money)
        )
    items = {ONE_OFF_ITEM, PARTIAL_REFUND_ITEM}
    needed = {one for one in items for c in candidates for r in c.records if Link(one) in r.references}
    if needed:
        load_shared_items(step, needed)
    load_candidates(step, candidates)
    return rest


def _payment(link: KnownLink, charge: str) -> BookedPayment:
    reference = Link(charge) if link.internal_id == PLANNED else InternalId(link.internal_id)
    return BookedPayment(reference, RecordType(link.record_type), is_ours=link.payload_hash is not None)


def _unused_deposits(step: Step, payments: Mapping[str, BookedPayment]) -> dict[str, Decimal]:
    """Return what is not applied of each customer deposit, by charge, in major units of its currency."""
    ids = {
        payment.reference.value: charge
        for charge, payment in payments.items()
        if payment.record_type is RecordType.CUSTOMER_DEPOSIT and isinstance(payment.reference, InternalId)
    }
    states = lookup_transactions(step.services.netsuite, ids) if ids else {}
    return {ids[internal_id]: state.foreign_unused or Decimal(0) for internal_id, state in states.items()}
