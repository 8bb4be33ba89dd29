"""Deposits: payments and refunds out of undeposited funds into a bank, each once; other and cash-back lines.

Debit the bank (total) and the cash-back accounts; credit undeposited funds and the accounts of the other lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import application, header, ledger
from sandbox.netsuite.books.amounts import ZERO, exact, stored
from sandbox.netsuite.books.application import Application
from sandbox.netsuite.books.database import Books, Row
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.reading import Reader

_DEPOSITABLE = ("CustPymt", "CustRfnd")


@dataclass(frozen=True, slots=True)
class Selected:
    """A payment (+) or refund (-) on the deposit: its amount in deposit currency, its base amount, its own account."""

    id: int
    code: str
    amount: Decimal
    foreign: Decimal
    base: Decimal
    account: int


def post_deposit(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - deposits are not applied
    """Post a deposit. The bank account decides subsidiary and currency; the total may be zero but not negative."""
    body = draft.body
    bank = _bank(books, body)
    subsidiary = int(bank["subsidiary"].split(", ")[0])
    chosen = body.reference("subsidiary")
    if chosen is not None and chosen != subsidiary:
        raise errors.user_error(errors.BANK_SUBSIDIARY)
    currency_id = bank["currency"] or header.base_currency(books, subsidiary).id
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
    _post(books, head, bank["id"], selected, [*others, *cashbacks])


def release(books: Books, deposit: int) -> list[int]:
    """Free the payments of a deposit that is deleted or posted anew; returns their ids."""
    rows = books.rows("SELECT payment FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    books.execute("DELETE FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    books.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ? AND nexttype = 'Deposit'", (deposit,))
    payments = [int(row["payment"]) for row in rows]
    for payment in payments:
        application.refresh(books, payment)
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
        account = header.special_account(books, "UnrealizedMatchingGainLoss")
        lines.append(Line(account, ZERO, difference, memo="Unrealized matching gain/loss"))
    ledger.write(books, head, lines, Status("B", "Deposited"))
    for line in selected:
        books.insert("sandbox_deposited", {"payment": line.id, "deposit": head.id, "amount": stored(line.amount)})
        application.link(
            books,
            previous=(line.id, line.code),
            following=(head.id, "Deposit"),
            kind="DepositPymt",
            amount=line.foreign,
        )
        application.refresh(books, line.id)


def _bank(books: Books, body: Reader) -> Row:
    account = body.reference("account")
    if account is None:
        raise errors.missing_value("Account")
    row = books.row("SELECT * FROM account WHERE id = ?", (account,))
    if row is None or row["accttype"] not in ("Bank", "OthCurrAsset") or row["sspecacct"] == "UnDepFunds":
        raise errors.invalid_field(account, "account", path="account")
    return row


def _select(books: Books, head: Header, line: Reader) -> Selected:
    """One payment line; everything that may not be chosen gives the same Invalid Field Value, as the list hides it."""
    given = line.body.get("id")
    if isinstance(given, bool) or not str(given).isdigit():
        raise errors.invalid_value("id", path=line.place("id"))
    number = int(str(given))
    row = books.row('SELECT * FROM "transaction" WHERE id = ?', (number,))
    taken = books.row("SELECT deposit FROM sandbox_deposited WHERE payment = ?", (number,))
    if row is None or row["type"] not in _DEPOSITABLE or taken is not None:
        raise errors.invalid_field(number, "id", path=line.place("id"))
    account, foreign, base = ledger.main_line(books, number)
    if row["sandbox_subsidiary"] != head.subsidiary or account != header.special_account(books, "UnDepFunds"):
        raise errors.invalid_field(number, "id", path=line.place("id"))
    amount = _line_amount(head, line, currency=row["currency"], foreign=foreign, base=base)
    return Selected(number, row["type"], amount, foreign, base, account)


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
    account = line.reference("account")
    amount = line.amount("amount", head.currency.precision)
    if account is None:
        raise errors.missing_value("Account")
    if amount is None:
        raise errors.missing_value("Amount")
    row = books.row("SELECT currency, subsidiary, accttype FROM account WHERE id = ?", (account,))
    if row is None:
        raise errors.invalid_field(account, "account", path=line.place("account"))
    if str(head.subsidiary) not in row["subsidiary"].split(", "):
        raise errors.user_error(
            f"Transaction subsidiary {head.subsidiary} is not valid for account {account}. "
            "Please choose a different account."
        )
    if row["currency"] not in (None, head.currency.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
    if row["accttype"] == "AcctRec" and line.reference("entity") is None:
        raise errors.missing_value("Name")
    named = {name: line.reference(name) for name in ("department", "class", "location")}
    return Line(
        account=account,
        foreign=sign * amount,
        base=sign * head.to_base(amount),
        memo=line.text("memo"),
        entity=line.reference("entity"),
        columns={name: value for name, value in named.items() if value is not None},
    )


def deposit_amounts(books: Books, deposit: int) -> dict[int, Decimal]:
    """The amount of each payment on a deposit, in the deposit's currency, by payment id."""
    rows = books.rows("SELECT payment, amount FROM sandbox_deposited WHERE deposit = ?", (deposit,))
    return {int(row["payment"]): exact(row["amount"]) for row in rows}
