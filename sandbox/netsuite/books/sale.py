"""Invoices, credit memos, cash sales and cash refunds: item lines to income accounts, the total to receivables or money.

Invoice: debit receivables, credit income and tax. Credit memo: the reverse. A cash sale debits the money account
instead of receivables. Line amounts come in as the document shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import header, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.apply_line import apply_again, apply_lines
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.document import starting_status
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.money import check_money_account, payment_account, receivables_account
from sandbox.netsuite.books.revenue import write_elements
from sandbox.netsuite.books.sale_line import SaleLine, sale_lines
from sandbox.netsuite.books.tax import Tax, taxes


def post_invoice(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post an invoice, then put back the applications that an edit had to undo (`kept`)."""
    head = header.customer_header(books, draft, customer_field="entity")
    account = receivables_account(books, draft.body, "account")
    _post(books, draft, head, sign=1, account=account, status=Status("A", "Open"), is_document=True)
    apply_again(books, kept)


def post_credit_memo(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post a credit memo, apply it as its `apply` lines say, and put back the refunds made from it."""
    head = header.customer_header(books, draft, customer_field="entity")
    account = receivables_account(books, draft.body, "account")
    _post(books, draft, head, sign=-1, account=account, status=Status("A", "Open"), is_document=True)
    apply_lines(books, draft, head, sources=("CustInvc",))
    apply_again(books, kept)


def post_cash_sale(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - never applied
    """Post a sale paid at once, into undeposited funds or a bank."""
    _post_cash(books, draft, sign=1)


def post_cash_refund(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - never applied
    """Post the refund of a cash sale, out of undeposited funds or a bank."""
    _post_cash(books, draft, sign=-1)


def _post_cash(books: Books, draft: Draft, *, sign: int) -> None:
    head = header.customer_header(books, draft, customer_field="entity")
    account = payment_account(books, draft.body)
    check_money_account(books, account, head)
    status = starting_status(books, account)
    _post(books, draft, head, sign=sign, account=account, status=status, is_document=False)


def _post(
    books: Books, draft: Draft, head: Header, *, sign: int, account: int, status: Status, is_document: bool
) -> None:
    entered = sale_lines(books, head, draft.body)
    found = taxes(books, head, draft.body, entered, sign=sign)
    total = sum((line.amount for line in entered), ZERO) + sum((tax.amount for tax in found), ZERO)
    if total < 0:
        raise errors.user_error(errors.NEGATIVE_TOTAL)
    bases = _base_amounts(head, entered)
    posted = [_posted(line, base, sign) for line, base in zip(entered, bases, strict=True)]
    posted += [_tax_line(head, tax, sign) for tax in found]
    base_total = -sum((line.base for line in posted), ZERO)
    main = Line(account=account, foreign=sign * total, base=base_total)
    ledger.write(books, head, [main, *posted], status, control=main if is_document else None)
    write_elements(books, head, entered, sign=sign)


def _posted(line: SaleLine, base: Decimal, sign: int) -> Line:
    return Line(
        account=line.account,
        foreign=-sign * line.amount,
        base=-sign * base,
        memo=line.memo,
        item=line.sold.id,
        quantity=-sign * line.quantity if line.quantity is not None else None,
        rate=line.rate,
        columns=line.columns,
    )


def _tax_line(head: Header, tax: Tax, sign: int) -> Line:
    return Line(
        account=tax.code.account,
        foreign=-sign * tax.amount,
        base=-sign * head.to_base(tax.amount),
        memo=tax.code.name,
        is_tax=True,
        columns={"sandbox_tax_code": tax.code.id},
    )


def _base_amounts(head: Header, entered: Sequence[SaleLine]) -> list[Decimal]:
    """Base amounts by line. A non-posting discount posts nothing itself: it reduces the line it stands under."""
    amounts: list[Decimal] = []
    reduced = 0
    for index, line in enumerate(entered):
        if line.account is None and line.amount != ZERO:
            amounts.append(ZERO)
            amounts[reduced] += head.to_base(line.amount)
        else:
            amounts.append(head.to_base(line.amount))
            reduced = index
    return amounts
