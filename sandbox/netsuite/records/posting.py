"""Saving transactions: a new one is posted, a changed one is posted again if links, deposits and periods allow it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.netsuite import errors
from sandbox.netsuite.books import application, calendar, deposit, header, ledger
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.deposit import post_deposit
from sandbox.netsuite.books.header import Draft
from sandbox.netsuite.books.journal import post_journal
from sandbox.netsuite.books.sale import post_credit_memo, post_invoice
from sandbox.netsuite.books.settlement import post_payment, post_refund
from sandbox.netsuite.reading import Reader

_POST: dict[str, Callable[[Books, Draft, Sequence[Application]], None]] = {
    "invoice": post_invoice,
    "creditMemo": post_credit_memo,
    "customerPayment": post_payment,
    "customerRefund": post_refund,
    "deposit": post_deposit,
    "journalEntry": post_journal,
}


def post_new(books: Books, type_name: str, record_id: int, body: Reader, external_id: str | None) -> None:
    """Post a new transaction."""
    _POST[type_name](books, Draft(record_id, header.KINDS[type_name], body, external_id), ())


def post_again(books: Books, type_name: str, record_id: int, body: Reader, external_id: str | None) -> None:
    """Post a changed transaction anew under its id.

    Refused: a G/L change in a closed period; any change there unless the period allows non-G/L changes; a G/L change
    of a payment or refund that is on a deposit; a change that leaves less than is applied.
    """
    before = ledger.impact(books, record_id)
    row = books.row('SELECT postingperiod, createddate FROM "transaction" WHERE id = ?', (record_id,))
    if row is None:
        raise errors.user_error("The transaction you are attempting to access does not exist.")
    period = calendar.period(books, row["postingperiod"])
    applied = application.unapply_all(books, record_id)
    released = deposit.release(books, record_id) if type_name == "deposit" else []
    ledger.erase(books, record_id)
    draft = Draft(record_id, header.KINDS[type_name], body, external_id, keeps_period=row["postingperiod"])
    kept = [part for part in applied if part.source == record_id]
    _POST[type_name](books, draft, kept)
    books.execute('UPDATE "transaction" SET createddate = ? WHERE id = ?', (row["createddate"], record_id))
    has_impact = ledger.impact(books, record_id) != before or bool(released and _freed(books, released))
    if has_impact and _is_deposited(books, record_id):
        raise errors.user_error(errors.LINKED_LINES)
    if period is not None and not period.accepts(receivables=draft.kind.receivables):
        if has_impact:
            raise errors.user_error(errors.CLOSED_PERIOD)
        if not period.allows_non_gl_changes:
            raise errors.user_error(errors.CLOSED_PERIOD_EDIT)


def delete(books: Books, type_name: str, record_id: int) -> None:
    """Take a transaction out of the books, unless something links to it or its period is closed."""
    row = books.row('SELECT postingperiod FROM "transaction" WHERE id = ?', (record_id,))
    if row is None:
        raise errors.user_error("The transaction you are attempting to access does not exist.")
    if any(part.source == record_id for part in application.applications(books, record_id)):
        raise errors.user_error(errors.LINKED_DELETE)
    if _is_deposited(books, record_id):
        raise errors.user_error(errors.LINKED_DELETE)
    period = calendar.period(books, row["postingperiod"])
    if period is not None and not period.accepts(receivables=header.KINDS[type_name].receivables):
        raise errors.user_error(errors.CLOSED_PERIOD)
    application.unapply_all(books, record_id)
    deposit.release(books, record_id)
    ledger.erase(books, record_id)


def _is_deposited(books: Books, record_id: int) -> bool:
    return books.row("SELECT 1 FROM sandbox_deposited WHERE payment = ?", (record_id,)) is not None


def _freed(books: Books, released: Sequence[int]) -> bool:
    return not all(_is_deposited(books, payment) for payment in released)
