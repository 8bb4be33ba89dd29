"""How much the invoices of a batch still take, as NetSuite says it (ACCOUNTING D3); payments take it one after another.

A payment that is booked already is not fitted again: its room is what it is applied to now, and what is still to come
of its money into what its invoices have open (`late_application`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import CustomerPaymentRecord, Link, Record, RecordType
from stripe_netsuite.domain.stripe_object import Invoice, InvoicePayment
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.netsuite_api.read_back import lookup_applications, lookup_transactions
from stripe_netsuite.pipeline.earlier_claims import Claims, read_claims
from stripe_netsuite.pipeline.loading import PLANNED, Step


@dataclass(slots=True)
class InvoiceRoom:
    """Minor units by Stripe invoice: what is left for new payments, and what booked ones are applied to."""

    left: dict[str, int] = field(default_factory=dict)
    booked: dict[str, dict[str, int]] = field(default_factory=dict)
    claims: Claims = field(default_factory=Claims)
    payments_by_charge: Mapping[str, Sequence[InvoicePayment]] = field(default_factory=dict)

    def of(self, charge_id: str) -> Mapping[str, int]:
        """Return the room that a charge's payment has."""
        if charge_id in self.booked:
            return self.booked[charge_id]
        return self.claims.room(self.left, self.payments_by_charge.get(charge_id, ()))

    def take(self, charge_id: str, records: Iterable[Record]) -> None:
        """Take what the records of a new payment are applied to."""
        if charge_id in self.booked:
            return
        self.claims.settle(self.payments_by_charge.get(charge_id, ()))
        for record in records:
            if not isinstance(record, CustomerPaymentRecord):
                continue
            for part in record.applications:
                if isinstance(part.document, Link) and part.document.stripe_id in self.left:
                    taken = Money.from_major(part.amount, record.currency).minor
                    self.left[part.document.stripe_id] -= taken


def read_room(
    step: Step,
    links: Mapping[tuple[str, Role], KnownLink],
    payments_by_charge: Mapping[str, Sequence[InvoicePayment]],
    invoices: Mapping[str, Invoice],
) -> InvoiceRoom:
    """Ask NetSuite what is open of the invoices that new payments pay, and what the booked ones are applied to."""
    invoice_links = {
        stripe_id: link.internal_id
        for (stripe_id, role), link in step.links(invoices).items()
        if role is Role.MAIN and link.record_type == RecordType.INVOICE.value
    }
    room = InvoiceRoom(
        _left(step, invoice_links, invoices),
        claims=read_claims(step, invoices),
        payments_by_charge=payments_by_charge,
    )
    booked = {
        charge: links[charge, Role.MAIN].internal_id
        for charge, paid in payments_by_charge.items()
        if paid and (charge, Role.MAIN) in links
    }
    room.booked = _booked(step, booked, invoice_links, payments_by_charge, room.left)
    return room


def _left(step: Step, invoice_links: Mapping[str, str], invoices: Mapping[str, Invoice]) -> dict[str, int]:
    states = lookup_transactions(step.services.netsuite, {one for one in invoice_links.values() if one != PLANNED})
    left: dict[str, int] = {}
    for stripe_id, internal_id in invoice_links.items():
        invoice = invoices[stripe_id]
        state = states.get(internal_id)
        if internal_id == PLANNED:
            left[stripe_id] = invoice.total
        elif state is not None:
            left[stripe_id] = Money.from_major(state.foreign_unpaid or Decimal(0), invoice.currency).minor
    return left


def _booked(
    step: Step,
    payment_links: Mapping[str, str],
    invoice_links: Mapping[str, str],
    payments_by_charge: Mapping[str, Sequence[InvoicePayment]],
    left: Mapping[str, int],
) -> dict[str, dict[str, int]]:
    ids = {one for one in payment_links.values() if one != PLANNED}
    states = lookup_transactions(step.services.netsuite, ids) if ids else {}
    applications = lookup_applications(step.services.netsuite, ids) if ids else {}
    booked: dict[str, dict[str, int]] = {}
    for charge, internal_id in payment_links.items():
        state = states.get(internal_id)
        booked[charge] = {}
        if state is None or not state.foreign_unused:
            # Nothing of it is unapplied, wherever it was applied to: no invoice is short of room.
            continue
        now = dict(applications.get(internal_id, ()))
        unused = state.foreign_unused
        for paid in payments_by_charge[charge]:
            if paid.invoice in invoice_links:
                applied = Money.from_major(now.get(invoice_links[paid.invoice], Decimal(0)), paid.currency).minor
                to_come = min(left.get(paid.invoice, 0), Money.from_major(unused, paid.currency).minor)
                unused -= Money(to_come, paid.currency).major
                booked[charge][paid.invoice] = applied + to_come
    return booked
