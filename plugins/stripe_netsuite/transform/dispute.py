"""Dispute that moved money → credit memo and customer refund; won, by policy → invoice and payment (ACCOUNTING E4, E5).

Only its ledger lines say what it moved: an inquiry, a dispute that is lost or appealed books nothing more. A bank may
take and give back several times, each time any part: every movement is booked, from the second on under a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from stripe_netsuite.domain.identity import Role, external_id, movement_id
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


Position = tuple[PaymentNow, Standing]
"""What the charge's payment stands for when a movement takes of it, and what stands for the movement already."""


@dataclass(frozen=True, slots=True)
class _Moves:
    """The dispute's ledger lines in their order: what was withdrawn, and what came back."""

    withdrawn: tuple[BalanceTransaction, ...]
    returned: tuple[BalanceTransaction, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A movement of a dispute, and what it is judged by. `positions`: of each movement up to this one."""

    dispute: Dispute
    moves: _Moves
    charge: Charge
    positions: tuple[Position, ...]
    books: Books

    @property
    def number(self) -> int:
        """The how-manieth movement it is."""
        return len(self.positions)

    @property
    def stripe_id(self) -> str:
        """What the records of this movement are linked by."""
        return movement_id(self.dispute.id, self.number)


def movement_count(dispute: Dispute, ledger: Mapping[str, BalanceTransaction], books: Books) -> int:
    """Return how often the dispute moved money, out and in together counting once; 0 while its lines are not read."""
    moves = _moves(dispute, ledger)
    if moves is None:
        return 0
    return max(len(moves.withdrawn), len(moves.returned) if books.dispute_won == "reopen" else 0)


def dispute_from_stripe(
    dispute: Dispute,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge | None,
    payment: PaymentNow | None,
    standing: Standing,
    books: Books,
    later: Sequence[Position] = (),
) -> Outcome:
    """Return the records of a dispute's first withdrawal and reinstatement. Arguments are those of `refund_from_stripe`.

    `later` says the same of the movements after it: with each one the next movement is booked as well.
    """
    moves = _moves(dispute, ledger)
    if moves is None:
        return Waiting("waiting_on_balance_transaction")
    if not moves.withdrawn:
        return Excluded(f"E4: {dispute.status}, no funds were withdrawn")
    booked = (*moves.withdrawn, *(moves.returned if books.dispute_won == "reopen" else ()))
    if books.is_before_start(moves.withdrawn[0].created):
        if all(books.is_before_start(line.created) for line in booked):
            return Excluded("A7: before the sync start date")
        return _before_start(dispute, books)
    if charge is None or (payment is None and not standing.is_refund_booked):
        if charge is not None and books.is_before_start(charge.created):
            return _before_start(dispute, books)
        return Waiting("waiting_on_payment")
    positions = ((payment or PaymentNow(), standing), *later)
    records: list[Record] = []
    for number in range(1, len(positions) + 1):
        case = _Case(dispute, moves, charge, positions[:number], books)
        for more in (_withdrawal(case), _reopening(case) if books.dispute_won == "reopen" else ()):
            if isinstance(more, Waiting):
                return more
            records.extend(more)
    return Booked(tuple(records))


def _lines(case: _Case, amount: Money) -> tuple[SaleLine, ...]:
    """Return the lines to credit (E4): the invoice's, or one on the dispute item by policy.

    Always the dispute item where another amount is disputed than was paid: which lines that is about, nobody knows.
    And where money is taken again that came back without an invoice of its own: the lines are credited already.
    """
    books = case.books
    is_whole = _amount(case.dispute, case.moves.withdrawn[0]).minor == case.charge.amount_captured
    is_again = case.number > 1 and books.dispute_won == "other_deposit"
    if books.dispute_item == "dispute_item" or is_again or not is_whole:
        return (item_line(amount, books, DISPUTE_ITEM),)
    return credit_lines(amount, case.positions[0][0].applied, replace(books, partial_refund="pro_rata"), DISPUTE_ITEM)


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


def _moves(dispute: Dispute, ledger: Mapping[str, BalanceTransaction]) -> _Moves | None:
    """Return the dispute's movements by the ledger; None while one of its lines is not read."""
    lines = [line for one in dispute.balance_transactions if (line := ledger.get(one.id)) is not None]
    if len(lines) < len(dispute.balance_transactions):
        return None
    ordered = sorted(lines, key=lambda line: (line.created, line.id))
    return _Moves(
        tuple(line for line in ordered if line.reporting_category == "dispute" and line.amount < 0),
        tuple(line for line in ordered if line.reporting_category == "dispute_reversal" and line.amount > 0),
    )


def _withdrawal(case: _Case) -> tuple[Record, ...] | Waiting:
    """E4: as a refund of the disputed amount."""
    payment, standing = case.positions[-1]
    if standing.is_refund_booked or case.number > len(case.moves.withdrawn):
        return ()
    reason = case.dispute.reason or "no reason given"
    given = _given_back(case, case.moves.withdrawn[case.number - 1], f"Dispute: {reason}")
    if isinstance(given, Waiting):
        return given
    return refund_records(
        given,
        payment,
        lambda amount: _lines(case, amount),
        case.books,
        is_memo_named=standing.is_memo_named,
    )


def _reopening(case: _Case) -> tuple[Record, ...] | Waiting:
    """E5 `reopen`: of the credited lines what came back is billed again, and the money that came back pays it."""
    if case.number > len(case.moves.returned):
        return ()
    given = _given_back(case, case.moves.returned[case.number - 1], "Dispute won")
    if isinstance(given, Waiting):
        return given
    dispute, books = case.dispute, case.books
    given = replace(given, refund_fields=books.extra_fields("customer_payment", dispute))
    billed = _to_bill_again(case)
    if not billed.minor:
        return (reinstated_payment(given, Role.REOPENED, books),)
    invoice = InvoiceRecord(
        stripe_id=given.stripe_id,
        external_id=external_id(given.stripe_id, Role.REBILLED),
        role=Role.REBILLED,
        tran_date=given.head.tran_date,
        original_date=given.head.original_date,
        memo=given.head.memo,
        currency=given.head.currency,
        currency_id=given.head.currency_id,
        subsidiary_id=given.head.subsidiary_id,
        customer=given.customer,
        lines=_lines(case, billed),
        total=billed.major,
        receivable_account_id=books.receivable_account_id,
        custom_fields=books.extra_fields("invoice", dispute),
    )
    paid = Application(document=Link(given.stripe_id, Role.REBILLED), amount=billed.major)
    return (invoice, reinstated_payment(given, Role.REOPENED, books, (paid,)))


def _to_bill_again(case: _Case) -> Money:
    """Return how much of what credit memos took and no reinstatement billed again yet this one brings back."""
    billed = credited = Money(0, case.dispute.currency)
    for number, (payment, _) in enumerate(case.positions):
        credited = credited - billed
        if number < len(case.moves.withdrawn):
            taken = _amount(case.dispute, case.moves.withdrawn[number])
            credited = credited + split(taken, payment.unapplied)[1]
        back = _amount(case.dispute, case.moves.returned[number])
        billed = min(credited, back, key=lambda money: money.minor)
    return billed


def _amount(dispute: Dispute, transaction: BalanceTransaction) -> Money:
    """A1: in one currency the ledger line is the amount; in another, it was converted from the dispute's."""
    if transaction.currency == dispute.currency:
        return abs(transaction.gross_money)
    return Money(dispute.amount, dispute.currency)


def _given_back(case: _Case, transaction: BalanceTransaction, note: str) -> GivenBack | Waiting:
    dispute, books = case.dispute, case.books
    note = note if case.number == 1 else f"{note} ({case.number})"
    head = header(books, "dispute", dispute.id, books.date_of(transaction.created), dispute.currency, note)
    if isinstance(head, Waiting):
        return head
    amount = _amount(dispute, transaction)
    return GivenBack(
        stripe_id=case.stripe_id,
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
