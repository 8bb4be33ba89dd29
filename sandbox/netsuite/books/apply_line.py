"""Apply lines: which documents a payment, credit memo, refund or deposit application names, and for how much.

Shared checks: the same customer (or, with Consolidated Payments, a sub-customer), currency, subsidiary and receivables
account; never more than remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application, apply_document, document
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.document import Document
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.reading import Reader

Plan = list[tuple[Document, Decimal]]
_MOST_LEVELS = 20


def selected(body: Reader, sublist: str = "apply") -> list[Reader]:
    """The lines of a sublist that are ticked (`apply` is taken as true where it is not said)."""
    return [line for line in body.lines(sublist) if line.flag("apply", default=True)]


def apply_lines(books: Books, draft: Draft, head: Header, *, sources: tuple[str, ...]) -> None:
    """Apply a posted payment, credit memo or deposit application as its `apply` lines say.

    Raises the documented refusals: a document that is not this customer's, another currency, more than remains.
    """
    if not draft.body.lines("apply"):
        return
    own = document(books, draft.id)
    if own is None:
        return
    plan = plan_lines(books, head, draft.body, account=own.receivables_account, sources=sources, limit=own.remaining)
    if sum((amount for _, amount in plan), ZERO) > own.remaining:
        raise errors.user_error(errors.OVER_APPLIED)
    for found, amount in plan:
        own = apply_document(books, found, own, amount)


def apply_again(books: Books, kept: Sequence[Application]) -> None:
    """Put back the applications that others made of a document that was posted anew."""
    for part in kept:
        source, target = document(books, part.source), document(books, part.target)
        if source is not None and target is not None:
            apply_document(books, source, target, part.amount, maker=part.maker)


def plan_lines(
    books: Books,
    head: Header,
    body: Reader,
    *,
    account: int,
    sources: tuple[str, ...],
    limit: Decimal | None,
    sublist: str = "apply",
) -> Plan:
    """The documents of the lines with the amount for each; a line without amount takes what it can up to `limit`."""
    planned: Plan = []
    left = limit
    for line in selected(body, sublist):
        found = _source(books, head, line, account=account, sources=sources)
        amount = line.amount("amount", head.currency.precision)
        if amount is None:
            amount = found.remaining if left is None else max(min(found.remaining, left), ZERO)
        if amount < 0:
            raise errors.out_of_range(amount, "amount")
        if amount == 0:
            continue
        if any(other.id == found.id for other, _ in planned):
            raise errors.user_error(errors.DUPLICATE_KEYS)
        if amount > found.remaining:
            raise errors.user_error(errors.OVER_LINKED)
        planned.append((found, amount))
        left = None if left is None else left - amount
    return planned


def pays_for(books: Books, payer: int | None, customer: int) -> bool:
    """Whether a customer's payment may pay another's invoice: its own, or with the feature a sub-customer's."""
    if payer == customer:
        return True
    if not books.options.features.consolidated_payments:
        return False
    current: int | None = customer
    for _ in range(_MOST_LEVELS):
        row = books.row("SELECT parent FROM customer WHERE id = ?", (current,))
        current = row["parent"] if row is not None else None
        if current is None:
            return False
        if current == payer:
            return True
    return False


def _source(books: Books, head: Header, line: Reader, *, account: int, sources: tuple[str, ...]) -> Document:
    number = line.reference("doc")
    if number is None:
        raise errors.missing_value("Apply: Doc")
    found = document(books, number)
    if found is None or found.kind.code not in sources:
        raise errors.invalid_field(number, "doc", path=line.place("doc"))
    if not pays_for(books, head.entity, found.entity):
        raise errors.user_error(errors.OTHER_ENTITY)
    same = (found.currency, found.subsidiary, found.receivables_account) == (head.currency.id, head.subsidiary, account)
    if not same:
        raise errors.invalid_field(number, "doc", path=line.place("doc"))
    return found
