"""Currency revaluations (FxReval): the exchange difference of one application, posted by NetSuite itself.

Receivables take the difference of the two base amounts; the variance of the rates is realised, the rest is rounding
(help bridgehead_4279828767). They cannot be made, moved or deleted by hand.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.calendar import Period
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.document import Document
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.kinds import FX_REVALUATION
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.link import link
from sandbox.netsuite.books.reference import base_currency, currency, special_account


def post_revaluation(books: Books, debit: Document, credit: Document, *, gain: Decimal, variance: Decimal) -> int:
    """Post the difference of an application: `gain` to receivables, `variance` realised. Returns the FxReval's id.

    It goes to the later of the two periods, or where the preference says if that is closed; else the documented refusal.
    """
    later = max((debit, credit), key=lambda doc: (doc.day, doc.id))
    head = Header(
        id=books.next_id("transaction"),
        kind=FX_REVALUATION,
        tran_date=later.day,
        period_id=_period(books, later, debit.rate).id,
        subsidiary=debit.subsidiary,
        base=base_currency(books, debit.subsidiary),
        currency=currency(books, debit.currency),
        rate=credit.rate,
        entity=debit.entity,
    )
    lines = [
        Line(debit.receivables_account, ZERO, gain),
        Line(special_account(books, "RealizedGainLoss"), ZERO, -variance),
    ]
    if gain != variance:
        lines.append(Line(special_account(books, "RoundingGainLoss"), ZERO, variance - gain))
    ledger.write(books, head, lines, Status("A", "Open"))
    for side in (debit, credit):
        link(books, previous=(side.id, side.kind.code), following=(head.id, "FxReval"), kind="FxReval", amount=None)
    return head.id


def erase_revaluation(books: Books, revaluation: int) -> None:
    """Take a revaluation back because its application is undone; refused in a closed period."""
    row = books.row('SELECT postingperiod, exchangerate FROM "transaction" WHERE id = ?', (revaluation,))
    period = calendar.period(books, row["postingperiod"]) if row is not None else None
    if row is None or period is None or not period.accepts(receivables=False):
        raise errors.variance_in_closed_period(str(row["exchangerate"]) if row is not None else "")
    books.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ?", (revaluation,))
    ledger.erase(books, revaluation)


def _period(books: Books, later: Document, rate: Decimal) -> Period:
    period = calendar.period(books, later.period_id)
    if period is not None and not period.accepts(receivables=False):
        period = calendar.preferred_period(books, later.day, receivables=False)
    if period is None:
        raise errors.variance_in_closed_period(format(rate.normalize(), "f"))
    return period
