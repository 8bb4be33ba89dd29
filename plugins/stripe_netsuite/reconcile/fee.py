"""Fees inside a payout's ledger lines, each kind to its role (ACCOUNTING E6, F6). Pure.

`fee_details` names the kind; what it means depends on the line: on a dispute it is the dispute's fee, on a line that is
a fee as a whole it is the tax on it. A fee without details counts as Stripe's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.ledger_kind import DISPUTE_CATEGORIES, FEE_CATEGORIES

_STRIPE_FEE = "stripe_fee"
# `fee_details.type` → role of accounts.yaml. A kind that is not here is unknown: policy `unknown_category` decides.
ROLE_BY_FEE_TYPE: Mapping[str, AccountRole] = {
    _STRIPE_FEE: AccountRole.PROCESSING_FEES,
    "application_fee": AccountRole.APPLICATION_FEES,
    "tax": AccountRole.TAX_ON_FEES,
    "payment_method_passthrough_fee": AccountRole.NETWORK_COSTS,
    "withheld_tax": AccountRole.WITHHELD_TAX,
}
MEMO_BY_ROLE: Mapping[AccountRole, str] = {
    AccountRole.PROCESSING_FEES: "Stripe processing fees",
    AccountRole.APPLICATION_FEES: "Application fees",
    AccountRole.TAX_ON_FEES: "Tax on Stripe fees",
    AccountRole.NETWORK_COSTS: "Card network costs",
    AccountRole.PRODUCT_FEES: "Stripe product fees",
    AccountRole.DISPUTE_FEES: "Dispute fees",
    AccountRole.FX_FEES: "Currency conversion fees",
    AccountRole.INSTANT_PAYOUT_FEES: "Instant payout fees",
    AccountRole.WITHHELD_TAX: "Tax withheld by Stripe",
}


@dataclass(frozen=True, slots=True)
class Fee:
    """A part of one ledger line's fee, positive when charged. `role` is None for a kind that no rule knows."""

    kind: str
    role: AccountRole | None
    minor: int


def fees_of(row: BalanceTransaction) -> Iterator[Fee]:
    """Yield the parts of the line's fee; they add up to it, whatever its details say."""
    explained = 0
    for detail in row.fee_details:
        explained += detail.amount
        if detail.amount:
            yield Fee(detail.type, _role_of(row, detail.type), detail.amount)
    if row.fee != explained:
        yield Fee(_STRIPE_FEE, _role_of(row, _STRIPE_FEE), row.fee - explained)


def _role_of(row: BalanceTransaction, kind: str) -> AccountRole | None:
    if kind == _STRIPE_FEE and row.reporting_category in DISPUTE_CATEGORIES:
        return AccountRole.DISPUTE_FEES
    if kind == _STRIPE_FEE and row.reporting_category in FEE_CATEGORIES:
        return AccountRole.TAX_ON_FEES
    return ROLE_BY_FEE_TYPE.get(kind)
