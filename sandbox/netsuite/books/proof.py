"""The proof of the books: every account's debits and credits by subsidiary, and whether they cancel."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.totals import Balance, balances


def trial_balance(books: Books) -> list[Balance]:
    """All accounts with postings, by subsidiary and account number."""
    return balances(books)


def out_of_balance(books: Books) -> dict[int, Decimal]:
    """Debits less credits by subsidiary, where they differ: empty when the books are right."""
    totals: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for balance in trial_balance(books):
        totals[balance.subsidiary] += balance.balance
    return {subsidiary: total for subsidiary, total in totals.items() if total != ZERO}
