"""Load steps 3 to 5: invoices (C1 to C3), customer payments (D1, D2, D4), refunds (E1, E2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TypeVar

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import Link, RecordType, SaleLine
from stripe_netsuite.domain.stripe_object import Charge, Invoice, InvoicePayment, Refund
from stripe_netsuite.netsuite_api.read_back import lookup_applications
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.loading import PLANNED, Candidate, Step, batches, load_candidates
from stripe_netsuite.pipeline.staged import paid_invoices, pending, read_objects, sound_ledger
from stripe_netsuite.staging.links import links_by_internal_id
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.books import PARTIAL_REFUND_ITEM
from stripe_netsuite.transform.invoice import finalisation_of, invoice_from_stripe, sale_lines
from stripe_netsuite.transform.outcome import Booked, Waiting
from stripe_netsuite.transform.payment import customer_payment_from_charge
from stripe_netsuite.transform.refund import applied_invoices, refund_from_stripe

_BATCH = 500
Kind = TypeVar("Kind")


def load_invoices(step: Step) -> None:
    """Book finalised invoices."""
    candidates = (
        Candidate(
            "invoice",
            row.stripe_id,
            row.content_hash,
            invoice_from_stripe(invoice, step.books),
            money=Money(invoice.total, invoice.currency),
        )
        for row, invoice in pending(step, "invoice", Invoice)
    )
    for batch in batches(candidates):
        load_candidates(step, batch)


def load_payments(step: Step) -> None:
    """Book charges that moved money, applied to the invoices that they paid; settle the invoice payments."""
    for batch in _cut(pending(step, "charge", Charge)):
        charges = [charge for _, charge in batch]
        ledger = sound_ledger(step, [c.balance_transaction for c in charges if c.balance_transaction])
        targets = [target for c in charges for target in (c.payment_intent, c.id) if target]
        paid_by_target = paid_invoices(step, targets)
        paid = {
            c.id: [p for target in (c.payment_intent, c.id) if target for p in paid_by_target.get(target, ())]
            for c in charges
        }
        unbooked = _unbooked(step, {p.invoice for payments in paid.values() for p in payments})
        load_candidates(
            step,
            [
                Candidate(
                    "charge",
                    row.stripe_id,
                    row.content_hash,
                    customer_payment_from_charge(
                        charge, ledger.get(charge.balance_transaction or ""), paid[charge.id], unbooked, step.books
                    ),
                    charge.balance_transaction,
                    Money(charge.amount_captured, charge.currency),
                )
                for row, charge in batch
            ],
        )
    _settle_invoice_payments(step)


def load_refunds(step: Step) -> None:
    """Book refunds that moved money, after the payment's current application in NetSuite."""
    for batch in _cut(pending(step, "refund", Refund)):
        candidates = _refund_candidates(step, batch)
        if any(_uses_refund_item(candidate) for candidate in candidates):
            load_shared_items(step, {PARTIAL_REFUND_ITEM})
        load_candidates(step, candidates)


def _refund_candidates(step: Step, batch: Sequence[tuple[PendingObject, Refund]]) -> list[Candidate]:
    refunds = [refund for _, refund in batch]
    ledger = sound_ledger(step, [r.balance_transaction for r in refunds if r.balance_transaction])
    charges = read_objects(step, "charge", Charge, {r.charge for r in refunds if r.charge})
    links = step.links(charges)
    payment_by_charge = {stripe_id: link.internal_id for (stripe_id, role), link in links.items() if role is Role.MAIN}
    booked = [one for one in payment_by_charge.values() if one != PLANNED]
    applications = lookup_applications(step.services.netsuite, booked) if booked else {}
    lines = _lines_by_invoice_id(step, {document for rows in applications.values() for document, _ in rows})
    would_pay, would_mirror = _would_apply(step, charges, payment_by_charge)
    lines |= would_mirror
    candidates: list[Candidate] = []
    for row, refund in batch:
        payment_id = payment_by_charge.get(refund.charge or "")
        applied: Sequence[tuple[str, Decimal]] = applications.get(payment_id or "", ())
        if payment_id == PLANNED:
            applied = would_pay.get(refund.charge or "", ())
        outcome = refund_from_stripe(
            refund,
            ledger.get(refund.balance_transaction or ""),
            charges.get(refund.charge or ""),
            payment_id,
            applied_invoices(applied, refund.currency, lines),
            step.books,
        )
        candidates.append(
            Candidate(
                "refund",
                row.stripe_id,
                row.content_hash,
                outcome,
                refund.balance_transaction,
                Money(refund.amount, refund.currency),
            )
        )
    return candidates


