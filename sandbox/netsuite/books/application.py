"""The apply engine: what pays what, what remains, and the exchange difference (FxReval) of each application.

A *debit* document (invoice, customer refund) is settled by a *credit* document (payment, credit memo). `source` is the
document named on an apply line, `target` the transaction that carries the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar, header, ledger
from sandbox.netsuite.books.amounts import ZERO, exact, rounded, stored
from sandbox.netsuite.books.database import Books, day_of
from sandbox.netsuite.books.header import Header, Kind
from sandbox.netsuite.books.ledger import Line, Status

_KIND_BY_CODE = {kind.code: kind for kind in header.KINDS.values()}
_DEBIT_CODES = ("CustInvc", "CustRfnd")


@dataclass(frozen=True, slots=True)
class Document:
    """A receivables document as the apply engine sees it; amounts are positive."""

    id: int
    kind: Kind
    entity: int
    subsidiary: int
    currency: int
    rate: Decimal
    day: date
    period_id: int
    receivables_account: int
    total: Decimal
    base_total: Decimal
    used: Decimal
    base_used: Decimal

    @property
    def remaining(self) -> Decimal:
        """What is not applied yet, in the document's currency."""
        return self.total - self.used

    @property
    def is_debit(self) -> bool:
        """Whether it is settled by a credit document."""
        return self.kind.code in _DEBIT_CODES

    def base_share(self, amount: Decimal, precision: int) -> Decimal:
        """The base amount an application uses up; the last one takes what is left, so that base reaches zero too."""
        if amount == self.remaining:
            return self.base_total - self.base_used
        return rounded(amount * self.rate, precision)


@dataclass(frozen=True, slots=True)
class Application:
    """A recorded application, as it must be known to be made again."""

    source: int
    target: int
    amount: Decimal


def document(books: Books, transaction_id: int) -> Document | None:
    """A receivables document, or None if the transaction is missing or of another kind."""
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (transaction_id,))
    if row is None or not _KIND_BY_CODE[row["type"]].receivables:
        return None
    account = books.row(
        "SELECT a.account, a.amount, l.foreignamount FROM transactionaccountingline a JOIN transactionline l "
        'ON l."transaction" = a."transaction" AND l.id = a.transactionline JOIN account c ON c.id = a.account '
        "WHERE a.\"transaction\" = ? AND c.accttype = 'AcctRec' ORDER BY a.transactionline LIMIT 1",
        (transaction_id,),
    )
    if account is None:
        return None
    is_debit = row["type"] in _DEBIT_CODES
    side = "debitdoc" if is_debit else "creditdoc"
    base_column = "debitbase" if is_debit else "creditbase"
    used, base_used = ZERO, ZERO
    for part in books.rows(
        f"SELECT amount, {base_column} AS base FROM sandbox_application WHERE {side} = ?",  # noqa: S608 - two names
        (transaction_id,),
    ):
        used += exact(part["amount"])
        base_used += exact(part["base"])
    return Document(
        id=row["id"],
        kind=_KIND_BY_CODE[row["type"]],
        entity=row["entity"],
        subsidiary=row["sandbox_subsidiary"],
        currency=row["currency"],
        rate=exact(row["exchangerate"]),
        day=day_of(row["trandate"]),
        period_id=row["postingperiod"],
        receivables_account=account["account"],
        total=abs(exact(account["foreignamount"])),
        base_total=abs(exact(account["amount"])),
        used=used,
        base_used=base_used,
    )


def apply(books: Books, *, source: int, target: int, amount: Decimal) -> None:
    """Apply `amount` (currency of both) of one document to the other and post the exchange difference.

    Raises the documented refusals when more is applied than remains on either side.
    """
    first, second = _document(books, source), _document(books, target)
    debit, credit = (first, second) if first.is_debit else (second, first)
    if amount > first.remaining:
        raise errors.user_error(errors.OVER_LINKED)
    if amount > second.remaining:
        raise errors.user_error(errors.OVER_APPLIED)
    base = header.base_currency(books, debit.subsidiary)
    debit_base = debit.base_share(amount, base.precision)
    credit_base = credit.base_share(amount, base.precision)
    variance = rounded(amount * (credit.rate - debit.rate), base.precision)
    revaluation = None
    if credit_base != debit_base or variance != ZERO:
        revaluation = _post_revaluation(books, debit, credit, credit_base - debit_base, variance)
    books.insert(
        "sandbox_application",
        {
            "source": source,
            "target": target,
            "debitdoc": debit.id,
            "creditdoc": credit.id,
            "amount": stored(amount),
            "debitbase": stored(debit_base),
            "creditbase": stored(credit_base),
            "fxreval": revaluation,
        },
    )
    link(books, previous=(source, first.kind.code), following=(target, second.kind.code), kind="Payment", amount=amount)
    refresh(books, source)
    refresh(books, target)


