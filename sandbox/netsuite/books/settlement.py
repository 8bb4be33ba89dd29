"""Customer payments and customer refunds, and the `apply` lines they share with credit memos.

Payment: debit the account (undeposited funds or a bank), credit receivables, the unapplied part included.
Refund: debit receivables, credit the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sandbox.netsuite import errors
from sandbox.netsuite.books import application, header, ledger
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.application import Application, Document
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Draft, Header
from sandbox.netsuite.books.ledger import Line, Status
from sandbox.netsuite.reading import Reader

_MONEY_ACCOUNTS = ("Bank", "OthCurrAsset", "CredCard", "OthCurrLiab")


def post_payment(books: Books, draft: Draft, kept: Sequence[Application]) -> None:
    """Post a customer payment, apply it, and put back the refunds made from it (`kept`)."""
    body = draft.body
    head = header.customer_header(books, draft, customer_field="customer")
    amount = body.amount("payment", head.currency.precision)
    if amount is None:
        amount = sum((line.amount("amount", head.currency.precision) or ZERO for line in _selected(body)), ZERO)
    if amount < 0:
        raise errors.user_error(errors.NEGATIVE_PAYMENT)
    if amount == 0:
        raise errors.out_of_range("0.0", "payment")
    account = _payment_account(books, body)
    _check_account(books, account, head)
    base = head.to_base(amount)
    lines = [Line(account, amount, base), Line(_receivables(books, body), -amount, -base)]
    ledger.write(books, head, lines, Status("B", "Not Deposited"))
    if body.flag("autoApply"):
        _apply_oldest_first(books, draft, head)
    else:
        apply_lines(books, draft, head, sources=("CustInvc",))
    for part in kept:
        if part.source == draft.id:
            application.apply(books, source=part.source, target=part.target, amount=part.amount)
    application.refresh(books, draft.id)


def post_refund(books: Books, draft: Draft, kept: Sequence[Application]) -> None:  # noqa: ARG001 - nothing is kept: a refund is never a source
    """Post a customer refund against open credit memos or unapplied payments; its total is the sum of its lines."""
    body = draft.body
    head = header.customer_header(books, draft, customer_field="customer")
    account = body.reference("account")
    if account is None:
        raise errors.missing_value("Account")
    _check_account(books, account, head)
    planned = _planned(books, head, body, sources=("CustCred", "CustPymt"), limit=None)
    if not planned:
        raise errors.user_error(errors.NO_VALID_LINE)
    amount = sum((part for _, part in planned), ZERO)
    base = head.to_base(amount)
    lines = [Line(account, -amount, -base), Line(_receivables(books, body), amount, base)]
    ledger.write(books, head, lines, Status("B", "Not Deposited"))
    for found, part in planned:
        application.apply(books, source=found.id, target=draft.id, amount=part)


def apply_lines(books: Books, draft: Draft, head: Header, *, sources: tuple[str, ...]) -> None:
    """Apply a posted payment or credit memo as its `apply` lines say.

    Raises the documented refusals: a document that is not this customer's, another currency, more than remains.
    """
    own = application.document(books, draft.id)
    limit = own.remaining if own is not None else ZERO
    planned = _planned(books, head, draft.body, sources=sources, limit=limit)
    if sum((amount for _, amount in planned), ZERO) > limit:
        raise errors.user_error(errors.OVER_APPLIED)
    for found, amount in planned:
        application.apply(books, source=found.id, target=draft.id, amount=amount)


def _selected(body: Reader) -> list[Reader]:
    return [line for line in body.lines("apply") if line.flag("apply", default=True)]


def _planned(
    books: Books, head: Header, body: Reader, *, sources: tuple[str, ...], limit: Decimal | None
) -> list[tuple[Document, Decimal]]:
    """The documents of the `apply` lines with the amount for each; a line without amount takes what it can."""
    planned: list[tuple[Document, Decimal]] = []
    left = limit
    for line in _selected(body):
        found = _source(books, head, line, sources)
        amount = line.amount("amount", head.currency.precision)
        if amount is None:
            amount = found.remaining if left is None else min(found.remaining, left)
        if amount < 0:
            raise errors.out_of_range(amount, "amount")
        if amount == 0:
            continue
        if any(other.id == found.id for other, _ in planned):
            raise errors.user_error(errors.DUPLICATE_KEYS)
        if amount > found.remaining:
            raise errors.user_error(errors.OVER_LINKED)
        planned.append((found, amount))
        left = None if left is None else left - amount
    return planned


def _source(books: Books, head: Header, line: Reader, sources: tuple[str, ...]) -> Document:
    number = line.reference("doc")
    if number is None:
        raise errors.missing_value("Apply: Doc")
    found = application.document(books, number)
    if found is None or found.kind.code not in sources:
        raise errors.invalid_field(number, "doc", path=line.place("doc"))
    if found.entity != head.entity:
        raise errors.user_error(errors.OTHER_ENTITY)
    if found.currency != head.currency.id or found.subsidiary != head.subsidiary:
        raise errors.invalid_field(number, "doc", path=line.place("doc"))
    return found


def _apply_oldest_first(books: Books, draft: Draft, head: Header) -> None:
    if draft.body.lines("apply"):
        raise errors.user_error(errors.AMBIGUOUS_AUTO_APPLY)
    own = application.document(books, draft.id)
    left = own.remaining if own is not None else ZERO
    rows = books.rows(
        "SELECT id FROM \"transaction\" WHERE type = 'CustInvc' AND entity = ? AND currency = ? ORDER BY trandate, id",
        (head.entity, head.currency.id),
    )
    for row in rows:
        found = application.document(books, row["id"])
        amount = min(found.remaining, left) if found is not None else ZERO
        if amount > 0:
            application.apply(books, source=row["id"], target=draft.id, amount=amount)
            left -= amount


def _payment_account(books: Books, body: Reader) -> int:
    """The account the money goes to: `account`, or undeposited funds when asked for or when nothing is said."""
    account = body.reference("account")
    undeposited = header.special_account(books, "UnDepFunds")
    if _wants_undeposited(body) or account is None:
        return undeposited
    return account


def _wants_undeposited(body: Reader) -> bool:
    """`undepFunds` as a boolean (2020 REST), as `{"id": "T"}` (2026.1 schema) or as its bare letter."""
    value = body.body.get("undepFunds")
    if isinstance(value, dict):
        value = value.get("id")
    return value is True or value == "T"


def _receivables(books: Books, body: Reader) -> int:
    account = body.reference("arAcct") or header.special_account(books, "AcctRec")
    row = books.row("SELECT accttype FROM account WHERE id = ?", (account,))
    if row is None or row["accttype"] != "AcctRec":
        raise errors.invalid_field(account, "arAcct", path="arAcct")
    return account


def _check_account(books: Books, account: int, head: Header) -> None:
    """The money account's type, subsidiary and (for a bank) currency must suit the transaction."""
    row = books.row("SELECT accttype, currency, subsidiary FROM account WHERE id = ?", (account,))
    if row is None or row["accttype"] not in _MONEY_ACCOUNTS:
        raise errors.invalid_field(account, "account", path="account")
    if str(head.subsidiary) not in row["subsidiary"].split(", "):
        raise errors.user_error(
            f"Transaction subsidiary {head.subsidiary} is not valid for account {account}. "
            "Please choose a different account."
        )
    if row["currency"] is not None and row["currency"] not in (head.currency.id, head.base.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
