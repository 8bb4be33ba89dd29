"""Saving transactions: a new one is posted, a changed one is posted again if links, deposits and periods allow it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.netsuite import errors
from sandbox.netsuite.books import application, calendar, customer_deposit, deposit, ledger
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.audit import note_changes, note_deletion
from sandbox.netsuite.books.customer_deposit import post_customer_deposit, post_deposit_application
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.deposit import post_deposit
from sandbox.netsuite.books.document import refresh
from sandbox.netsuite.books.header import Draft
from sandbox.netsuite.books.journal import is_reversal, post_journal, unmake_reversal
from sandbox.netsuite.books.kinds import KINDS
from sandbox.netsuite.books.revenue import erase_elements
from sandbox.netsuite.books.sale import post_cash_refund, post_cash_sale, post_credit_memo, post_invoice
from sandbox.netsuite.books.settlement import post_payment, post_refund
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.reading import Reader

_POST: dict[str, Callable[[Books, Draft, Sequence[Application]], None]] = {
    "invoice": post_invoice,
    "creditMemo": post_credit_memo,
    "cashSale": post_cash_sale,
    "cashRefund": post_cash_refund,
    "customerPayment": post_payment,
    "customerDeposit": post_customer_deposit,
    "depositApplication": post_deposit_application,
    "customerRefund": post_refund,
    "deposit": post_deposit,
    "journalEntry": post_journal,
}
_MAKERS: dict[str, Callable[[Books, int], dict[int, int]]] = {
    "customerPayment": customer_deposit.unmake,
    "customerRefund": customer_deposit.unmake,
    "journalEntry": unmake_reversal,
}
_GONE = "The transaction you are attempting to access does not exist."


def post_new(books: Books, type_name: str, record_id: int, body: Reader, external_id: str | None) -> None:
    """Post a new transaction."""
    _POST[type_name](books, Draft(record_id, KINDS[type_name], body, external_id), ())


def post_again(books: Books, type_name: str, record_id: int, body: Reader, external_id: str | None) -> None:
    """Post a changed transaction anew under its id.

    Refused: a G/L change in a closed period; any change there unless the period allows non-G/L changes; a G/L change
    of a payment or refund that is on a deposit, of a used customer deposit, of a voided transaction or of an
    application NetSuite made itself; a change that leaves less than is applied.
    """
    row = row_of(books, record_id)
    check_own(books, type_name, row)
    before = ledger.impact(books, record_id)
    period = calendar.period(books, row["postingperiod"])
    is_closed = period is not None and not period.accepts(receivables=KINDS[type_name].receivables)
    applied = application.unapply_all(books, record_id)
    made = _unmake(books, type_name, record_id)
    released = deposit.release(books, record_id) if type_name == "deposit" else []
    used = _hold(books, type_name, record_id)
    _erase(books, type_name, record_id)
    draft = Draft(
        record_id,
        KINDS[type_name],
        body,
        external_id,
        keeps_period=row["postingperiod"],
        is_made=True,
        made=made,
    )
    kept = [part for part in applied if part.source == record_id or part.maker is not None]
    _POST[type_name](books, draft, kept)
    customer_deposit.forget(books, made)
    books.execute('UPDATE "transaction" SET createddate = ? WHERE id = ?', (row["createddate"], record_id))
    has_impact = ledger.impact(books, record_id) != before or bool(released and _freed(books, released))
    if has_impact and (used or _is_deposited(books, record_id)):
        raise errors.user_error(errors.LINKED_LINES)
    if is_closed and has_impact:
        raise errors.user_error(errors.CLOSED_PERIOD)
    if is_closed and period is not None and not period.allows_non_gl_changes:
        raise errors.user_error(errors.CLOSED_PERIOD_EDIT)
    if _is_deposited(books, record_id):
        refresh(books, record_id)
    note_changes(books, "transaction", record_id, row, row_of(books, record_id))


def check_set_once(type_name: str, before: Body, after: Body) -> None:
    """Refuse a change of what can be set at creation only: the deposits that a customer refund pays back."""
    if type_name == "customerRefund" and before.get("deposit") != after.get("deposit"):
        raise errors.not_settable("deposit")


def delete(books: Books, type_name: str, record_id: int) -> None:
    """Take a transaction out of the books, unless something links to it or its period is closed."""
    row = row_of(books, record_id)
    if any(part.source == record_id for part in application.applications(books, record_id)):
        raise errors.user_error(errors.LINKED_DELETE)
    if _is_deposited(books, record_id) or _is_tied(books, type_name, record_id):
        raise errors.user_error(errors.LINKED_DELETE)
    period = calendar.period(books, row["postingperiod"])
    if period is not None and not period.accepts(receivables=KINDS[type_name].receivables):
        raise errors.user_error(errors.CLOSED_PERIOD)
    application.unapply_all(books, record_id)
    customer_deposit.forget(books, _unmake(books, type_name, record_id))
    deposit.release(books, record_id)
    _erase(books, type_name, record_id)
    note_deletion(books, KINDS[type_name].label, record_id, row["tranid"])


def row_of(books: Books, record_id: int) -> Row:
    """A transaction's row. Raises the documented text if it is gone."""
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (record_id,))
    if row is None:
        raise errors.user_error(_GONE)
    return row


def check_own(books: Books, type_name: str, row: Row) -> None:
    """Refuse a change of a voided transaction, or of one that belongs to the transaction that made it."""
    if row["voided"] == "T":
        raise errors.user_error(errors.VOIDED_CHANGE)
    if type_name != "customerDeposit" and _is_tied(books, type_name, row["id"]):
        raise errors.user_error(errors.LINKED_LINES)


def _unmake(books: Books, type_name: str, record_id: int) -> dict[int, int]:
    """Take back what NetSuite made for a transaction: deposit applications, a reversal."""
    unmake = _MAKERS.get(type_name)
    return unmake(books, record_id) if unmake is not None else {}


def _hold(books: Books, type_name: str, record_id: int) -> bool:
    """Before a deposit or its application is posted anew; whether a customer deposit is used."""
    if type_name == "depositApplication":
        customer_deposit.release(books, record_id)
    return type_name == "customerDeposit" and customer_deposit.is_used(books, record_id)


def _erase(books: Books, type_name: str, record_id: int) -> None:
    if type_name == "depositApplication":
        customer_deposit.release(books, record_id)
    erase_elements(books, record_id)
    ledger.erase(books, record_id)


def _is_deposited(books: Books, record_id: int) -> bool:
    return books.row("SELECT 1 FROM sandbox_deposited WHERE payment = ?", (record_id,)) is not None


def _is_tied(books: Books, type_name: str, record_id: int) -> bool:
    """Whether a transaction belongs to another that uses it or made it."""
    match type_name:
        case "customerDeposit":
            return customer_deposit.is_used(books, record_id)
        case "depositApplication":
            return customer_deposit.is_made(books, record_id)
        case "journalEntry":
            return is_reversal(books, record_id)
        case _:
            return False


def _freed(books: Books, released: Sequence[int]) -> bool:
    return not all(_is_deposited(books, payment) for payment in released)
