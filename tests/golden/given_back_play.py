"""Plays the golden cases of money that goes back: refunds, disputes, failed payments (ACCOUNTING D5, D6, E1 to E5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import InternalId, RecordType
from stripe_netsuite.domain.stripe_object import Charge, Dispute, Invoice, Refund
from stripe_netsuite.transform.control import blocked
from stripe_netsuite.transform.dispute import dispute_from_stripe
from stripe_netsuite.transform.given_back import PaymentNow, Standing, Unapplied, applied_invoices, unapplied_part
from stripe_netsuite.transform.invoice import sale_lines
from stripe_netsuite.transform.money_back import BookedPayment, failed_payment_from_charge, money_back_outcome
from stripe_netsuite.transform.other_system import linked_refund
from stripe_netsuite.transform.outcome import Waiting
from stripe_netsuite.transform.refund import refund_from_stripe
from stripe_netsuite.transform.summary import own_share
from tests.golden.answer import shown
from tests.golden.case import Case, Json
from tests.golden.other_modes_play import dispute_of_other_system, linked_roles


def play_money_back(case: Case) -> Json:
    """What leaves a booked payment without an invoice; without a refund the ledger names the charge itself."""
    charge = case.one("charge", Charge)
    payment: BookedPayment | None = None
    if "payment" in case.given:
        row = case.given["payment"]
        kind = RecordType(row["record_type"])
        payment = BookedPayment(InternalId(row["internal_id"]), kind, is_ours=row.get("is_ours", True))
    refund = case.first("refund", Refund)
    if refund is None:
        assert payment is not None
        (transaction,) = case.ledger.values()
        return shown(failed_payment_from_charge(charge, transaction, payment, case.books))
    waiting = blocked(refund.metadata, "refund", refund.id, case.books)
    outcome = money_back_outcome(refund, case.ledger, charge, payment, case.books)
    assert outcome is not None
    return shown(waiting or outcome)


def play_refund(case: Case) -> Json:
    if case.books.mode == "reconcile_only":
        return shown(linked_refund(case.one("refund", Refund), case.ledger, linked_roles(case.given), case.books))
    charge = case.first("charge", Charge)
    payment, standing = _position(case, charge, case.given)
    return shown(refund_from_stripe(case.one("refund", Refund), case.ledger, charge, payment, standing, case.books))


def play_dispute(case: Case) -> Json:
    """`given.later`: what the payment stands for at each further movement."""
    if case.books.mode == "reconcile_only":
        return dispute_of_other_system(case.one("dispute", Dispute), case.ledger, case.given, case.books)
    charge = case.first("charge", Charge)
    payment, standing = _position(case, charge, case.given)
    positions = [_position(case, charge, {**case.given, **changes}) for changes in case.given.get("later", [])]
    later = [(now or PaymentNow(), standing) for now, standing in positions]
    return shown(
        dispute_from_stripe(case.one("dispute", Dispute), case.ledger, charge, payment, standing, case.books, later)
    )


def _position(case: Case, charge: Charge | None, given: Json) -> tuple[PaymentNow | None, Standing]:
    """`given`: the payment's internal id, what it is applied to, and how much of it and of others is unapplied."""
    standing = Standing(is_refund_booked=given.get("is_booked", False), is_memo_named="credit_memo" in given)
    if given.get("payment") is None or charge is None:
        return None, standing
    lines = {}
    for invoice in case.all("invoice", Invoice):
        found = sale_lines(invoice, case.books)
        assert not isinstance(found, Waiting)
        lines[invoice.id] = found
    rows = [(one["invoice"], Decimal(one["amount"])) for one in given.get("payment_is_applied_to", [])]
    applied = applied_invoices(rows, charge.currency, lines)
    if "summary" in given:
        applied = own_share(charge, given["summary"], applied, case.books)
    put_back = [
        Unapplied(number, Money.from_major(Decimal(amount), charge.currency))
        for number, amount in given.get("put_back", {}).items()
    ]
    total = Money(charge.amount_captured - given.get("refunded_from_payment", 0), charge.currency)
    own = replace(unapplied_part(given["payment"], total, applied), is_deposit=given.get("is_deposit", False))
    return PaymentNow(applied, (*put_back, own)), standing
