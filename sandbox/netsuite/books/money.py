"""Where money comes to rest: undeposited funds or a bank, and whether that account suits the transaction."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.reference import account, special_account, wrong_subsidiary
from sandbox.netsuite.reading import Reader

_MONEY_ACCOUNTS = ("Bank", "OthCurrAsset", "CredCard", "OthCurrLiab")


def payment_account(books: Books, body: Reader) -> int:
    """The account the money goes to: `account`, or undeposited funds when asked for or when nothing is said."""
    chosen = body.reference("account")
    if wants_undeposited(body) or chosen is None:
        return special_account(books, "UnDepFunds")
    return chosen


def wants_undeposited(body: Reader) -> bool:
    """`undepFunds` as a boolean (2020 REST), as `{"id": "T"}` (2026.1 schema) or as its bare letter."""
    value = body.body.get("undepFunds")
    if isinstance(value, dict):
        value = value.get("id")
    return value is True or value == "T"


def receivables_account(books: Books, body: Reader, field: str = "arAcct") -> int:
    """The receivables account of a body, the company's own where it names none. Refuses any other kind."""
    chosen = body.reference(field)
    if chosen is None:
        return special_account(books, "AcctRec")
    found = account(books, chosen)
    if found is None or found.type != "AcctRec":
        raise errors.invalid_field(chosen, field, path=field)
    return chosen


def check_money_account(books: Books, account_id: int, head: Header) -> None:
    """The money account's type, subsidiary and (for a bank) currency must suit the transaction."""
    found = account(books, account_id)
    if found is None or found.type not in _MONEY_ACCOUNTS:
        raise errors.invalid_field(account_id, "account", path="account")
    if head.subsidiary not in found.subsidiaries:
        raise wrong_subsidiary(head.subsidiary, account_id)
    if found.currency is not None and found.currency not in (head.currency.id, head.base.id):
        raise errors.user_error(errors.OTHER_ACCOUNT_CURRENCY)
