"""Apply a payment that was booked before Stripe told which invoice it pays (ACCOUNTING D2, D6).

Bank debits are booked when they begin and pay their invoice when the bank has answered; a payment may also be attached
to an invoice later. Both sides must still have room: what a person has done meanwhile stands. The payment is then what it
would be, had Stripe told at once.
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
from stripe_netsuite.pipeline.earlier_claims import read_claims
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
    charges_by_payment = _charges(step, due)
    every = {charge for charges in charges_by_payment.values() for charge in charges}
    records = _internal_ids(step, every, RecordType.CUSTOMER_PAYMENT)
    payment_states = _states(step, records)
    charges = read_objects(step, "charge", Charge, records)
    claims = read_claims(step, {one.invoice for one in due})
    left = {internal_id: _left(state) for internal_id, state in states.items()}
    unused = {internal_id: state.foreign_unused or Decimal(0) for internal_id, state in payment_states.items()}
    for one in due:
        charge = next((charge for charge in charges_by_payment[one.id] if unused.get(records.get(charge, ""))), "")
        payment_id, invoice_id = records.get(charge, ""), invoices[one.invoice]
        room = left[invoice_id] - Money(claims.before(one), one.currency).major
        amount = min(Money(one.amount_paid or 0, one.currency).major, room, unused.get(payment_id, Decimal(0)))
        if amount <= 0:
            continue
        line = {"doc": {"id": invoice_id}, "apply": True, "amount": amount}
        state = payment_states[payment_id]
        memo = _memo(state.memo, charges.get(charge))
        body = {"customer": {"id": state.entity_id}, "apply": {"items": [line]}, **memo}
        why = f"Stripe says that it pays invoice {one.invoice}."
        refusal = partial(change_refused, step, charge, RecordType.CUSTOMER_PAYMENT, payment_id, why)
        if amend(step, charge, RecordType.CUSTOMER_PAYMENT, payment_id, body, refusal):
            left[invoice_id] -= amount
            unused[payment_id] -= amount


def _memo(memo: str, charge: Charge | None) -> dict[str, str]:
    """Take out of the memo what it says of a payment without an invoice (D2), unless somebody changed it."""
    description = " ".join((charge.description or "").split()) if charge else ""
    if charge is None or not description or not memo.startswith(f"Stripe: {charge.id} | {description}"):
        return {}
    return {"memo": memo.replace(f" | {description}", "", 1)}


def _charges(step: Step, payments: Sequence[InvoicePayment]) -> dict[str, list[str]]:
    """Return the charges that may have made each invoice payment: of its intent's charges those that succeeded.

    One whose payload retention dropped does not tell; its payment does, which is used up where its bank refused it.
    """
    intents = {one.payment.payment_intent for one in payments if one.payment.payment_intent}
    with step.services.engine.connect() as connection:
        by_intent = charges_of_intents(connection, step.account.id, intents)
    charges = read_objects(step, "charge", Charge, {charge for each in by_intent.values() for charge in each})
    failed = {charge.id for charge in charges.values() if charge.status != "succeeded"}
    return {
        one.id: [one.payment.charge]
        if one.payment.charge
        else [charge for charge in by_intent.get(one.payment.payment_intent or "", ()) if charge not in failed]
        for one in payments
    }


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
