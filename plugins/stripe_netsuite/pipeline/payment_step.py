"""Load step 4: charges that moved money (ACCOUNTING D1 to D7), held or released by their metadata (G1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import Link, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Invoice, InvoicePayment
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.pipeline.amendment import settle_changes
from stripe_netsuite.pipeline.invoice_room import InvoiceRoom, read_room
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.late_application import apply_late
from stripe_netsuite.pipeline.linking import Named, link_transactions
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates
from stripe_netsuite.pipeline.staged import cut, invoice_payments, pending, read_objects, sound_ledger
from stripe_netsuite.pipeline.summaries import read_summary_ids
from stripe_netsuite.pipeline.summary_step import Summaries
from stripe_netsuite.pipeline.unapplying import unapply_failed
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.books import ONE_OFF_ITEM, Books
from stripe_netsuite.transform.control import held
from stripe_netsuite.transform.invoice import finalisation_of
from stripe_netsuite.transform.money_back import BookedPayment, failed_payment_from_charge
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting
from stripe_netsuite.transform.payment import customer_payment_from_charge
from stripe_netsuite.transform.summary import WAITS_FOR_SUMMARY, failed_in_summary

_METADATA_KEYS = (
    ("netsuite_customer_payment_id", RecordType.CUSTOMER_PAYMENT),
    ("netsuite_cash_sale_id", RecordType.CASH_SALE),
    ("netsuite_customer_deposit_id", RecordType.CUSTOMER_DEPOSIT),
)


def load_payments(step: Step) -> None:
    """Book charges that moved money, applied to the invoices that they paid; settle the invoice payments."""
    summaries = Summaries(step)
    for batch in cut(pending(step, "charge", Charge)):
        candidates = summaries.set_aside(_candidates(step, batch), {charge.id: charge for _, charge in batch})
        if any(Link(ONE_OFF_ITEM) in record.references for one in candidates for record in one.records):
            load_shared_items(step, {ONE_OFF_ITEM})
        load_candidates(step, candidates)
    summaries.book()
    _settle_invoice_payments(step)
    settle_changes(step, RecordType.CUSTOMER_PAYMENT)


def _candidates(step: Step, batch: Sequence[tuple[PendingObject, Charge]]) -> list[Candidate]:
    charges = [charge for _, charge in batch]
    ledger = sound_ledger(
        step, [one for c in charges for one in (c.balance_transaction, c.failure_balance_transaction) if one]
    )
    summed = read_summary_ids(step, [charge.id for charge in charges])
    alone = [charge for charge in charges if charge.id not in summed]
    dead = link_transactions(step, [one for c in alone if (one := named_payment(c))])
    links = step.links(charge.id for charge in charges)
    refused = unapply_failed(step, [c for c in alone if c.status == "failed"], links)
    payments = _payments_by_charge(step, charges)
    invoices = read_objects(step, "invoice", Invoice, {p.invoice for each in payments.values() for p in each})
    room = read_room(step, links, payments, invoices)
    unbooked = _unbooked(step, invoices)
    candidates: list[Candidate] = []
    for row, charge in batch:
        paid = [invoices[p.invoice] for p in payments[charge.id] if p.invoice in invoices]
        link = links.get((charge.id, Role.MAIN))
        finding = dead.get(charge.id)
        is_held = (
            None
            if link
            else held(charge.metadata, "charge", charge.id, step.books, [invoice.metadata for invoice in paid])
        )
        outcome: Outcome
        if finding is not None:
            outcome = Waiting(finding.code, (finding,))
        elif charge.id in summed:
            outcome = _in_summary(step.books, charge, summed[charge.id], ledger, is_booked=link is not None)
        elif charge.id in refused:
            outcome = Waiting("record_change_refused")
        elif is_held is not None:
            outcome = is_held
        else:
            outcome = _outcome(step.books, charge, ledger, payments[charge.id], unbooked, room, links)
        candidates.append(
            Candidate(
                "charge",
                row.stripe_id,
                row.content_hash,
                outcome,
                charge.balance_transaction,
                Money(charge.amount_captured, charge.currency),
            )
        )
    return candidates


def _in_summary(
    books: Books, charge: Charge, summary_id: str, ledger: Mapping[str, BalanceTransaction], *, is_booked: bool
) -> Outcome:
    """F12: a charge that was summed up stays so, whatever policy says now; if it fails, that is booked for itself (D6)."""
    if not is_booked:
        return Waiting(WAITS_FOR_SUMMARY)
    if charge.failure_balance_transaction is None:
        return Booked(())
    failure = ledger.get(charge.failure_balance_transaction)
    if failure is None:
        return Waiting("waiting_on_balance_transaction")
    return failed_in_summary(charge, summary_id, failure, books) if failure.source == charge.id else Booked(())


def _outcome(
    books: Books,
    charge: Charge,
    ledger: Mapping[str, BalanceTransaction],
    paid: Sequence[InvoicePayment],
    unbooked: frozenset[str],
    room: InvoiceRoom,
    links: Mapping[tuple[str, Role], KnownLink],
) -> Outcome:
    link = links.get((charge.id, Role.MAIN))
    if link is not None and books.unapplied_payment == "daily_summary":
        books = replace(books, unapplied_payment="unapplied")  # booked under another policy, and on its own
    outcome = customer_payment_from_charge(
        charge, ledger.get(charge.balance_transaction or ""), paid, unbooked, books, room.of(charge.id)
    )
    if not isinstance(outcome, Booked):
        return outcome
    room.take(charge.id, outcome.records)
    records = outcome.records
    if link is not None and (charge.id, Role.INVOICE) not in links:
        # Booked under another policy: an invoice now would never be paid.
        records = tuple(record for record in records if record.role is not Role.INVOICE)
    if charge.failure_balance_transaction is None:
        return Booked(records, outcome.findings)
    return _with_failure(charge, ledger.get(charge.failure_balance_transaction), Booked(records), link, books)


def _with_failure(
    charge: Charge, transaction: BalanceTransaction | None, booked: Booked, link: KnownLink | None, books: Books
) -> Outcome:
    """D6: the reversal that the ledger writes on the charge itself; where it names a refund object, that is booked."""
    if transaction is None:
        return Waiting("waiting_on_balance_transaction")
    if transaction.source != charge.id:
        return booked
    kind = RecordType(link.record_type) if link else booked.records[-1].record_type
    back = failed_payment_from_charge(
        charge, transaction, BookedPayment(Link(charge.id), kind, is_ours=_is_ours(link)), books
    )
    if not isinstance(back, Booked):
        return back
    return Booked((*booked.records, *back.records))


def _is_ours(link: KnownLink | None) -> bool:
    return link is None or link.payload_hash is not None


def named_payment(charge: Charge) -> Named | None:
    """Return the record that the charge's metadata says stands for it already (D7); None where it moved no money."""
    if charge.balance_transaction is None:
        return None
    for key, record_type in _METADATA_KEYS:
        if charge.metadata.get(key):
            return Named(charge.id, charge.metadata[key], record_type, f"Metadata {key}")
    return None


