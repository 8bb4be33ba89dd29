"""Invoices and credit memos: item lines to income accounts, discounts under their line, the total to receivables.

Invoice: debit receivables, credit income. Credit memo: the reverse. Line amounts come in as the document shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books import application, header, ledger
from sandbox.netsuite.books.amounts import ZERO, rounded
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.settlement import apply_lines
from sandbox.netsuite.jsontext import decode_stored
from sandbox.netsuite.reading import Reader


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line as entered: `amount` positive for a sale; `account` None for a non-posting discount."""

    item: int
    amount: Decimal
    account: int | None
    quantity: Decimal | None
    rate: Decimal | None
    memo: str | None
    columns: dict[str, Any]
    is_discount: bool


def post_invoice(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post an invoice, then put back the applications that an edit had to undo (`kept`)."""
    head = header.customer_header(books, draft, customer_field="entity")
    _post(books, draft, head, sign=1)
    for part in kept:
        application.apply(books, source=part.source, target=part.target, amount=part.amount)
    application.refresh(books, draft.id)


def post_credit_memo(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post a credit memo, apply it as its `apply` lines say, and put back the refunds made from it."""
    head = header.customer_header(books, draft, customer_field="entity")
    _post(books, draft, head, sign=-1)
    apply_lines(books, draft, head, sources=("CustInvc",))
    for part in kept:
        if part.source == draft.id:
            application.apply(books, source=part.source, target=part.target, amount=part.amount)
    application.refresh(books, draft.id)


def sale_lines(books: Books, head: Header, body: Reader) -> list[SaleLine]:
    """The lines of the item sublist with amounts worked out and accounts found."""
    found: list[SaleLine] = []
    for line in body.lines("item"):
        found.append(_line(books, head, line, found))
    return found


def _post(books: Books, draft: Draft, head: Header, *, sign: int) -> None:
    entered = sale_lines(books, head, draft.body)
    if not entered:
        raise errors.user_error(errors.NO_VALID_LINE)
    _check_discounts(entered)
    total = sum((line.amount for line in entered), ZERO)
    if total < 0:
        raise errors.user_error(errors.NEGATIVE_TOTAL)
    posted = [
        Line(
            account=line.account,
            foreign=-sign * line.amount,
            base=-sign * base,
            memo=line.memo,
            item=line.item,
            quantity=-sign * line.quantity if line.quantity is not None else None,
            rate=line.rate,
            columns=line.columns,
        )
        for line, base in zip(entered, _base_amounts(head, entered), strict=True)
    ]
    base_total = -sum((line.base for line in posted), ZERO)
    account = draft.body.reference("account") or header.special_account(books, "AcctRec")
    _check_receivable(books, account)
    main = Line(account=account, foreign=sign * total, base=base_total)
    ledger.write(books, head, [main, *posted], Status("A", "Open"))


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


def _check_discounts(entered: Sequence[SaleLine]) -> None:
    discounts = [line for line in entered if line.is_discount]
    if {line.account is None for line in discounts} == {True, False}:
        raise errors.user_error(errors.MIXED_DISCOUNTS)
    if discounts and entered[0].is_discount:
        raise errors.user_error(errors.DISCOUNT_EXCEEDS)


def _check_receivable(books: Books, account: int) -> None:
    row = books.row("SELECT accttype FROM account WHERE id = ?", (account,))
    if row is None or row["accttype"] != "AcctRec":
        raise errors.invalid_field(account, "account", path="account")


def _line(books: Books, head: Header, line: Reader, above: Sequence[SaleLine]) -> SaleLine:
    item = line.reference("item")
    if item is None:
        raise errors.missing_value("Item")
    row = books.row("SELECT * FROM item WHERE id = ?", (item,))
    if row is None or not _sold_by(books, item, head.subsidiary):
        raise errors.invalid_field(item, "item", path=line.place("item"))
    stored_item = books.row("SELECT body FROM sandbox_record WHERE family = 'item' AND id = ?", (item,))
    definition = decode_stored(stored_item["body"]) if stored_item is not None else {}
    is_discount = row["itemtype"] == "Discount"
    quantity = line.number("quantity")
    rate = line.number("rate")
    amount = line.amount("amount", head.currency.precision)
    if amount is None:
        amount = _amount(head, definition, quantity, rate, above, is_discount=is_discount)
    account = _account(definition, is_discount=is_discount)
    if account is None and not is_discount and amount != ZERO:
        raise errors.user_error(errors.ITEM_WITHOUT_ACCOUNT)
    _check_rev_rec(line)
    return SaleLine(
        item=item,
        amount=amount,
        account=account,
        quantity=None if is_discount else (quantity if quantity is not None else Decimal(1)),
        rate=rate,
        memo=line.text("description") or _display(row),
        columns=_segments(line),
        is_discount=is_discount,
    )


def _display(row: Row) -> str:
    return str(row["displayname"] or row["itemid"])


def _segments(line: Reader) -> dict[str, Any]:
    named = {name: line.reference(name) for name in ("department", "class", "location")}
    return {**{name: value for name, value in named.items() if value is not None}, **line.custom("custcol_")}


def _amount(
    head: Header,
    definition: dict[str, Any],
    quantity: Decimal | None,
    rate: Decimal | None,
    above: Sequence[SaleLine],
    *,
    is_discount: bool,
) -> Decimal:
    """The amount where the line gives none: quantity times rate, or the discount item's own rate."""
    precision = head.currency.precision
    if not is_discount:
        if rate is None:
            raise errors.missing_value("Amount")
        return rounded(rate * (quantity if quantity is not None else 1), precision)
    given = rate if rate is not None else definition.get("rate")
    if given is None:
        raise errors.missing_value("Amount")
    text = str(given)
    try:
        if text.endswith("%"):
            share = Decimal(text[:-1]) / 100
            return rounded(share * (above[-1].amount if above else ZERO), precision)
        return rounded(Decimal(text), precision)
    except InvalidOperation as error:
        raise errors.invalid_value("rate") from error


def _account(definition: dict[str, Any], *, is_discount: bool) -> int | None:
    """Where the item posts: deferred revenue before income; a discount to its own account or nowhere."""
    if is_discount and definition.get("nonPosting"):
        return None
    names = ("account",) if is_discount else ("deferredRevenueAccount", "incomeAccount")
    for name in names:
        if definition.get(name) is not None:
            return int(definition[name]["id"])
    return None


def _sold_by(books: Books, item: int, subsidiary: int) -> bool:
    """Whether the item is offered in the subsidiary: named itself, or a parent that includes its children."""
    offered = {
        row["subsidiary"]: row["includechildren"] == "T"
        for row in books.rows("SELECT * FROM sandbox_item_subsidiary WHERE item = ?", (item,))
    }
    if subsidiary in offered:
        return True
    current: int | None = subsidiary
    while current is not None:
        row = books.row("SELECT parent FROM subsidiary WHERE id = ?", (current,))
        current = row["parent"] if row is not None else None
        if current is not None and offered.get(current):
            return True
    return False


def _check_rev_rec(line: Reader) -> None:
    start, end = line.day("revRecStartDate"), line.day("revRecEndDate")
    if start is not None and end is not None and end < start:
        raise errors.user_error("The revenue recognition end date must not be before the start date.")
