"""Customer payments and customer refunds.

Payment: debit the account (undeposited funds or a bank), credit receivables, the unapplied part included.
Refund: debit receivables, credit the account; a customer deposit is refunded through an application of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import customer_deposit, header, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application, apply_document, document
from sandbox.netsuite.books.apply_line import Plan, apply_again, plan_lines, selected
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.document import Document, starting_status
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line
from sandbox.netsuite.books.money import check_money_account, payment_account, receivables_account
from sandbox.netsuite.books.reference import special_account
from sandbox.netsuite.books.segments import check_mandatory
from sandbox.netsuite.reading import Reader


def post_payment(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post a customer payment, apply it with the credits and deposits it names, put back the refunds made from it."""
    body = draft.body
    head = header.customer_header(books, draft, customer_field="customer")
    check_mandatory(books, head.segments)
    receivables = receivables_account(books, body)
    credits_, deposits = _offered(books, head, body, receivables)
    amount = _payment_amount(head, body, credits_ + deposits)
    account = payment_account(books, body)
    check_money_account(books, account, head)
    base = head.to_base(amount)
    control = Line(receivables, -amount, -base)
    status = starting_status(books, account)
    ledger.write(books, head, [Line(account, amount, base), control], status, control=control)
    if body.flag("autoApply"):
        _apply_oldest_first(books, draft, head)
    elif selected(body):
        _apply(books, draft, head, credits_, deposits)
    elif credits_ or deposits:
        raise errors.user_error(errors.OVER_APPLIED)
    apply_again(books, kept)


def post_refund(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - a refund is never a source
    """Post a customer refund of credit memos, unapplied payments and customer deposits; its total is their sum."""
    body = draft.body
    head = header.customer_header(books, draft, customer_field="customer")
    check_mandatory(books, head.segments)
    account = body.reference("account")
    if account is None:
        raise errors.missing_value("Account")
    check_money_account(books, account, head)
    receivables = receivables_account(books, body)
    planned = plan_lines(
        books, head, body, account=receivables, sources=("CustCred", "CustPymt"), limit=None, sublist="apply"
    )
    deposits = _deposits(books, head, body)
    amount = sum((part for _, part in (*planned, *deposits)), ZERO)
    if not amount:
        raise errors.user_error(errors.NO_VALID_LINE)
    base = head.to_base(amount)
    control = Line(receivables, amount, base)
    ledger.write(
        books, head, [Line(account, -amount, -base), control], starting_status(books, account), control=control
    )
    own = document(books, draft.id)
    for found, part in planned:
        own = _used(own, books, found, part)
    for found, part in deposits:
        own = _used(own, books, customer_deposit.make_application(books, draft, head, found, part), part)


def _used(own: Document | None, books: Books, found: Document, part: Decimal) -> Document | None:
    return apply_document(books, found, own, part) if own is not None else None


def _offered(books: Books, head: Header, body: Reader, receivables: int) -> tuple[Plan, Plan]:
    """What a payment brings besides money: credit memos and customer deposits."""
    memos: Plan = []
    if body.lines("credit"):
        memos = plan_lines(books, head, body, account=receivables, sources=("CustCred",), limit=None, sublist="credit")
    return memos, _deposits(books, head, body)


def _deposits(books: Books, head: Header, body: Reader) -> Plan:
    if not body.lines("deposit"):
        return []
    held = special_account(books, "CustDep")
    return plan_lines(books, head, body, account=held, sources=("CustDep",), limit=None, sublist="deposit")


def _payment_amount(head: Header, body: Reader, offered: Plan) -> Decimal:
    """`payment`, or what the apply lines need beyond credits. Refuses zero (seen live) and less."""
    amount = body.amount("payment", head.currency.precision)
    if amount is None:
        needed = (line.amount("amount", head.currency.precision) or ZERO for line in selected(body))
        amount = sum(needed, ZERO) - sum((part for _, part in offered), ZERO)
    if amount < 0:
        raise errors.user_error(errors.NEGATIVE_PAYMENT)
    if amount == 0:
        raise errors.out_of_range("0.0", "payment")
    return amount


def _apply(books: Books, draft: Draft, head: Header, memos: Plan, deposits: Plan) -> None:
    """Pay the apply lines: credit memos first, then deposits, then the payment itself (the order is assumed)."""
    own = document(books, draft.id)
    if own is None:
        return
    offered = sum((part for _, part in (*memos, *deposits)), ZERO)
    limit = own.remaining + offered
    plan = plan_lines(books, head, draft.body, account=own.receivables_account, sources=("CustInvc",), limit=limit)
    total = sum((part for _, part in plan), ZERO)
    if offered and (total > limit or offered > total):
        raise errors.not_in_balance(total, own.total, sum((part for _, part in memos), ZERO),
                                    sum((part for _, part in deposits), ZERO))  # fmt: skip
    if total > limit:
        raise errors.user_error(errors.OVER_APPLIED)
    payers = [*memos]
    payers += [(customer_deposit.make_application(books, draft, head, found, part), part) for found, part in deposits]
    payers.append((own, own.remaining))
    _pay(books, draft.id, plan, payers)


def _pay(books: Books, payment: int, plan: Plan, payers: Plan) -> None:
    """Give each invoice its amount from the payers in their order."""
    queue = [*payers]
    for invoice, wanted in plan:
        left, found = wanted, invoice
        while left > 0:
            payer, available = queue[0]
            part = min(left, available)
            if part > 0:
                maker = None if payer.id == payment else payment
                payer = apply_document(books, found, payer, part, maker=maker)
                left -= part
                if left > 0:
                    found = document(books, invoice.id) or found
            queue[0] = (payer, available - part)
            if queue[0][1] == 0 and len(queue) > 1:
                queue.pop(0)


def _apply_oldest_first(books: Books, draft: Draft, head: Header) -> None:
    if draft.body.lines("apply"):
        raise errors.user_error(errors.AMBIGUOUS_AUTO_APPLY)
    own = document(books, draft.id)
    rows = books.rows(
        "SELECT id FROM \"transaction\" WHERE type = 'CustInvc' AND entity = ? AND currency = ? "
        "AND sandbox_control = ? AND sandbox_subsidiary = ? AND foreignamountunpaid > 0 ORDER BY trandate, id",
        (head.entity, head.currency.id, own.receivables_account if own is not None else None, head.subsidiary),
    )
    for row in rows:
        found = document(books, row["id"])
        if found is None or own is None or own.remaining == ZERO:
            return
        own = apply_document(books, found, own, min(found.remaining, own.remaining))
