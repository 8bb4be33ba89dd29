"""Apply a payment that was booked before Stripe told which invoice it pays (ACCOUNTING D2, D6).

Bank debits are booked when they begin and pay their invoice when the bank has answered; a payment may also be attached
to an invoice later. Both sides must still have room: what a person has done meanwhile stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Charge, InvoicePayment
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.amendment import amend, change_refused
from stripe_netsuite.pipeline.loading import PLANNED, Step
from stripe_netsuite.pipeline.staged import read_objects
from stripe_netsuite.staging.payload_search import charges_of_intents


def apply_late(step: Step, payments: Sequence[InvoicePayment]) -> None:
    """Apply those of the paid invoice payments whose invoice is open and whose payment is not used up in NetSuite."""
    paid = [one for one in payments if one.status == "paid" and one.amount_paid]
    invoices = _internal_ids(step, {one.invoice for one in paid}, RecordType.INVOICE)
    states = _states(step, invoices)
    due = [one for one in paid if _left(states.get(invoices.get(one.invoice, ""))) > 0]
    if not due:
        return
    charge_by_payment = _charges(step, due)
    records = _internal_ids(step, set(charge_by_payment.values()), RecordType.CUSTOMER_PAYMENT)
    payment_states = _states(step, records)
    left = {internal_id: _left(state) for internal_id, state in states.items()}
    unused = {internal_id: state.foreign_unused or Decimal(0) for internal_id, state in payment_states.items()}
    for one in due:
        charge = charge_by_payment.get(one.id, "")
        payment_id, invoice_id = records.get(charge, ""), invoices[one.invoice]
        amount = min(
            Money(one.amount_paid or 0, one.currency).major, left[invoice_id], unused.get(payment_id, Decimal(0))
        )
        if amount <= 0:
            continue
        line = {"doc": {"id": invoice_id}, "apply": True, "amount": amount}
        body = {"customer": {"id": payment_states[payment_id].entity_id}, "apply": {"items": [line]}}
        why = f"Stripe says that it pays invoice {one.invoice}."
        refusal = partial(change_refused, step, charge, RecordType.CUSTOMER_PAYMENT, payment_id, why)
        if amend(step, charge, RecordType.CUSTOMER_PAYMENT, payment_id, body, refusal):
            left[invoice_id] -= amount
            unused[payment_id] -= amount


def _charges(step: Step, payments: Sequence[InvoicePayment]) -> dict[str, str]:
    """Return the charge that made each invoice payment: of its intent's charges the one that succeeded."""
    intents = {one.payment.payment_intent for one in payments if one.payment.payment_intent}
    with step.services.engine.connect() as connection:
        by_intent = charges_of_intents(connection, step.account.id, intents)
    charges = read_objects(step, "charge", Charge, {charge for each in by_intent.values() for charge in each})
    succeeded = {charge.payment_intent: charge.id for charge in charges.values() if charge.status == "succeeded"}
    found = {one.id: one.payment.charge or succeeded.get(one.payment.payment_intent) for one in payments}
    return {payment: charge for payment, charge in found.items() if charge is not None}


def _internal_ids(step: Step, stripe_ids: set[str], record_type: RecordType) -> dict[str, str]:
    return {
        stripe_id: link.internal_id
        for (stripe_id, role), link in step.links(stripe_ids).items()
        if role is Role.MAIN and link.record_type == record_type.value and link.internal_id != PLANNED
    }


def _states(step: Step, internal_id_by_stripe_id: Mapping[str, str]) -> dict[str, TransactionState]:
    ids = set(internal_id_by_stripe_id.values())
    return lookup_transactions(step.services.netsuite, ids) if ids else {}


def _left(state: TransactionState | None) -> Decimal:
    return Decimal(0) if state is None or state.is_voided else state.foreign_unpaid or Decimal(0)
