"""Voiding: what a person does instead of deleting; never offered by REST here, but by the control interface.

Direct: the amounts become zero in the transaction's own period. By reversing journal (a preference): a journal entry
takes a customer refund back, so a refund of a closed period can be voided too.
"""

from __future__ import annotations

from datetime import date

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar, ledger
from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.application import unapply_all
from sandbox.netsuite.books.audit import note_changes
from sandbox.netsuite.books.customer_deposit import is_used
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.kinds import JOURNAL, KIND_BY_CODE
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.link import link
from sandbox.netsuite.books.reference import base_currency, currency
from sandbox.netsuite.books.revenue import erase_elements
from sandbox.netsuite.jsontext import encode

_VOIDABLE = ("CustInvc", "CustCred", "CustPymt", "CustRfnd", "CustDep", "CashSale", "CashRfnd", "Journal")


def void_transaction(books: Books, transaction_id: int, *, day: date | None = None) -> int | None:
    """Void a transaction as the preference says; returns the id of the reversing journal, or None.

    Raises the documented refusals: linked transactions, a closed period, a kind that cannot be voided. `day` is the
    date of the reversing journal (today).
    """
    with books.writing():
        row = books.row('SELECT * FROM "transaction" WHERE id = ?', (transaction_id,))
        if row is None or row["type"] not in _VOIDABLE or row["voided"] == "T":
            raise errors.user_error(errors.WRONG_TRANSACTION_TYPE)
        if _is_linked(books, row):
            raise errors.user_error(errors.LINKED_VOID)
        if not books.options.preferences.void_by_reversing_journal:
            _void_directly(books, row)
            return None
        if row["type"] != "CustRfnd":
            raise errors.user_error(errors.WRONG_TRANSACTION_TYPE)
        return _reverse(books, row, day or books.today)


def _is_linked(books: Books, row: Row) -> bool:
    """Whether another record relies on it: a deposit, an application somebody made of it, a deposit application."""
    if books.row("SELECT 1 FROM sandbox_deposited WHERE payment = ?", (row["id"],)) is not None:
        return True
    if books.row("SELECT 1 FROM sandbox_application WHERE source = ? LIMIT 1", (row["id"],)) is not None:
        return True
    return row["type"] == "CustDep" and is_used(books, row["id"])


def _void_directly(books: Books, row: Row) -> None:
    period = calendar.period(books, row["postingperiod"])
    if period is not None and not period.accepts(receivables=KIND_BY_CODE[row["type"]].receivables):
        raise errors.user_error(errors.CLOSED_PERIOD)
    number = row["id"]
    unapply_all(books, number)
    erase_elements(books, number)
    books.execute(
        'UPDATE transactionline SET foreignamount = 0, netamount = 0, memo = ? WHERE "transaction" = ?',
        ("VOID", number),
    )
    books.execute(
        "UPDATE transactionaccountingline SET amount = 0, debit = NULL, credit = NULL, netamount = 0, amountpaid = NULL, "
        'amountunpaid = NULL, paymentamountused = NULL, paymentamountunused = NULL WHERE "transaction" = ?',
        (number,),
    )
    books.execute(
        "UPDATE \"transaction\" SET voided = 'T', memo = 'VOID', foreigntotal = 0, foreignamountpaid = NULL, "
        "foreignamountunpaid = NULL, foreignpaymentamountused = NULL, foreignpaymentamountunused = NULL, "
        "sandbox_control = NULL, sandbox_base = NULL, sandbox_base_used = NULL, status = 'V', "
        "sandbox_status = 'Voided', lastmodifieddate = ? WHERE id = ?",
        (books.stamp, number),
    )
    _note(books, row)


def _reverse(books: Books, row: Row, day: date) -> int:
    """A journal entry with the lines turned round; what the refund had used is open again."""
    period = calendar.posting_period(books, day, chosen=None, receivables=False, keeps=None)
    unapply_all(books, row["id"])
    number = books.next_id("transaction")
    head = Header(
        id=number,
        kind=JOURNAL,
        tran_date=day,
        period_id=period.id,
        subsidiary=row["sandbox_subsidiary"],
        base=base_currency(books, row["sandbox_subsidiary"]),
        currency=currency(books, row["currency"]),
        rate=exact(row["exchangerate"]),
        memo=f"VOID {row['tranid']}",
    )
    lines = books.rows(
        "SELECT a.account, l.foreignamount, l.netamount, l.entity FROM transactionaccountingline a JOIN transactionline l "
        'ON l."transaction" = a."transaction" AND l.id = a.transactionline WHERE a."transaction" = ? ORDER BY l.id',
        (row["id"],),
    )
    reversed_lines = [
        Line(line["account"], -exact(line["foreignamount"]), -exact(line["netamount"]), entity=line["entity"])
        for line in lines
    ]
    ledger.write(books, head, reversed_lines, Status("B", "Approved for Posting"))
    books.insert(
        "sandbox_record",
        {
            "family": "transaction",
            "id": number,
            "type": JOURNAL.name,
            "body": encode({"subsidiary": {"id": str(head.subsidiary)}, "memo": head.memo}).decode(),
            "created": books.stamp,
            "modified": books.stamp,
        },
    )
    link(books, previous=(row["id"], row["type"]), following=(number, "Journal"), kind="Void", amount=None)
    books.execute(
        "UPDATE \"transaction\" SET voided = 'T', status = 'V', sandbox_status = 'Voided', sandbox_control = NULL, "
        "foreignamountpaid = NULL, foreignamountunpaid = NULL WHERE id = ?",
        (row["id"],),
    )
    _note(books, row)
    return number


def _note(books: Books, before: Row) -> None:
    after = books.row('SELECT * FROM "transaction" WHERE id = ?', (before["id"],))
    if after is not None:
        note_changes(books, "transaction", before["id"], before, after, context="UIF")
