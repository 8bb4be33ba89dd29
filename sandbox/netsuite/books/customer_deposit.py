"""Customer deposits and their applications.

Deposit: debit undeposited funds or a bank, credit Customer Deposits. Application: debit Customer Deposits, credit
receivables, at the deposit's own rate; it then pays an invoice or a refund like any credit document.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import header, ledger
from sandbox.netsuite.books.amounts import ZERO, exact, stored
from sandbox.netsuite.books.application import Application, apply_document, document, refresh
from sandbox.netsuite.books.apply_line import apply_again, plan_lines, selected
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.document import Document, settle, starting_status
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.kinds import DEPOSIT_APPLICATION
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.link import link
from sandbox.netsuite.books.money import check_money_account, payment_account, receivables_account
from sandbox.netsuite.books.reference import special_account
from sandbox.netsuite.books.segments import check_mandatory
from sandbox.netsuite.jsontext import encode
from sandbox.netsuite.reading import Reader


def post_customer_deposit(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - used by applications
    """Post a customer deposit. Raises the refusals of a payment, and Links sum to more if it becomes less than used."""
    head = header.customer_header(books, draft, customer_field="customer")
    check_mandatory(books, head.segments)
    amount = draft.body.amount("payment", head.currency.precision)
    if amount is None:
        raise errors.missing_value("Payment Amount")
    if amount < 0:
        raise errors.user_error(errors.NEGATIVE_PAYMENT)
    if amount == 0:
        raise errors.out_of_range("0.0", "payment")
    account = payment_account(books, draft.body)
    check_money_account(books, account, head)
    base = head.to_base(amount)
    held = Line(special_account(books, "CustDep"), -amount, -base)
    ledger.write(books, head, [Line(account, amount, base), held], starting_status(books, account), control=held)
    used = books.rows("SELECT amount, base FROM sandbox_deposit_use WHERE deposit = ?", (draft.id,))
    own = document(books, draft.id)
    taken = sum((exact(row["amount"]) for row in used), ZERO)
    if own is not None and taken:
        if taken > own.total:
            raise errors.user_error(errors.OVER_LINKED)
        settle(books, own, amount=taken, base=sum((exact(row["base"]) for row in used), ZERO))
        refresh(books, draft.id)


def post_deposit_application(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post the application of a customer deposit to the invoices of its `apply` lines; its total is their sum."""
    deposit = _deposit(books, draft.body)
    body = Reader(
        {**draft.body.body, "customer": {"id": str(deposit.entity)}, "currency": {"id": str(deposit.currency)}}
    )
    own = Draft(draft.id, draft.kind, body, draft.external_id, draft.keeps_period)
    head = header.customer_header(books, own, customer_field="customer", rate=deposit.rate)
    account = receivables_account(books, body)
    if not selected(body):
        raise errors.user_error(errors.NO_VALID_LINE)
    plan = plan_lines(books, head, body, account=account, sources=("CustInvc", "CustRfnd"), limit=deposit.remaining)
    amount = sum((part for _, part in plan), ZERO)
    if amount > deposit.remaining:
        raise errors.user_error(errors.OVER_APPLIED)
    if amount == ZERO:
        raise errors.user_error(errors.NO_VALID_LINE)
    _post(books, head, deposit, amount, account, maker=None)
    applied = document(books, draft.id)
    for found, part in plan:
        if applied is not None:
            applied = apply_document(books, found, applied, part)
    apply_again(books, kept)


def make_application(books: Books, maker: Draft, head: Header, deposit: Document, amount: Decimal) -> Document:
    """The application NetSuite makes by itself when a refund or a payment uses a deposit; a record of its own.

    An edit of the maker gives the application of the same deposit its old internal id again (`Draft.made`).
    """
    known = maker.made.get(deposit.id)
    number = known if known is not None else books.next_id("transaction")
    own_head = Header(
        id=number,
        kind=DEPOSIT_APPLICATION,
        tran_date=head.tran_date,
        period_id=head.period_id,
        subsidiary=head.subsidiary,
        base=head.base,
        currency=head.currency,
        rate=deposit.rate,
        entity=deposit.entity,
    )
    if known is None:
        body = {"customer": {"id": str(deposit.entity)}, "deposit": {"id": str(deposit.id)}}
        books.insert(
            "sandbox_record",
            {
                "family": "transaction",
                "id": number,
                "type": DEPOSIT_APPLICATION.name,
                "body": encode(body).decode(),
                "created": books.stamp,
                "modified": books.stamp,
            },
        )
    _post(books, own_head, deposit, amount, receivables_account(books, maker.body), maker=maker.id)
    made = document(books, number)
    if made is None:
        raise errors.invalid_field(deposit.id, "doc", path="deposit")
    return made


def unmake(books: Books, maker: int) -> dict[int, int]:
    """Take back the applications that a transaction made; returns their ids by deposit (their records stay)."""
    made: dict[int, int] = {}
    for row in books.rows("SELECT * FROM sandbox_deposit_use WHERE maker = ?", (maker,)):
        release(books, row["application"])
        ledger.erase(books, row["application"])
        made[row["deposit"]] = row["application"]
    return made


def forget(books: Books, made: dict[int, int]) -> None:
    """Delete the records of made applications that were not made again."""
    for number in made.values():
        if books.row('SELECT 1 FROM "transaction" WHERE id = ?', (number,)) is None:
            books.execute("DELETE FROM sandbox_record WHERE family = 'transaction' AND id = ?", (number,))


def release(books: Books, application: int) -> None:
    """Give a deposit back what one application took from it."""
    row = books.row("SELECT * FROM sandbox_deposit_use WHERE application = ?", (application,))
    if row is None:
        return
    books.execute("DELETE FROM sandbox_deposit_use WHERE application = ?", (application,))
    books.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ? AND linktype = 'DepAppl'", (application,))
    deposit = document(books, row["deposit"])
    if deposit is not None:
        settle(books, deposit, amount=-exact(row["amount"]), base=-exact(row["base"]))
        refresh(books, deposit.id)


def is_used(books: Books, deposit: int) -> bool:
    """Whether an application takes from a customer deposit."""
    return books.row("SELECT 1 FROM sandbox_deposit_use WHERE deposit = ? LIMIT 1", (deposit,)) is not None


def is_made(books: Books, application: int) -> bool:
    """Whether NetSuite made an application for a refund or payment, which alone can change it."""
    query = "SELECT 1 FROM sandbox_deposit_use WHERE application = ? AND maker IS NOT NULL"
    return books.row(query, (application,)) is not None


def _post(books: Books, head: Header, deposit: Document, amount: Decimal, account: int, *, maker: int | None) -> None:
    base = deposit.base_share(amount, head.base.precision)
    control = Line(account, -amount, -base)
    lines = [control, Line(deposit.receivables_account, amount, base)]
    ledger.write(books, head, lines, Status("A", "Not Applied"), control=control)
    books.insert(
        "sandbox_deposit_use",
        {
            "deposit": deposit.id,
            "application": head.id,
            "maker": maker,
            "amount": stored(amount),
            "base": stored(base),
        },
    )
    link(books, previous=(deposit.id, "CustDep"), following=(head.id, "DepAppl"), kind="DepAppl", amount=amount)
    settle(books, deposit, amount=amount, base=base)
    refresh(books, deposit.id)


def _deposit(books: Books, body: Reader) -> Document:
    number = body.reference("deposit")
    if number is None:
        raise errors.missing_value("Deposit")
    found = document(books, number)
    if found is None or found.kind.code != "CustDep":
        raise errors.invalid_field(number, "deposit", path="deposit")
    return found
