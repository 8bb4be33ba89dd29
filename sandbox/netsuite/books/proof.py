"""The trial balance: every account's debits and credits by subsidiary, and whether they cancel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sandbox.netsuite.books.amounts import ZERO, exact
from sandbox.netsuite.books.database import Books


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account of one subsidiary; amounts in the subsidiary's base currency, balance debit-positive."""

    subsidiary: int
    account: int
    number: str
    name: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Debits less credits."""
        return self.debit - self.credit


def trial_balance(books: Books) -> list[AccountBalance]:
    """All accounts with postings, by subsidiary and account number."""
    sums: dict[tuple[int, int, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    rows = books.rows(
        "SELECT t.sandbox_subsidiary AS subsidiary, a.account, c.acctnumber, c.fullname, a.debit, a.credit "
        'FROM transactionaccountingline a JOIN "transaction" t ON t.id = a."transaction" '
        "JOIN account c ON c.id = a.account"
    )
    for row in rows:
        entry = sums[(row["subsidiary"], row["account"], row["acctnumber"], row["fullname"])]
        entry[0] += exact(row["debit"])
        entry[1] += exact(row["credit"])
    balances = [AccountBalance(*key, debit=debit, credit=credit) for key, (debit, credit) in sums.items()]
    return sorted(balances, key=lambda balance: (balance.subsidiary, balance.number))


def out_of_balance(books: Books) -> dict[int, Decimal]:
    """Debits less credits by subsidiary, where they differ: empty when the books are right."""
    totals: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for balance in trial_balance(books):
        totals[balance.subsidiary] += balance.balance
    return {subsidiary: total for subsidiary, total in totals.items() if total != ZERO}
