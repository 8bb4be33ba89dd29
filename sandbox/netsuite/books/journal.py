"""Journal entries: lines with a debit or a credit each, balanced, in one currency and one subsidiary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar, header, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.link import link, unlink
from sandbox.netsuite.books.reference import account, base_currency, special_account, wrong_subsidiary
from sandbox.netsuite.books.segments import line_segments
from sandbox.netsuite.jsontext import encode
from sandbox.netsuite.reading import Reader

_REVERSAL = "Reversal"


def post_journal(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - journals are not applied
    """Post a journal entry; what rounding to base currency leaves goes to Rounding Gain/Loss."""
    body = draft.body
    subsidiary = body.reference("subsidiary")
    if subsidiary is None:
        if books.options.features.one_world:
            raise errors.missing_value("Subsidiary")
        subsidiary = 1
    currency_id = body.reference("currency") or base_currency(books, subsidiary).id
    head = header.header(books, draft, subsidiary=subsidiary, currency_id=currency_id, entity=None)
    lines = [_line(books, head, line) for line in body.lines("line")]
    if not any(line.foreign for line in lines):
        raise errors.user_error(errors.NO_AMOUNTS)
    if sum((line.foreign for line in lines), ZERO) != ZERO:
        raise errors.user_error(errors.JOURNAL_UNBALANCED)
    rest = sum((line.base for line in lines), ZERO)
    if rest != ZERO:
        lines.append(Line(special_account(books, "RoundingGainLoss"), ZERO, -rest))
    ledger.write(books, head, lines, Status("B", "Approved for Posting"))
    day = body.day("reversalDate")
    if day is not None:
        _post_reversal(books, draft, head, lines, day)


def unmake_reversal(books: Books, journal: int) -> dict[int, int]:
    """Take back the reversal that a journal entry made; returns its id (its record stays), keyed by the journal."""
    row = books.row(
        "SELECT nextdoc FROM nexttransactionlinelink WHERE previousdoc = ? AND linktype = ?", (journal, _REVERSAL)
    )
    if row is None:
        return {}
    found = books.row('SELECT postingperiod FROM "transaction" WHERE id = ?', (row["nextdoc"],))
    period = calendar.period(books, found["postingperiod"]) if found is not None else None
    if period is not None and not period.accepts(receivables=False):
        raise errors.user_error(errors.CLOSED_PERIOD)
    unlink(books, previous=journal, following=row["nextdoc"], kind=_REVERSAL)
    ledger.erase(books, row["nextdoc"])
    return {journal: int(row["nextdoc"])}


def is_reversal(books: Books, journal: int) -> bool:
    """Whether NetSuite made a journal entry as the reversal of another."""
    query = "SELECT 1 FROM nexttransactionlinelink WHERE nextdoc = ? AND linktype = ? LIMIT 1"
    return books.row(query, (journal, _REVERSAL)) is not None


def _post_reversal(books: Books, draft: Draft, head: Header, lines: Sequence[Line], day: date) -> None:
    """The entry with its lines turned round on the reversal date; a record of its own that its maker alone changes."""
    period = calendar.period_of(books, day)
    if day < head.tran_date:
        raise errors.invalid_field(day.isoformat(), "reversalDate", path="reversalDate")
    if period is None or not period.accepts(receivables=False):
        raise errors.user_error(errors.CLOSED_REVERSAL)
    known = draft.made.get(draft.id)
    number = known if known is not None else books.next_id("transaction")
    own = replace(
        head, id=number, tran_date=day, period_id=period.id, external_id=None, tran_id=None, columns={}, segments={}
    )
    turned = [replace(line, foreign=-line.foreign, base=-line.base) for line in lines]
    ledger.write(books, own, turned, Status("B", "Approved for Posting"))
    link(books, previous=(draft.id, "Journal"), following=(number, "Journal"), kind=_REVERSAL, amount=None)
    if known is None:
        body = {"subsidiary": {"id": str(head.subsidiary)}, "memo": head.memo, "isReversal": True}
        books.insert(
            "sandbox_record",
            {
                "family": "transaction",
                "id": number,
                "type": draft.kind.name,
                "body": encode(body).decode(),
                "created": books.stamp,
                "modified": books.stamp,
            },
        )


def _line(books: Books, head: Header, line: Reader) -> Line:
    number = line.reference("account")
    if number is None:
        raise errors.missing_value("Account")
    found = account(books, number)
    if found is None or head.subsidiary not in found.subsidiaries:
        raise wrong_subsidiary(head.subsidiary, number)
    if found.currency not in (None, head.currency.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
    if found.type == "AcctRec" and line.reference("entity") is None:
        raise errors.missing_value("Name")
    amount = _signed(line, head.currency.precision)
    return Line(
        account=number,
        foreign=amount,
        base=head.to_base(amount),
        memo=line.text("memo"),
        entity=line.reference("entity"),
        columns=line_segments(books, head.segments, line),
    )


def _signed(line: Reader, precision: int) -> Decimal:
    debit, credit = line.amount("debit", precision), line.amount("credit", precision)
    if debit is not None and credit is not None:
        raise errors.invalid_value("credit", path=line.place("credit"))
    return (debit or ZERO) - (credit or ZERO)
