"""Of the payments that one invoice was paid with, the earlier ones go first, whenever they are loaded (ACCOUNTING D3).

Stripe has told of all of them; one whose charge is not booked yet keeps its room, so that a later payment is the one too
many in any order of loading.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.stripe_object import Charge, InvoicePayment
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.staged import invoice_payments, read_objects
from stripe_netsuite.staging.payload_search import charges_of_intents


@dataclass(slots=True)
class Claims:
    """Paid invoice payments whose charge is not booked, by invoice, where it has several."""

    by_invoice: dict[str, list[InvoicePayment]] = field(default_factory=dict)

    def room(self, left: Mapping[str, int], payments: Sequence[InvoicePayment]) -> dict[str, int]:
        """Return what is left of each invoice for these payments of one charge, in minor units."""
        ids = {one.id for one in payments}
        first = {one.invoice: one for one in sorted(payments, key=_order, reverse=True)}
        return dict(left) | {
            invoice: left[invoice] - self.before(one, ids) for invoice, one in first.items() if invoice in left
        }

    def before(self, payment: InvoicePayment, but: Collection[str] = ()) -> int:
        """Return what earlier payments claim of this one's invoice, in minor units, without those of ids `but`."""
        claims = self.by_invoice.get(payment.invoice, ())
        return sum(one.amount_paid or 0 for one in claims if _order(one) < _order(payment) and one.id not in but)

    def settle(self, payments: Sequence[InvoicePayment]) -> None:
        """Forget the claims of a charge that has taken its room."""
        ids = {one.id for one in payments}
        for invoice in {one.invoice for one in payments} & self.by_invoice.keys():
            self.by_invoice[invoice] = [one for one in self.by_invoice[invoice] if one.id not in ids]


def read_claims(step: Step, invoices: Collection[str]) -> Claims:
    """Return what payments that Stripe took, and that are not booked, claim of these invoices.

    What was paid outside Stripe claims nothing: it has no charge, and is never booked (C8).
    """
    shared = {
        invoice: claims
        for invoice, payments in invoice_payments(step, invoices).items()
        if len(claims := [one for one in payments if one.status == "paid" and _target(one)]) > 1
    }
    if not shared:
        return Claims()
    booked = _booked(step, [one for claims in shared.values() for one in claims])
    return Claims({invoice: [one for one in claims if one.id not in booked] for invoice, claims in shared.items()})


def _booked(step: Step, payments: Sequence[InvoicePayment]) -> set[str]:
    intents = {one.payment.payment_intent for one in payments if one.payment.payment_intent}
    with step.services.engine.connect() as connection:
        by_intent = charges_of_intents(connection, step.account.id, intents)
    tried = read_objects(step, "charge", Charge, {charge for each in by_intent.values() for charge in each})
    succeeded = {charge.payment_intent: charge.id for charge in tried.values() if charge.balance_transaction}
    charge_by_payment = {one.id: one.payment.charge or succeeded.get(one.payment.payment_intent) for one in payments}
    links = step.links({charge for charge in charge_by_payment.values() if charge})
    return {payment for payment, charge in charge_by_payment.items() if charge and (charge, Role.MAIN) in links}


def _target(one: InvoicePayment) -> str | None:
    return one.payment.payment_intent or one.payment.charge


def _order(one: InvoicePayment) -> tuple[int, bool, int, str]:
    # Of the same second, the invoice's own payment comes before one that was attached.
    return one.status_transitions.paid_at or one.created, not one.is_default, one.created, one.id