def _payments_by_charge(step: Step, charges: Sequence[Charge]) -> dict[str, list[InvoicePayment]]:
    by_target = invoice_payments(step, [target for c in charges for target in (c.payment_intent, c.id) if target])
    return {
        c.id: [p for target in (c.payment_intent, c.id) if target for p in by_target.get(target, ())] for c in charges
    }


def _unbooked(step: Step, invoices: Mapping[str, Invoice]) -> frozenset[str]:
    """Return the invoices that a rule keeps out of NetSuite for good, and that nobody linked."""
    linked = {stripe_id for stripe_id, _ in step.links(invoices)}
    return frozenset(
        invoice.id
        for invoice in invoices.values()
        if invoice.id not in linked
        and (finalised_at := finalisation_of(invoice)) is not None
        and step.books.is_before_start(finalised_at)
    )


def _settle_invoice_payments(step: Step) -> None:
    """An invoice payment is booked as the application of its charge's payment, now or when it was booked."""
    for batch in cut(pending(step, "invoice_payment", InvoicePayment)):
        apply_late(step, [payment for _, payment in batch])
        load_candidates(
            step,
            [
                Candidate("invoice_payment", row.stripe_id, row.content_hash, Booked((), _paid_outside(step, payment)))
                for row, payment in batch
            ],
        )


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
