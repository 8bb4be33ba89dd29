"""Receivables documents: what each is worth, how much of it is applied, and the state that follows.

A *debit* document (invoice, customer refund) is settled by a *credit* document (payment, credit memo, deposit
application).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.netsuite.books.amounts import ZERO, exact, rounded, stored
from sandbox.netsuite.books.database import Books, Row, day_of
from sandbox.netsuite.books.kinds import KIND_BY_CODE, Kind
from sandbox.netsuite.books.ledger import Status
from sandbox.netsuite.books.reference import special_account


@dataclass(frozen=True, slots=True)
class Document:
    """A receivables document as the apply engine sees it; amounts are positive."""

    id: int
    kind: Kind
    entity: int
    subsidiary: int
    currency: int
    rate: Decimal
    day: date
    period_id: int
    receivables_account: int
    total: Decimal
    base_total: Decimal
    used: Decimal
    base_used: Decimal
    status: Status

    @property
    def remaining(self) -> Decimal:
        """What is not applied yet, in the document's currency."""
        return self.total - self.used

    @property
    def is_debit(self) -> bool:
        """Whether it is settled by a credit document."""
        return self.kind.side == "debit"

    def base_share(self, amount: Decimal, precision: int) -> Decimal:
        """The base amount an application uses up; the last one takes what is left, so that base reaches zero too."""
        if amount == self.remaining:
            return self.base_total - self.base_used
        return rounded(amount * self.rate, precision)


def document(books: Books, transaction_id: int) -> Document | None:
    """A receivables document, or None if the transaction is missing, voided or of another kind."""
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (transaction_id,))
    if row is None or row["sandbox_control"] is None:
        return None
    kind = KIND_BY_CODE[row["type"]]
    used, unused = _columns(kind)
    return Document(
        id=row["id"],
        kind=kind,
        entity=row["entity"],
        subsidiary=row["sandbox_subsidiary"],
        currency=row["currency"],
        rate=exact(row["exchangerate"]),
        day=day_of(row["trandate"]),
        period_id=row["postingperiod"],
        receivables_account=row["sandbox_control"],
        total=exact(row[used]) + exact(row[unused]),
        base_total=exact(row["sandbox_base"]),
        used=exact(row[used]),
        base_used=exact(row["sandbox_base_used"]),
        status=Status(row["status"], row["sandbox_status"]),
    )


def settle(books: Books, found: Document, *, amount: Decimal, base: Decimal) -> None:
    """Book `amount` more (or less) of a document as applied: header, receivables line, state."""
    used, remaining = found.used + amount, found.remaining - amount
    base_used = found.base_used + base
    status = _status(found, remaining=remaining)
    columns = _columns(found.kind)
    books.execute(
        f'UPDATE "transaction" SET {columns[0]} = ?, {columns[1]} = ?, sandbox_base_used = ?, status = ?, '  # noqa: S608 - fixed names
        "sandbox_status = ?, closedate = ? WHERE id = ?",
        (
            stored(used),
            stored(remaining),
            stored(base_used),
            status.letter,
            status.text,
            books.stamp if remaining == ZERO and found.is_debit else None,
            found.id,
        ),
    )
    # `+` keeps SQLite from the index of accounts, which would walk all receivables.
    line_columns = ("amountpaid", "amountunpaid") if found.is_debit else ("paymentamountused", "paymentamountunused")
    books.execute(
        f"UPDATE transactionaccountingline SET {line_columns[0]} = ?, {line_columns[1]} = ? "  # noqa: S608 - fixed names
        'WHERE "transaction" = ? AND +account = ?',
        (stored(base_used), stored(found.base_total - base_used), found.id, found.receivables_account),
    )


def refresh(books: Books, transaction_id: int) -> None:
    """Bring the state of a payment or refund up to date after it was deposited or freed; others are left alone."""
    row = books.row('SELECT id, type, voided FROM "transaction" WHERE id = ?', (transaction_id,))
    if row is None or row["voided"] == "T":
        return
    status = _money_status(books, row)
    if status is not None:
        statement = 'UPDATE "transaction" SET status = ?, sandbox_status = ? WHERE id = ?'
        books.execute(statement, (status.letter, status.text, transaction_id))


def starting_status(books: Books, account: int) -> Status:
    """The state of a new payment, deposit, cash sale or refund whose money goes to `account`."""
    is_waiting = account == special_account(books, "UnDepFunds")
    return Status("B", "Not Deposited") if is_waiting else Status("C", "Deposited")


def _status(found: Document, *, remaining: Decimal) -> Status:
    is_open = remaining != ZERO
    match found.kind.name:
        case "invoice":
            return Status("A", "Open") if is_open else Status("B", "Paid In Full")
        case "creditMemo":
            return Status("A", "Open") if is_open else Status("B", "Fully Applied")
        case "depositApplication":
            return Status("A", "Not Applied") if is_open else Status("B", "Fully Applied")
        case _:
            return found.status


def _money_status(books: Books, row: Row) -> Status | None:
    """Not Deposited or Deposited; a customer deposit that is used up says so before anything else (seen live)."""
    if row["type"] not in ("CustPymt", "CustRfnd", "CustDep", "CashSale", "CashRfnd"):
        return None
    if row["type"] == "CustDep":
        left = books.row('SELECT foreignpaymentamountunused AS n FROM "transaction" WHERE id = ?', (row["id"],))
        if left is not None and exact(left["n"]) == ZERO:
            return Status("D", "Fully Applied")
    if books.row("SELECT 1 FROM sandbox_deposited WHERE payment = ?", (row["id"],)) is not None:
        return Status("C", "Deposited")
    main = books.row(
        'SELECT account FROM transactionaccountingline WHERE "transaction" = ? AND transactionline = 0', (row["id"],)
    )
    return starting_status(books, int(main["account"])) if main is not None else None


def _columns(kind: Kind) -> tuple[str, str]:
    if kind.side == "debit":
        return "foreignamountpaid", "foreignamountunpaid"
    return "foreignpaymentamountused", "foreignpaymentamountunused"
