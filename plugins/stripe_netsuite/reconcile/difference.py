"""What of a payout has no sound record: it holds the payout, or goes to suspense as policy allows (ACCOUNTING F5). Pure.

`fail_closed`: no deposit. `fail_open`: the deposit is posted, with the difference of each transaction on a line of its
own to the suspense account, as long as all differences together are within the threshold; the findings stay open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.payout_books import PayoutBooks
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH, PayoutFindings

_POSTED = " The deposit is posted; the difference stands in the suspense account."


@dataclass(frozen=True, slots=True)
class _Difference:
    source: str
    transaction_id: str
    minor: int


class Differences:
    """Collects, for one payout, what its records do not cover. `said` takes the findings about them."""

    def __init__(self, payout: Payout, books: PayoutBooks) -> None:
        self._payout = payout
        self._books = books
        self._all: list[_Difference] = []
        self._waiting: list[str] = []
        self._is_open = False
        self.said = PayoutFindings(books.stripe_account, payout.id)

    def add(self, source: str, row: BalanceTransaction, minor: int) -> None:
        """Take the part of a ledger line that no record covers, signed as in the balance."""
        self._all.append(_Difference(source, row.id, minor))

    def add_missing(self, source: str, row: BalanceTransaction) -> None:
        """Take a ledger line that is not booked yet: nothing is wrong with it, it may still come."""
        self._waiting.append(source)
        self.add(source, row, row.amount)

    def settle(self, lines: AccountLines, *, is_held: bool) -> None:
        """Decide, once all lines are taken, whether the differences go to suspense. `is_held`: the payout is anyway."""
        self._is_open = not is_held and self.passes
        if not self._is_open:
            return
        for one in self._all:
            memo = f"Not reconciled: {one.source}"
            lines.add(AccountRole.SUSPENSE, memo, one.transaction_id, None, one.minor)

    def holding(self) -> set[str]:
        """Return the codes that hold the payout."""
        return set() if self._is_open else self.said.codes()

    def waiting(self) -> list[str]:
        """Return the Stripe ids whose records the payout waits for."""
        return [] if self._is_open else self._waiting

    def findings(self, *, is_posted: bool) -> list[Finding]:
        """Return what was found wrong; once the deposit is posted also what it lacks, each said to be let through."""
        if not (is_posted and self._is_open):
            return self.said.all
        missing = set(self._waiting)
        for one in self._all:
            if one.source in missing:
                self.said.hold(
                    "transaction_not_booked",
                    "The payout contains a transaction that is not in NetSuite.",
                    one.source,
                    found=str(Money(one.minor, self._payout.currency)),
                    suggestion="Once it is booked, put it on the payout's deposit in place of the suspense line.",
                )
        return [
            replace(one, message=one.message + _POSTED, details=(*one.details, LET_THROUGH)) for one in self.said.all
        ]

    @property
    def passes(self) -> bool:
        """Whether policy lets the differences through; so it does where there are none."""
        if not self._all:
            return True
        if self._books.payout_mismatch != "fail_open" or (self._waiting and self._books.waits_for_records):
            return False
        return sum(abs(one.minor) for one in self._all) <= self._books.threshold_minor

    @property
    def needs_suspense(self) -> bool:
        """Whether what passes has no account to go to."""
        return bool(self._all) and self.passes and AccountRole.SUSPENSE not in self._books.account_id_by_role
