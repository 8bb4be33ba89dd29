"""Dispute that moved money → credit memo and customer refund; won, by policy → invoice and payment (ACCOUNTING E4, E5).

Only its ledger lines say what it moved: an inquiry, a dispute that is lost, opened again or appealed books nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money, convert
from stripe_netsuite.domain.netsuite_record import Application, InvoiceRecord, Link, Record, SaleLine
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute
from stripe_netsuite.transform.booking import header, hold
from stripe_netsuite.transform.books import DISPUTE_ITEM, Books
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.given_back import (
    GivenBack,
    PaymentNow,
    Standing,
    credit_lines,
    item_line,
    refund_records,
    reinstated_payment,
    split,
)
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting

_RATE_DECIMALS = Decimal("1E-10")


@dataclass(frozen=True, slots=True)
class _Moves:
    """The dispute's ledger lines: what was withdrawn, what came back, and what no rule foresees."""

    withdrawn: BalanceTransaction | None
    returned: BalanceTransaction | None
    beyond: tuple[BalanceTransaction, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A dispute, what it took, and what it is judged by."""

    dispute: Dispute
    taken: Money
    charge: Charge
    payment: PaymentNow
    standing: Standing
    books: Books


def dispute_from_stripe(
    dispute: Dispute,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge | None,
    payment: PaymentNow | None,
    standing: Standing,
    books: Books,
) -> Outcome:
    """Return the records of a dispute. Arguments are those of `refund_from_stripe`."""
    lines = [ledger.get(one.id) for one in dispute.balance_transactions]
    if None in lines:
        return Waiting("waiting_on_balance_transaction")
    moves = _moves([line for line in lines if line is not None])
    if moves.withdrawn is None:
        return Excluded(f"E4: {dispute.status}, no funds were withdrawn")
    returned = moves.returned if books.dispute_won == "reopen" else None
    if books.is_before_start(moves.withdrawn.created):
        if returned is None or books.is_before_start(returned.created):
            return Excluded("A7: before the sync start date")
        return _before_start(dispute, books)
    if charge is None or (payment is None and not standing.is_refund_booked):
        if charge is not None and books.is_before_start(charge.created):
            return _before_start(dispute, books)
        return Waiting("waiting_on_payment")
    case = _Case(dispute, _amount(dispute, moves.withdrawn), charge, payment or PaymentNow(), standing, books)
    records = _withdrawal(case, moves.withdrawn)
    reopened = () if returned is None else _reopening(case, returned)
    if isinstance(records, Waiting):
        return records
    if isinstance(reopened, Waiting):
        return reopened
    return Booked((*records, *reopened), _moved_again(dispute, moves, books))


def _lines(case: _Case, amount: Money) -> tuple[SaleLine, ...]:
    """Return the lines to credit (E4): the invoice's, or one on the dispute item by policy.

    Always the dispute item where another amount is disputed than was paid: which lines that is about, nobody knows.
    """
    books = case.books
    if books.dispute_item == "dispute_item" or case.taken.minor != case.charge.amount_captured:
        return (item_line(amount, books, DISPUTE_ITEM),)
    return credit_lines(amount, case.payment.applied, replace(books, partial_refund="pro_rata"), DISPUTE_ITEM)


def settled_rate(transaction: BalanceTransaction, amount: Money, books: Books) -> Decimal | None:
    """Return the rate of this ledger line (D4): Stripe's, or where that does not give its amount, the line's own.

    Each leg of a dispute is converted on its own day, so that more may go than came; the line's amount is what counts.
    """
    if transaction.currency != books.base_currency or amount.currency == books.base_currency:
        return None
    rate = books.settlement_rate(transaction, amount.currency)
    settled = abs(transaction.gross_money)
    if rate is not None and abs((convert(amount, rate, settled.currency) - settled).minor) <= 1:
        return rate
    return (settled.major / amount.major).quantize(_RATE_DECIMALS)


def _moves(lines: Sequence[BalanceTransaction]) -> _Moves:
    ordered = sorted(lines, key=lambda line: (line.created, line.id))
    withdrawn = [line for line in ordered if line.reporting_category == "dispute" and line.amount < 0]
    returned = [line for line in ordered if line.reporting_category == "dispute_reversal" and line.amount > 0]
    return _Moves(
        withdrawn[0] if withdrawn else None,
        returned[0] if returned else None,
        (*withdrawn[1:], *returned[1:]),
    )


def _withdrawal(case: _Case, transaction: BalanceTransaction) -> tuple[Record, ...] | Waiting:
    """E4: as a refund of the disputed amount."""
    if case.standing.is_refund_booked:
        return ()
    given = _given_back(case, transaction, f"Dispute: {case.dispute.reason or 'no reason given'}")
    if isinstance(given, Waiting):
        return given
    return refund_records(
        given,
        case.payment,
        lambda amount: _lines(case, amount),
        case.books,
        is_memo_named=case.standing.is_memo_named,
    )


def _reopening(case: _Case, returned: BalanceTransaction) -> tuple[Record, ...] | Waiting:
    """E5 `reopen`: the credited lines are billed again, and the money that came back pays them."""
    given = _given_back(case, returned, "Dispute won")
    if isinstance(given, Waiting):
        return given
    dispute, books = case.dispute, case.books
    given = replace(given, refund_fields=books.extra_fields("customer_payment", dispute))
    _, credited = split(case.taken, case.payment.unapplied)
    if not credited.minor:
        return (reinstated_payment(given, Role.REOPENED, books),)
    invoice = InvoiceRecord(
        stripe_id=dispute.id,
        external_id=external_id(dispute.id, Role.REBILLED),
        role=Role.REBILLED,
        tran_date=given.head.tran_date,
        original_date=given.head.original_date,
        memo=given.head.memo,
        currency=given.head.currency,
        currency_id=given.head.currency_id,
        subsidiary_id=given.head.subsidiary_id,
        customer=given.customer,
        lines=_lines(case, credited),
        total=credited.major,
        receivable_account_id=books.receivable_account_id,
        custom_fields=books.extra_fields("invoice", dispute),
    )
    paid = Application(document=Link(dispute.id, Role.REBILLED), amount=min(credited.major, given.amount.major))
    return (invoice, reinstated_payment(given, Role.REOPENED, books, (paid,)))


def _amount(dispute: Dispute, transaction: BalanceTransaction) -> Money:
    """A1: in one currency the ledger line is the amount; in another, it was converted from the dispute's."""
    if transaction.currency == dispute.currency:
        return abs(transaction.gross_money)
    return Money(dispute.amount, dispute.currency)


def _given_back(case: _Case, transaction: BalanceTransaction, note: str) -> GivenBack | Waiting:
    dispute, books = case.dispute, case.books
    head = header(books, "dispute", dispute.id, books.date_of(transaction.created), dispute.currency, note)
    if isinstance(head, Waiting):
        return head
    amount = _amount(dispute, transaction)
    return GivenBack(
        stripe_id=dispute.id,
        amount=amount,
        customer=customer_link(books, case.charge.customer),
        head=head,
        exchange_rate=settled_rate(transaction, amount, books),
        memo_fields=books.extra_fields("credit_memo", dispute),
        refund_fields=books.extra_fields("customer_refund", dispute),
    )


def _before_start(dispute: Dispute, books: Books) -> Waiting | Excluded:
    if books.pre_start == "summary":
        return Excluded("A7: its charge is older than the sync start date; its payout has it in summary")
    return hold(
        books,
        "dispute",
        dispute.id,
        "payment_before_sync_start",
        "Its charge or its withdrawal is older than the sync start date and has no record to follow (A7).",
        found=f"charge {dispute.charge}",
        suggestion="Book the customer refund by hand and name it in the dispute's metadata: netsuite_customer_refund_id.",
    )


def _moved_again(dispute: Dispute, moves: _Moves, books: Books) -> tuple[Finding, ...]:
    """Two movements are the rule; whatever a bank does beyond them is for a person to book."""
    if not moves.beyond:
        return ()
    return (
        Finding(
            code="dispute_moved_again",
            severity=Severity.CRITICAL,
            stage="load",
            stripe_account=books.stripe_account,
            object_type="dispute",
            stripe_id=dispute.id,
            message="The dispute moved money more often than once out and once in; only the first of each is booked.",
            found=", ".join(f"{line.id} {line.gross_money}" for line in moves.beyond),
            suggestion="Book these movements by hand, and the deposit of their payout with them.",
        ),
    )