def link(
    books: Books, *, previous: tuple[int, str], following: tuple[int, str], kind: str, amount: Decimal | None
) -> None:
    """Record a link between two transactions, given as (id, type code)."""
    books.insert(
        "nexttransactionlinelink",
        {
            "previousdoc": previous[0],
            "previousline": 0,
            "previoustype": previous[1],
            "nextdoc": following[0],
            "nextline": 0,
            "nexttype": following[1],
            "linktype": kind,
            "foreignamount": stored(amount),
            "lastmodifieddate": books.stamp,
        },
    )


def applications(books: Books, transaction_id: int) -> list[Application]:
    """The applications a transaction takes part in, in the order they were made."""
    found = books.rows(
        "SELECT source, target, amount FROM sandbox_application WHERE source = ? OR target = ? ORDER BY id",
        (transaction_id, transaction_id),
    )
    return [Application(row["source"], row["target"], exact(row["amount"])) for row in found]


def unapply_all(books: Books, transaction_id: int) -> list[Application]:
    """Undo every application of a transaction with its revaluations; returns what was undone."""
    undone = applications(books, transaction_id)
    rows = books.rows(
        "SELECT fxreval FROM sandbox_application WHERE (source = ? OR target = ?) AND fxreval IS NOT NULL",
        (transaction_id, transaction_id),
    )
    for row in rows:
        _erase_revaluation(books, row["fxreval"])
    books.execute("DELETE FROM sandbox_application WHERE source = ? OR target = ?", (transaction_id, transaction_id))
    for part in undone:
        books.execute(
            "DELETE FROM nexttransactionlinelink WHERE previousdoc = ? AND nextdoc = ? AND linktype = 'Payment'",
            (part.source, part.target),
        )
        refresh(books, part.target if part.source == transaction_id else part.source)
    return undone


def refresh(books: Books, transaction_id: int) -> None:
    """Bring the amounts paid, used and open, and the status, of a document up to date."""
    found = document(books, transaction_id)
    if found is None:
        return
    is_open = found.remaining != ZERO
    match found.kind.name:
        case "invoice":
            status = Status("A", "Open") if is_open else Status("B", "Paid In Full")
        case "creditMemo":
            status = Status("A", "Open") if is_open else Status("B", "Fully Applied")
        case _:
            status = _deposit_status(books, transaction_id)
    columns = "foreignamountpaid = ?, foreignamountunpaid = ?"
    if not found.is_debit:
        columns = "foreignpaymentamountused = ?, foreignpaymentamountunused = ?"
    books.execute(
        f'UPDATE "transaction" SET {columns}, status = ?, sandbox_status = ? WHERE id = ?',  # noqa: S608 - fixed names
        (stored(found.used), stored(found.remaining), status.letter, status.text, transaction_id),
    )


def _deposit_status(books: Books, payment: int) -> Status:
    if books.row("SELECT 1 FROM sandbox_deposited WHERE payment = ?", (payment,)) is not None:
        return Status("C", "Deposited")
    account, _, _ = ledger.main_line(books, payment)
    is_waiting = account == header.special_account(books, "UnDepFunds")
    return Status("B", "Not Deposited") if is_waiting else Status("C", "Deposited")


def _document(books: Books, transaction_id: int) -> Document:
    found = document(books, transaction_id)
    if found is None:
        raise errors.invalid_field(transaction_id, "doc", path="apply")
    return found


def _post_revaluation(books: Books, debit: Document, credit: Document, gain: Decimal, variance: Decimal) -> int:
    """Post the FxReval: receivables take `gain`, of which `variance` is realised and the rest is rounding."""
    later = max((debit, credit), key=lambda doc: (doc.day, doc.id))
    period = calendar.period(books, later.period_id)
    if period is None or not period.accepts(receivables=False):
        raise errors.variance_in_closed_period(format(debit.rate.normalize(), "f"))
    head = Header(
        id=books.next_id("transaction"),
        kind=header.FX_REVALUATION,
        tran_date=later.day,
        period_id=later.period_id,
        subsidiary=debit.subsidiary,
        base=header.base_currency(books, debit.subsidiary),
        currency=header.currency(books, debit.currency),
        rate=credit.rate,
        entity=debit.entity,
    )
    lines = [
        Line(debit.receivables_account, ZERO, gain),
        Line(header.special_account(books, "RealizedGainLoss"), ZERO, -variance),
    ]
    if gain != variance:
        lines.append(Line(header.special_account(books, "RoundingGainLoss"), ZERO, variance - gain))
    ledger.write(books, head, lines, Status("A", "Open"))
    for side in (debit, credit):
        link(books, previous=(side.id, side.kind.code), following=(head.id, "FxReval"), kind="FxReval", amount=None)
    return head.id


def _erase_revaluation(books: Books, revaluation: int) -> None:
    row = books.row('SELECT postingperiod, exchangerate FROM "transaction" WHERE id = ?', (revaluation,))
    period = calendar.period(books, row["postingperiod"]) if row is not None else None
    if row is None or period is None or not period.accepts(receivables=False):
        raise errors.variance_in_closed_period(str(row["exchangerate"]) if row is not None else "")
    books.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ?", (revaluation,))
    ledger.erase(books, revaluation)
