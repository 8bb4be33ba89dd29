"""Trial balances: debits and credits by account, of all books or of a subsidiary, currency, period; consolidated.

Receives filters by internal id, gives exact sums. Sums run in SQLite over whole thousandths: no currency has more
than three decimals, so that each amount is an exact integer there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sandbox.netsuite.books.amounts import ZERO, exact, rounded
from sandbox.netsuite.books.database import Books

_SCALE = 3


@dataclass(frozen=True, slots=True)
class Balance:
    """One account of one subsidiary in one currency; a balance is debit-positive.

    `debit`, `credit`, `balance`: the subsidiary's base currency. `foreign_balance`: the transactions' currency, which
    is `currency` where the question was asked by currency, else None.
    """

    subsidiary: int
    account: int
    number: str
    name: str
    account_type: str
    debit: Decimal
    credit: Decimal
    currency: int | None = None
    foreign_balance: Decimal | None = None

    @property
    def balance(self) -> Decimal:
        """Debits less credits, base currency."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class ConsolidatedBalance:
    """One account over all subsidiaries, in the parent's base currency at one rate for each subsidiary."""

    account: int
    number: str
    name: str
    balance: Decimal


def balances(
    books: Books,
    *,
    subsidiary: int | None = None,
    currency: int | None = None,
    period: int | None = None,
    by_currency: bool = False,
) -> list[Balance]:
    """Every account with postings, by subsidiary and account number (and currency, if asked for)."""
    split = by_currency or currency is not None
    where, values = _where({"t.sandbox_subsidiary": subsidiary, "t.currency": currency, "t.postingperiod": period})
    foreign, group = ("l.foreignamount", ", t.currency") if split else ("0", "")
    rows = books.rows(
        f"SELECT t.sandbox_subsidiary AS subsidiary, a.account, c.acctnumber, c.fullname, c.accttype, "  # noqa: S608 - fixed names
        f"{_sum('a.debit')} AS debit, {_sum('a.credit')} AS credit, {_sum(foreign)} AS foreignsum, "
        f"{'t.currency' if split else 'NULL'} AS currency FROM transactionaccountingline a "
        'JOIN "transaction" t ON t.id = a."transaction" '
        'JOIN transactionline l ON l."transaction" = a."transaction" AND l.id = a.transactionline '
        f"JOIN account c ON c.id = a.account{where} GROUP BY t.sandbox_subsidiary, a.account{group} "
        f"ORDER BY t.sandbox_subsidiary, c.acctnumber, a.account{group}",
        values,
    )
    return [
        Balance(
            subsidiary=row["subsidiary"],
            account=row["account"],
            number=row["acctnumber"] or "",
            name=row["fullname"],
            account_type=row["accttype"],
            debit=_from_scaled(row["debit"]),
            credit=_from_scaled(row["credit"]),
            currency=row["currency"],
            foreign_balance=_from_scaled(row["foreignsum"]) if split else None,
        )
        for row in rows
    ]


def consolidated(books: Books, *, period: int | None = None) -> list[ConsolidatedBalance]:
    """All subsidiaries in the top one's base currency, each at the newest rate: balances cancel but for rounding.

    NetSuite translates at the consolidated rates of each period; this sandbox has one current rate (assumed).
    """
    top = books.row("SELECT id, currency FROM subsidiary WHERE parent IS NULL ORDER BY id")
    if top is None:
        return []
    precision = books.row("SELECT currencyprecision FROM currency WHERE id = ?", (top["currency"],))
    digits = int(precision["currencyprecision"]) if precision is not None else 2
    sums: dict[tuple[int, str, str], Decimal] = {}
    for entry in balances(books, period=period):
        key = (entry.account, entry.number, entry.name)
        sums[key] = sums.get(key, ZERO) + entry.balance * _newest_rate(books, entry.subsidiary, top["currency"])
    ordered = sorted(sums.items(), key=lambda item: (item[0][1], item[0][0]))
    return [ConsolidatedBalance(*key, balance=rounded(balance, digits)) for key, balance in ordered]


def unbalanced_transactions(books: Books) -> list[int]:
    """Transactions whose debits and credits differ in base currency or in their own: empty when the books are right."""
    rows = books.rows(
        f'SELECT l."transaction" AS id FROM transactionline l LEFT JOIN transactionaccountingline a '  # noqa: S608 - fixed
        'ON a."transaction" = l."transaction" AND a.transactionline = l.id '
        f'GROUP BY l."transaction" HAVING {_sum("a.amount")} <> 0 OR {_sum("l.foreignamount")} <> 0'
    )
    return [int(row["id"]) for row in rows]


def _newest_rate(books: Books, subsidiary: int, currency: int) -> Decimal:
    row = books.row("SELECT currency FROM subsidiary WHERE id = ?", (subsidiary,))
    if row is None or row["currency"] == currency:
        return Decimal(1)
    rate = books.row(
        "SELECT exchangerate FROM currencyrate WHERE basecurrency = ? AND transactioncurrency = ? "
        "ORDER BY effectivedate DESC, id DESC LIMIT 1",
        (currency, row["currency"]),
    )
    return exact(rate["exchangerate"]) if rate is not None else Decimal(1)


def _where(conditions: dict[str, int | None]) -> tuple[str, list[int]]:
    given = {name: value for name, value in conditions.items() if value is not None}
    text = " AND ".join(f"{name} = ?" for name in given)
    return (f" WHERE {text}" if text else ""), list(given.values())


def _sum(column: str) -> str:
    return f"COALESCE(SUM(CAST(ROUND({column} * 1000) AS INTEGER)), 0)"


def _from_scaled(thousandths: int) -> Decimal:
    value = Decimal(thousandths).scaleb(-_SCALE)
    return value.quantize(Decimal("0.01")) if thousandths % 10 == 0 else value
