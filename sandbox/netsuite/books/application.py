"""The apply engine: what pays what, and the exchange difference (FxReval) of each application.

`source` is the document named on an apply line, `target` the transaction that carries the line; one of the two is a
debit document (invoice, refund), the other a credit document (payment, credit memo, deposit application).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books.amounts import ZERO, exact, rounded, stored
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.document import Document, document, refresh, settle
from sandbox.netsuite.books.link import link, unlink
from sandbox.netsuite.books.reference import base_currency
from sandbox.netsuite.books.revaluation import erase_revaluation, post_revaluation

__all__ = ["Application", "Document", "applications", "apply", "apply_document", "document", "refresh", "unapply_all"]


@dataclass(frozen=True, slots=True)
class Application:
    """A recorded application, as it must be known to be made again; `maker` as in `apply_document`."""

    source: int
    target: int
    amount: Decimal
    maker: int | None = None


def apply(books: Books, *, source: int, target: int, amount: Decimal) -> None:
    """Apply `amount` (currency of both) of one document to the other and post the exchange difference.

    Raises the documented refusals when more is applied than remains on either side.
    """
    apply_document(books, _document(books, source), _document(books, target), amount)


def apply_document(
    books: Books, source: Document, target: Document, amount: Decimal, *, maker: int | None = None
) -> Document:
    """As `apply`, of documents that were just read; returns the target as it is afterwards.

    `maker`: the payment that brought the two together, if it is neither of them.
    """
    if amount > source.remaining:
        raise errors.user_error(errors.OVER_LINKED)
    if amount > target.remaining:
        raise errors.user_error(errors.OVER_APPLIED)
    debit, credit = (source, target) if source.is_debit else (target, source)
    precision = base_currency(books, debit.subsidiary).precision
    debit_base = debit.base_share(amount, precision)
    credit_base = credit.base_share(amount, precision)
    variance = rounded(amount * (credit.rate - debit.rate), precision)
    revaluation = None
    if credit_base != debit_base or variance != ZERO:
        revaluation = post_revaluation(books, debit, credit, gain=credit_base - debit_base, variance=variance)
    books.insert(
        "sandbox_application",
        {
            "source": source.id,
            "target": target.id,
            "debitdoc": debit.id,
            "creditdoc": credit.id,
            "amount": stored(amount),
            "debitbase": stored(debit_base),
            "creditbase": stored(credit_base),
            "fxreval": revaluation,
            "maker": maker,
        },
    )
    first, second = (source.id, source.kind.code), (target.id, target.kind.code)
    link(books, previous=first, following=second, kind="Payment", amount=amount)
    settle(books, debit, amount=amount, base=debit_base)
    settle(books, credit, amount=amount, base=credit_base)
    base = debit_base if target is debit else credit_base
    return replace(target, used=target.used + amount, base_used=target.base_used + base)


def applications(books: Books, transaction_id: int) -> list[Application]:
    """The applications a transaction takes part in, in the order they were made."""
    found = books.rows(
        "SELECT * FROM sandbox_application WHERE source = ? OR target = ? ORDER BY id",
        (transaction_id, transaction_id),
    )
    return [_application(row) for row in found]


def unapply_all(books: Books, transaction_id: int) -> list[Application]:
    """Undo every application of a transaction, or made by it, with its revaluations; returns its own ones."""
    rows = books.rows(
        "SELECT * FROM sandbox_application WHERE source = ? OR target = ? OR maker = ? ORDER BY id",
        (transaction_id, transaction_id, transaction_id),
    )
    for row in rows:
        if row["fxreval"] is not None:
            erase_revaluation(books, row["fxreval"])
        books.execute("DELETE FROM sandbox_application WHERE id = ?", (row["id"],))
        unlink(books, previous=row["source"], following=row["target"], kind="Payment")
        for key, base in ((row["debitdoc"], row["debitbase"]), (row["creditdoc"], row["creditbase"])):
            settle(books, _document(books, key), amount=-exact(row["amount"]), base=-exact(base))
    return [_application(row) for row in rows if transaction_id in (row["source"], row["target"])]


def _application(row: Row) -> Application:
    return Application(row["source"], row["target"], exact(row["amount"]), row["maker"])


def _document(books: Books, transaction_id: int) -> Document:
    found = document(books, transaction_id)
    if found is None:
        raise errors.invalid_field(transaction_id, "doc", path="apply")
    return found