def _lines_by_invoice_id(step: Step, internal_ids: set[str]) -> dict[str, tuple[SaleLine, ...]]:
    """Return the lines of those NetSuite invoices that we booked, by internal id."""
    with step.services.engine.connect() as connection:
        links = links_by_internal_id(connection, step.services.netsuite_account, RecordType.INVOICE, internal_ids)
    own = {
        internal_id: row.stripe_id
        for internal_id, rows in links.items()
        for row in rows
        if row.stripe_account == step.account.id
    }
    invoices = read_objects(step, "invoice", Invoice, set(own.values()))
    lines: dict[str, tuple[SaleLine, ...]] = {}
    for internal_id, stripe_id in own.items():
        if stripe_id in invoices:
            found = sale_lines(invoices[stripe_id], step.books)
            lines[internal_id] = () if isinstance(found, Waiting) else found
    return lines


def _would_apply(
    step: Step, charges: dict[str, Charge], payment_by_charge: dict[str, str]
) -> tuple[dict[str, list[tuple[str, Decimal]]], dict[str, tuple[SaleLine, ...]]]:
    """Dry run: payments that are only planned have no application in NetSuite; take those that they would get."""
    planned = [charge for charge in charges.values() if payment_by_charge.get(charge.id) == PLANNED]
    paid_by_target = paid_invoices(step, [t for c in planned for t in (c.payment_intent, c.id) if t]) if planned else {}
    paid = {c.id: [p for t in (c.payment_intent, c.id) if t for p in paid_by_target.get(t, ())] for c in planned}
    invoices = read_objects(step, "invoice", Invoice, {p.invoice for payments in paid.values() for p in payments})
    lines = {one: found for one, i in invoices.items() if not isinstance(found := sale_lines(i, step.books), Waiting)}
    applications = {
        charge_id: [(p.invoice, Money(p.amount_paid or 0, p.currency).major) for p in payments if p.invoice in lines]
        for charge_id, payments in paid.items()
    }
    return applications, lines


def _unbooked(step: Step, invoice_ids: set[str]) -> frozenset[str]:
    """Return the invoices that a rule keeps out of NetSuite for good, and that nobody linked."""
    linked = {stripe_id for stripe_id, _ in step.links(invoice_ids)}
    invoices = read_objects(step, "invoice", Invoice, invoice_ids - linked)
    return frozenset(
        invoice.id
        for invoice in invoices.values()
        if (finalised_at := finalisation_of(invoice)) is not None and step.books.is_before_start(finalised_at)
    )


def _settle_invoice_payments(step: Step) -> None:
    """An invoice payment is booked as the application of its charge's payment; nothing of its own is written."""
    for batch in batches(
        Candidate("invoice_payment", row.stripe_id, row.content_hash, Booked((), _paid_outside(step, payment)))
        for row, payment in pending(step, "invoice_payment", InvoicePayment)
    ):
        load_candidates(step, batch)


def _paid_outside(step: Step, payment: InvoicePayment) -> tuple[Finding, ...]:
    """Money that never was in Stripe has no charge, no balance transaction, and so no customer payment (A1)."""
    if payment.status != "paid" or payment.payment.type != "payment_record":
        return ()
    return (
        Finding(
            code="paid_outside_stripe",
            severity=Severity.WARNING,
            stage="load",
            stripe_account=step.account.id,
            object_type="invoice_payment",
            stripe_id=payment.id,
            message=f"Invoice {payment.invoice} was paid outside Stripe; in NetSuite it stays open.",
            found=str(Money(payment.amount_paid or 0, payment.currency)),
            suggestion="Enter the payment in NetSuite where the money arrived, and apply it to the invoice.",
        ),
    )


def _uses_refund_item(candidate: Candidate) -> bool:
    return any(Link(PARTIAL_REFUND_ITEM) in record.references for record in candidate.records)


def _cut(rows: Iterator[tuple[PendingObject, Kind]]) -> Iterator[list[tuple[PendingObject, Kind]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
