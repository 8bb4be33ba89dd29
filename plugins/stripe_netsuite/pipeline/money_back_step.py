"""The refunds that are none of an invoice's payment, before all others (ACCOUNTING D2, D5, D6; G1).

Released authorisations, payments that a bank refused, and cash sales; Stripe lists all of them as refunds. What a refund
is, its ledger line says; what it is booked against, the record of its charge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import InternalId, Link, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Refund
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.loading import PLANNED, Candidate, Step, load_candidates
from stripe_netsuite.pipeline.payment_now import put_back_payments
from stripe_netsuite.pipeline.staged import read_objects, sound_ledger
from stripe_netsuite.pipeline.summaries import read_summary_ids
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.books import ONE_OFF_ITEM, PARTIAL_REFUND_ITEM
from stripe_netsuite.transform.control import blocked
from stripe_netsuite.transform.money_back import BookedPayment, money_back_outcome
from stripe_netsuite.transform.outcome import Outcome

Row = tuple[PendingObject, Refund]


def load_money_back(step: Step, batch: Sequence[Row]) -> list[Row]:
    """Book those of the batch that concern no invoice, hold those that are blocked; return the rest."""
    refunds = [refund for _, refund in batch]
    ledger = sound_ledger(step, [line for refund in refunds for line in ledger_lines(refund)])
    charges = read_objects(step, "charge", Charge, {r.charge for r in refunds if r.charge})
    links = step.links([*charges, *(refund.id for refund in refunds)])
    payments = {one: _payment(links[one, Role.MAIN], one) for one in charges if (one, Role.MAIN) in links}
    summed = read_summary_ids(step, charges)
    put_back = put_back_payments(
        step, [one for one, payment in payments.items() if payment.record_type is RecordType.CASH_SALE]
    )
    candidates: list[Candidate] = []
    rest: list[Row] = []
    for row, refund in batch:
        charge = charges.get(refund.charge or "")
        link = links.get((refund.id, Role.MAIN))
        outcome: Outcome | None = blocked(refund.metadata, "refund", refund.id, step.books) if link is None else None
        if (
            outcome is None
            and charge is not None
            and not (
                _has_another_source(refund, link, put_back) or (charge.id in summed and _is_failure(refund, ledger))
            )
        ):
            outcome = money_back_outcome(refund, ledger, charge, payments.get(charge.id), step.books)
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


def _is_failure(refund: Refund, ledger: Mapping[str, BalanceTransaction]) -> bool:
    """Whether the ledger names the refund for a payment that failed; of a summary it goes back as a refund does (F12)."""
    line = ledger.get(refund.balance_transaction or "")
    return line is not None and line.source == refund.id and line.reporting_category == "charge_failure"


def ledger_lines(refund: Refund) -> list[str]:
    """Return the ids of a refund's ledger lines: out, and back where it failed."""
    return [one for one in (refund.balance_transaction, refund.failure_balance_transaction) if one]


def _payment(link: KnownLink, charge: str) -> BookedPayment:
    reference = Link(charge) if link.internal_id == PLANNED else InternalId(link.internal_id)
    return BookedPayment(reference, RecordType(link.record_type), is_ours=link.payload_hash is not None)


def _has_another_source(refund: Refund, link: KnownLink | None, put_back: Mapping[str, list[str]]) -> bool:
    """Whether a refund of a cash sale takes what an earlier refund that failed put back, as a customer payment (E3)."""
    if link is not None:
        return link.record_type == RecordType.CUSTOMER_REFUND.value and refund.charge in put_back
    return refund.charge in put_back
