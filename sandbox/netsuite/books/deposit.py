"""Deposits: payments and refunds out of undeposited funds into a bank, each once; other and cash-back lines.

Debit the bank (total) and the cash-back accounts; credit undeposited funds and the accounts of the other lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import header, ledger
from sandbox.netsuite.books.amounts import ZERO, exact, stored
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books, Row, day_of
from sandbox.netsuite.books.document import refresh
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.books.reference import Account, account, base_currency, special_account, wrong_subsidiary
from sandbox.netsuite.books.segments import line_segments
from sandbox.netsuite.reading import Reader

_DEPOSITABLE = ("CustPymt", "CustDep", "CashSale", "Journal", "CustRfnd", "CashRfnd")


@dataclass(frozen=True, slots=True)
class Selected:
    """A payment (+) or refund (-) on the deposit: its amount in deposit currency, its base amount, its own account."""

    id: int
    code: str
    line: int
    amount: Decimal
    foreign: Decimal
    base: Decimal
    account: int


def post_deposit(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - deposits are not applied
    """Post a deposit. The bank account decides subsidiary and currency; the total may be zero but not negative."""
    body = draft.body
    bank = _bank(books, body)
    subsidiary = bank.subsidiaries[0]
    chosen = body.reference("subsidiary")
    if chosen is not None and chosen != subsidiary:
        raise errors.user_error(errors.BANK_SUBSIDIARY)
    currency_id = bank.currency or base_currency(books, subsidiary).id
    if body.reference("currency") not in (None, currency_id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
    head = header.header(books, draft, subsidiary=subsidiary, currency_id=currency_id, entity=None)
    selected = [_select(books, head, line) for line in body.lines("payment") if line.flag("deposit")]
    if len({line.id for line in selected}) < len(selected):
        raise errors.user_error(errors.DUPLICATE_KEYS)
    others = [_account_line(books, head, line, sign=-1) for line in body.lines("other")]
    cashbacks = [_account_line(books, head, line, sign=1) for line in body.lines("cashback")]
    if not (selected or others or cashbacks):
        raise errors.user_error(errors.NO_VALID_LINE)
    _post(books, head, bank.id, selected, [*others, *cashbacks])


def release(books: Books, deposit: int) -> list[int]:
    """Free the payments of a deposit that is deleted or posted anew; returns their ids."""
    rows = books.rows("SELECT payment FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    books.execute("DELETE FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    books.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ? AND nexttype = 'Deposit'", (deposit,))
    payments = [int(row["payment"]) for row in rows]
    for payment in payments:
        refresh(books, payment)
    return payments


def _post(books: Books, head: Header, bank: int, selected: Sequence[Selected], extra: Sequence[Line]) -> None:
    taken = [Line(line.account, -line.amount, -line.base) for line in selected]
    total = -sum((line.foreign for line in (*taken, *extra)), ZERO)
    if total < 0:
        raise errors.user_error(errors.NEGATIVE_TOTAL)
    in_bank = sum((head.to_base(line.amount) for line in selected), ZERO) - sum((line.base for line in extra), ZERO)
    lines = [Line(bank, total, in_bank), *taken, *extra]
    difference = -sum((line.base for line in lines), ZERO)
    if difference != ZERO:
        unrealised = special_account(books, "UnrealizedMatchingGainLoss")
        lines.append(Line(unrealised, ZERO, difference, memo="Unrealized matching gain/loss"))
    ledger.write(books, head, lines, Status("B", "Deposited"))
    taken_rows = [{"payment": line.id, "deposit": head.id, "amount": stored(line.amount)} for line in selected]
    books.insert_all("sandbox_deposited", taken_rows)
    books.insert_all("nexttransactionlinelink", [_link(books, head, line) for line in selected])
    for line in selected:
        refresh(books, line.id)


def _link(books: Books, head: Header, line: Selected) -> dict[str, object]:
    return {
        "previousdoc": line.id,
        "previousline": line.line,
        "previoustype": line.code,
        "nextdoc": head.id,
        "nextline": 0,
        "nexttype": "Deposit",
        "linktype": "DepositPymt",
        "foreignamount": stored(line.foreign),
        "lastmodifieddate": books.stamp,
    }


def _bank(books: Books, body: Reader) -> Account:
    number = body.reference("account")
    if number is None:
        raise errors.missing_value("Account")
    found = account(books, number)
    if found is None or found.type not in ("Bank", "OthCurrAsset") or found.special == "UnDepFunds":
        raise errors.invalid_field(number, "account", path="account")
    return found


def _select(books: Books, head: Header, line: Reader) -> Selected:
    """One payment line; everything that may not be chosen gives the same Invalid Field Value, as the list hides it."""
    given = line.body.get("id")
    if isinstance(given, bool) or not str(given).isdigit():
        raise errors.invalid_value("id", path=line.place("id"))
    number = int(str(given))
    row = books.row(
        "SELECT t.type, t.currency, t.trandate, t.voided, t.sandbox_subsidiary, l.id AS line, l.foreignamount, "
        'l.netamount, d.deposit FROM "transaction" t JOIN transactionaccountingline a ON a."transaction" = t.id '
        'AND +a.account = ? JOIN transactionline l ON l."transaction" = t.id AND l.id = a.transactionline '
        "LEFT JOIN sandbox_deposited d ON d.payment = t.id WHERE t.id = ? ORDER BY l.id LIMIT 1",
        (special_account(books, "UnDepFunds"), number),
    )
    if row is None or not _may_be_chosen(books, head, row):
        raise errors.invalid_field(number, "id", path=line.place("id"))
    foreign, base = exact(row["foreignamount"]), exact(row["netamount"])
    amount = _line_amount(head, line, currency=row["currency"], foreign=foreign, base=base)
    waiting = special_account(books, "UnDepFunds")
    return Selected(number, row["type"], row["line"], amount, foreign, base, waiting)


def _may_be_chosen(books: Books, head: Header, row: Row) -> bool:
    """In undeposited funds of the deposit's subsidiary, not deposited, not voided, and not hidden by the list's filter."""
    if row["type"] not in _DEPOSITABLE or row["deposit"] is not None or row["voided"] == "T":
        return False
    days = books.options.preferences.payment_list_days
    is_shown = days is None or day_of(row["trandate"]) >= head.tran_date - timedelta(days=days)
    return is_shown and row["sandbox_subsidiary"] == head.subsidiary


def _line_amount(head: Header, line: Reader, *, currency: int, foreign: Decimal, base: Decimal) -> Decimal:
    """The line's amount in the bank's currency.

    Same currency: the payment's own amount. Bank in base currency: the payment's base amount at its stored rate,
    unless `paymentAmount` says otherwise. Otherwise `paymentAmount` must be given (help section_3941950392).
    """
    entered = line.amount("paymentAmount", head.currency.precision)
    if currency == head.currency.id:
        if entered is not None and entered != foreign:
            raise errors.invalid_field(entered, "paymentAmount", path=line.place("paymentAmount"))
        return foreign
    if entered is not None:
        if (entered < 0) != (foreign < 0):
            raise errors.invalid_field(entered, "paymentAmount", path=line.place("paymentAmount"))
        return entered
    if head.currency.id == head.base.id:
        return base
    raise errors.missing_value("Payment Amount")


def _account_line(books: Books, head: Header, line: Reader, *, sign: int) -> Line:
    """An `other` line (sign -1: credits its account) or a `cashback` line (sign 1: debits it)."""
    number = line.reference("account")
    amount = line.amount("amount", head.currency.precision)
    if number is None:
        raise errors.missing_value("Account")
    if amount is None:
        raise errors.missing_value("Amount")
    found = account(books, number)
    if found is None:
        raise errors.invalid_field(number, "account", path=line.place("account"))
    if head.subsidiary not in found.subsidiaries:
        raise wrong_subsidiary(head.subsidiary, number)
    if found.currency not in (None, head.currency.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
    if found.type == "AcctRec" and line.reference("entity") is None:
        raise errors.missing_value("Name")
    return Line(
        account=number,
        foreign=sign * amount,
        base=sign * head.to_base(amount),
        memo=line.text("memo"),
        entity=line.reference("entity"),
        columns=line_segments(books, head.segments, line),
    )


def deposit_amounts(books: Books, deposit: int) -> dict[int, Decimal]:
    """The amount of each payment on a deposit, in the deposit's currency, by payment id."""
    rows = books.rows("SELECT payment, amount FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    return {int(row["payment"]): exact(row["amount"]) for row in rows}
