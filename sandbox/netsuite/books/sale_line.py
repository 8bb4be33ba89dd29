"""The item lines of invoices, credit memos and cash sales: amounts worked out, accounts found, refusals raised.

Receives the body as entered (amounts positive for a sale) and gives one `SaleLine` a line, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import ZERO, rounded
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.reference import known, parent_subsidiaries
from sandbox.netsuite.books.revenue_dates import check_dates, check_template
from sandbox.netsuite.books.segments import line_segments
from sandbox.netsuite.reading import Reader


@dataclass(frozen=True, slots=True)
class SoldItem:
    """What a sale must know of an item. `offered`: subsidiaries, and whether their children are included."""

    id: int
    name: str
    is_discount: bool
    account: int | None
    deferred: int | None
    rate: str | None
    offered: dict[int, bool]
    tax_schedule: int | None
    tax_code: int | None
    revenue_rule: int | None

    @property
    def posting_account(self) -> int | None:
        """Where the item posts: deferred revenue before income; None for a non-posting discount."""
        return self.deferred if self.deferred is not None else self.account

    def is_sold_by(self, books: Books, subsidiary: int) -> bool:
        """Whether it is offered in the subsidiary: named itself, or a parent that includes its children."""
        if subsidiary in self.offered:
            return True
        return any(self.offered.get(parent) for parent in parent_subsidiaries(books, subsidiary))


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line as entered: `amount` positive for a sale; `account` None for a non-posting discount."""

    sold: SoldItem
    amount: Decimal
    quantity: Decimal | None
    rate: Decimal | None
    memo: str | None
    columns: dict[str, Any]
    body: Reader

    @property
    def account(self) -> int | None:
        """Where it posts."""
        return self.sold.posting_account

    @property
    def is_discount(self) -> bool:
        """Whether it is a discount item's line."""
        return self.sold.is_discount


def sale_lines(books: Books, head: Header, body: Reader) -> list[SaleLine]:
    """The lines of the item sublist with amounts worked out and accounts found."""
    found: list[SaleLine] = []
    for line in body.lines("item"):
        found.append(_line(books, head, line, found))
    if not found:
        raise errors.user_error(errors.NO_VALID_LINE)
    _check_discounts(found)
    return found


def sold_item(books: Books, item_id: int) -> SoldItem | None:
    """An item by internal id."""

    def read() -> SoldItem | None:
        row = books.row("SELECT * FROM item WHERE id = ?", (item_id,))
        if row is None:
            return None
        offered = {int(part.rstrip("+")): part.endswith("+") for part in row["sandbox_offered"].split(",") if part}
        return SoldItem(
            id=row["id"],
            name=str(row["displayname"] or row["itemid"]),
            is_discount=row["itemtype"] == "Discount",
            account=row["sandbox_account"],
            deferred=row["sandbox_deferred"],
            rate=row["sandbox_rate"],
            offered=offered,
            tax_schedule=row["sandbox_tax_schedule"],
            tax_code=row["sandbox_tax_code"],
            revenue_rule=row["sandbox_rule"],
        )

    return known(books, ("item", item_id), read)


def _check_discounts(entered: Sequence[SaleLine]) -> None:
    discounts = [line for line in entered if line.is_discount]
    if {line.account is None for line in discounts} == {True, False}:
        raise errors.user_error(errors.MIXED_DISCOUNTS)
    if discounts and entered[0].is_discount:
        raise errors.user_error(errors.DISCOUNT_EXCEEDS)
    for above, line in pairwise(entered):
        if line.is_discount and line.account is not None and above.body.has("revRecSchedule"):
            raise errors.user_error(errors.POSTING_DISCOUNT_ON_SCHEDULE)


def _line(books: Books, head: Header, line: Reader, above: Sequence[SaleLine]) -> SaleLine:
    item = line.reference("item")
    if item is None:
        raise errors.missing_value("Item")
    sold = sold_item(books, item)
    if sold is None or not sold.is_sold_by(books, head.subsidiary):
        raise errors.invalid_field(item, "item", path=line.place("item"))
    quantity = line.number("quantity")
    rate = line.number("rate")
    amount = line.amount("amount", head.currency.precision)
    if amount is None:
        amount = _amount(head, sold, quantity, rate, above)
    if sold.posting_account is None and not sold.is_discount and amount != ZERO:
        raise errors.user_error(errors.ITEM_WITHOUT_ACCOUNT)
    check_dates(line)
    check_template(books, line, sold.name, sold.deferred)
    return SaleLine(
        sold=sold,
        amount=amount,
        quantity=None if sold.is_discount else (quantity if quantity is not None else Decimal(1)),
        rate=rate,
        memo=line.text("description") or sold.name,
        columns=line_segments(books, head.segments, line),
        body=line,
    )


def _amount(
    head: Header, sold: SoldItem, quantity: Decimal | None, rate: Decimal | None, above: Sequence[SaleLine]
) -> Decimal:
    """The amount where the line gives none: quantity times rate, or the discount item's own rate."""
    precision = head.currency.precision
    if not sold.is_discount:
        if rate is None:
            raise errors.missing_value("Amount")
        return rounded(rate * (quantity if quantity is not None else 1), precision)
    given = str(rate) if rate is not None else sold.rate
    if given is None:
        raise errors.missing_value("Amount")
    try:
        if given.endswith("%"):
            share = Decimal(given[:-1]) / 100
            return rounded(share * (above[-1].amount if above else ZERO), precision)
        return rounded(Decimal(given), precision)
    except InvalidOperation as error:
        raise errors.invalid_value("rate") from error
