"""Journal entries: lines with a debit or a credit each, balanced, in one currency and one subsidiary."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import header, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.reading import Reader


def post_journal(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - journals are not applied
    """Post a journal entry; what rounding to base currency leaves goes to Rounding Gain/Loss."""
    body = draft.body
    subsidiary = body.reference("subsidiary")
    if subsidiary is None:
        raise errors.missing_value("Subsidiary")
    currency_id = body.reference("currency") or header.base_currency(books, subsidiary).id
    head = header.header(books, draft, subsidiary=subsidiary, currency_id=currency_id, entity=None)
    lines = [_line(books, head, line) for line in body.lines("line")]
    if not any(line.foreign for line in lines):
        raise errors.user_error(errors.NO_AMOUNTS)
    if sum((line.foreign for line in lines), ZERO) != ZERO:
        raise errors.user_error(errors.JOURNAL_UNBALANCED)
    rest = sum((line.base for line in lines), ZERO)
    if rest != ZERO:
        lines.append(Line(header.special_account(books, "RoundingGainLoss"), ZERO, -rest))
    ledger.write(books, head, lines, Status("B", "Approved for Posting"))


def _line(books: Books, head: Header, line: Reader) -> Line:
    account = line.reference("account")
    if account is None:
        raise errors.missing_value("Account")
    row = books.row("SELECT accttype, currency, subsidiary FROM account WHERE id = ?", (account,))
    if row is None or str(head.subsidiary) not in row["subsidiary"].split(", "):
        raise errors.user_error(
            f"Transaction subsidiary {head.subsidiary} is not valid for account {account}. "
            "Please choose a different account."
        )
    if row["currency"] not in (None, head.currency.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
    if row["accttype"] == "AcctRec" and line.reference("entity") is None:
        raise errors.missing_value("Name")
    amount = _signed(line, head.currency.precision)
    named = {name: line.reference(name) for name in ("department", "class", "location")}
    return Line(
        account=account,
        foreign=amount,
        base=head.to_base(amount),
        memo=line.text("memo"),
        entity=line.reference("entity"),
        columns={**{name: value for name, value in named.items() if value is not None}, **line.custom("custcol_")},
    )


def _signed(line: Reader, precision: int) -> Decimal:
    debit, credit = line.amount("debit", precision), line.amount("credit", precision)
    if debit is not None and credit is not None:
        raise errors.invalid_value("credit", path=line.place("credit"))
    return (debit or ZERO) - (credit or ZERO)
