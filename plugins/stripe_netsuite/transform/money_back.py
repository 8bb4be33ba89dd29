"""Money that leaves a booked payment again, straight from it: failed payments, refunds of cash sales.

ACCOUNTING D2 (what the payment was booked as decides), D6. Refunds of customer payments and deposits are in `refund`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stripe_netsuite.domain.cash_record import CashRefundRecord
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CustomerRefundRecord,
    Link,
    Record,
    RecordType,
    Reference,
    SaleLine,
)
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Refund
from stripe_netsuite.transform.booking import Header, header
from stripe_netsuite.transform.books import ONE_OFF_ITEM, PARTIAL_REFUND_ITEM, Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting
from stripe_netsuite.transform.refund import with_return


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """What stands for a charge: which record, and as what. `is_ours` is false where somebody else entered it (D7)."""

    reference: Reference
    record_type: RecordType
    is_ours: bool = True


def money_back_outcome(
    refund: Refund,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge,
    payment: BookedPayment | None,
    books: Books,
) -> Outcome | None:
    """Return what is booked of a refund here, and of what came back of it; None leaves it to the other refunds.

    `ledger` holds the refund's ledger lines by id.
    """
    transaction = ledger.get(refund.balance_transaction or "")
    if transaction is None:
        return None
    category = transaction.reporting_category
    is_cash_sale = payment is not None and payment.record_type is RecordType.CASH_SALE
    if category not in ("partial_capture_reversal", "charge_failure") and not is_cash_sale:
        return None
    return with_return(_went_back(refund, transaction, charge, payment, books), refund, ledger, charge, books)


def _went_back(
    refund: Refund, transaction: BalanceTransaction, charge: Charge, payment: BookedPayment | None, books: Books
) -> Outcome:
    category = transaction.reporting_category
    if books.is_before_start(transaction.created):
        return Excluded("A7: before the sync start date")
    if payment is None:
        return Waiting("waiting_on_payment")
    if category == "partial_capture_reversal":
        # D5: the payment is booked at what was captured; its deposit line nets both ledger lines.
        return Booked(())
    if category == "charge_failure" and transaction.source == charge.id:
        # The ledger names the charge: what it takes back is booked under the charge's id.
        return Booked(())
    note = failure_note(charge) if category == "charge_failure" else refund.reason or ""
    head = header(books, "refund", refund.id, books.date_of(transaction.created), refund.currency, note)
    if isinstance(head, Waiting):
        return head
    amount = Money(refund.amount, refund.currency)
    return Booked((_record(refund, Role.MAIN, amount, head, transaction, charge, payment, books),))


def failed_payment_from_charge(
    charge: Charge, transaction: BalanceTransaction, payment: BookedPayment, books: Books
) -> Outcome:
    """Return the refund of a payment that its bank refused, where the ledger names the charge and no refund (D6)."""
    head = header(books, "charge", charge.id, books.date_of(transaction.created), charge.currency, failure_note(charge))
    if isinstance(head, Waiting):
        return head
    amount = Money(charge.amount_captured, charge.currency)
    return Booked((_record(charge, Role.FAILED, amount, head, transaction, charge, payment, books),))


def failure_note(charge: Charge) -> str:
    """Return why the payment failed, in Stripe's code and words."""
    reason = ": ".join(part for part in (charge.failure_code, charge.failure_message) if part)
    return f"Payment failed: {reason or 'no reason given'}"


def _record(
    source: Refund | Charge,
    role: Role,
    amount: Money,
    head: Header,
    transaction: BalanceTransaction,
    charge: Charge,
    payment: BookedPayment,
    books: Books,
) -> Record:
    rate = books.settlement_rate(transaction, amount.currency)
    if payment.record_type is RecordType.CASH_SALE:
        item = ONE_OFF_ITEM if payment.is_ours else PARTIAL_REFUND_ITEM
        return CashRefundRecord(
            stripe_id=source.id,
            external_id=external_id(source.id, role),
            role=role,
            tran_date=head.tran_date,
            original_date=head.original_date,
            memo=head.memo,
            currency=head.currency,
            currency_id=head.currency_id,
            subsidiary_id=head.subsidiary_id,
            customer=customer_link(books, charge.customer),
            lines=(
                SaleLine(
                    item=Link(item),
                    amount=amount.major,
                    quantity=1,
                    description="Refund",
                    account_id=books.income_account_id,
                ),
            ),
            total=amount.major,
            undeposited_funds_account_id=books.undeposited_funds_account_id,
            exchange_rate=rate,
            payment_method=books.payment_method,
            custom_fields=books.extra_fields("customer_refund", source),
        )
    part = (Application(document=payment.reference, amount=amount.major),)
    is_deposit = payment.record_type is RecordType.CUSTOMER_DEPOSIT
    return CustomerRefundRecord(
        stripe_id=source.id,
        external_id=external_id(source.id, role),
        role=role,
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=head.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        customer=customer_link(books, charge.customer),
        total=amount.major,
        undeposited_funds_account_id=books.undeposited_funds_account_id,
        receivable_account_id=books.receivable_account_id,
        applications=() if is_deposit else part,
        deposits=part if is_deposit else (),
        exchange_rate=rate,
        payment_method=books.payment_method,
        custom_fields=books.extra_fields("customer_refund", source),
    )
