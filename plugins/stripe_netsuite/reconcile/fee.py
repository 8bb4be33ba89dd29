"""Fees of a payout's ledger lines, each kind to its role (ACCOUNTING F6); what is returned comes back as `other`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DepositLine
from stripe_netsuite.domain.stripe_object import BalanceTransaction

# `fee_details.type` → role of accounts.yaml. A kind that is not here is `suspense` only by name: it holds the payout.
ROLE_BY_FEE_TYPE: Mapping[str, str] = {
    "stripe_fee": "processing_fees",
    "application_fee": "application_fees",
    "tax": "tax_on_fees",
    "payment_method_passthrough_fee": "network_costs",
}
_MEMO_BY_ROLE: Mapping[str, str] = {
    "processing_fees": "Stripe processing fees",
    "application_fees": "Application fees",
    "tax_on_fees": "Tax on Stripe fees",
    "network_costs": "Card network costs",
}


def roles_of(row: BalanceTransaction) -> set[str]:
    """Return the roles that the fees of one ledger line may need; a kind that no rule knows stands for itself."""
    return {"processing_fees", *(_role_of(detail.type) for detail in row.fee_details)}


def _role_of(fee_type: str) -> str:
    return ROLE_BY_FEE_TYPE.get(fee_type, fee_type)


class FeeLines:
    """Adds up fees by role, or keeps one line a transaction (policy `fee_lines`)."""

    def __init__(self, currency: str, account_id_by_role: Mapping[str, str], *, per_transaction: bool) -> None:
        self._currency = currency
        self._account_id_by_role = account_id_by_role
        self._per_transaction = per_transaction
        self._minor_by_line: dict[tuple[str, str], int] = defaultdict(int)

    def add(self, row: BalanceTransaction) -> None:
        """Take the fees of one ledger line; a fee without details counts as Stripe's own."""
        explained = 0
        for detail in row.fee_details:
            self._put(_role_of(detail.type), row.id, detail.amount)
            explained += detail.amount
        self._put("processing_fees", row.id, row.fee - explained)

    def total(self) -> Money:
        """Return all fees, positive when charged."""
        return Money(sum(self._minor_by_line.values()), self._currency)

    def unmapped(self) -> list[tuple[str, Money]]:
        """Return the kinds that have no account, with their amounts."""
        amounts: dict[str, int] = defaultdict(int)
        for (role, _), minor in self._minor_by_line.items():
            if role not in self._account_id_by_role:
                amounts[role] += minor
        return [(role, Money(minor, self._currency)) for role, minor in sorted(amounts.items())]

    def lines(self) -> tuple[list[DepositLine], list[DepositLine]]:
        """Return cashback lines (fees charged) and other lines (fees returned), by role, then transaction."""
        cashbacks: list[DepositLine] = []
        others: list[DepositLine] = []
        for (role, transaction_id), minor in sorted(self._minor_by_line.items()):
            if not minor:
                continue
            memo = _MEMO_BY_ROLE.get(role, role)
            line = DepositLine(
                account_id=self._account_id_by_role[role],
                amount=Money(abs(minor), self._currency).major,
                memo=f"{memo} {transaction_id}".strip(),
            )
            (cashbacks if minor > 0 else others).append(line)
        return cashbacks, others

    def _put(self, role: str, transaction_id: str, minor: int) -> None:
        if minor:
            self._minor_by_line[role, transaction_id if self._per_transaction else ""] += minor
