"""The lines of a deposit that have no record: `cashback` for money out, `other` for money in (ACCOUNTING F2, F6).

Fees of one kind are one line, charged less returned; other movements one line for each kind and direction, so that what
is held and what is released both show. Policy `fee_lines: per_transaction` makes it one line a ledger line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositLine
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.fee import MEMO_BY_ROLE

_NAMED = 3


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    """What is one line. `side` keeps movements in and out apart; fees have none."""

    role: AccountRole
    memo: str
    side: str
    transaction_id: str


@dataclass(slots=True)
class _Sum:
    minor: int = 0
    sources: list[str] = field(default_factory=list)


class AccountLines:
    """Collects money without a record, signed as in Stripe's balance: positive is money in."""

    def __init__(self, currency: str, account_id_by_role: Mapping[str, str], *, per_transaction: bool) -> None:
        self._currency = currency
        self._account_id_by_role = account_id_by_role
        self._per_transaction = per_transaction
        self._sums: defaultdict[_Key, _Sum] = defaultdict(_Sum)

    def add_fee(self, role: AccountRole, transaction_id: str, minor: int) -> None:
        """Take a fee, positive when charged."""
        self._sum(role, MEMO_BY_ROLE[role], "", transaction_id).minor -= minor

    def add(self, role: AccountRole, memo: str, transaction_id: str, source: str | None, minor: int) -> None:
        """Take a movement, positive when money comes in; the line's memo names up to three sources."""
        if not minor:
            return
        entry = self._sum(role, memo, "in" if minor > 0 else "out", transaction_id)
        entry.minor += minor
        if source:
            entry.sources.append(source)

    def _sum(self, role: AccountRole, memo: str, side: str, transaction_id: str) -> _Sum:
        return self._sums[_Key(role, memo, side, transaction_id if self._per_transaction else "")]

    def unmapped(self) -> list[tuple[AccountRole, Money]]:
        """Return the roles that have no account, with what they would get; positive is money out."""
        amounts: defaultdict[AccountRole, int] = defaultdict(int)
        for key, entry in self._sums.items():
            if key.role not in self._account_id_by_role:
                amounts[key.role] -= entry.minor
        return [(role, Money(minor, self._currency)) for role, minor in sorted(amounts.items())]

    def lines(self, at_most: int) -> tuple[list[DepositLine], list[DepositLine]]:
        """Return cashback and other lines, by role and memo; one a kind where there would be more than `at_most`."""
        chosen = dict(self._sums) if len(self._sums) <= at_most else self._whole()
        cashbacks: list[DepositLine] = []
        others: list[DepositLine] = []
        for key, entry in sorted(chosen.items(), key=lambda pair: pair[0]):
            if not entry.minor:
                continue
            named = _few(entry.sources or [key.transaction_id])
            line = DepositLine(
                account_id=self._account_id_by_role[key.role],
                amount=Money(abs(entry.minor), self._currency).major,
                memo=" ".join([key.memo, *named]),
            )
            (others if entry.minor > 0 else cashbacks).append(line)
        return cashbacks, others

    def _whole(self) -> dict[_Key, _Sum]:
        """Add up over the ledger lines."""
        whole: defaultdict[_Key, _Sum] = defaultdict(_Sum)
        for key, entry in self._sums.items():
            line = whole[_Key(key.role, key.memo, key.side, "")]
            line.minor += entry.minor
            line.sources.extend(entry.sources)
        return dict(whole)


def _few(sources: list[str]) -> list[str]:
    """Name the sources, in one order whatever the order of the ledger lines."""
    ordered = sorted(set(sources) - {""})
    more = len(ordered) - _NAMED
    return [", ".join(ordered[:_NAMED]) + (f" and {more} more" if more > 0 else "")] if ordered else []
