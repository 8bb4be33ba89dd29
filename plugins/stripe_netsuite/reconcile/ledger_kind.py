"""What a ledger line is to a deposit: a record's payment line, or money to or from an account (ACCOUNTING F2, F6, F13).

Decided by reporting category (by type where Stripe documents no category), as data. Stripe's enums are open: what is in
no table here is None, and the caller decides by policy; nothing is guessed. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stripe_netsuite.domain.identity import Role, movement_id
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.mapping.accounts import AccountRole

CAPTURE_REVERSAL = "partial_capture_reversal"
"""It nets the payment of its charge (D5); in another payout than that it is money to and from an account."""
FEE_CATEGORIES = frozenset({"fee", "network_cost", "tax"})
"""Categories of lines that are a fee as a whole; what stands in their `fee` is the tax on it."""
DISPUTE_CATEGORIES = frozenset({"dispute", "dispute_reversal"})


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record in NetSuite stands for the line: whose, in which role, and whether it brings money in.

    `number`: the how-manieth movement of its dispute it is.
    """

    source: str
    role: Role
    is_inflow: bool
    number: int = 1

    @property
    def key(self) -> tuple[str, Role]:
        """What the record is linked by."""
        return movement_id(self.source, self.number), self.role


@dataclass(frozen=True, slots=True)
class AccountLine:
    """Money without a record: to or from the account of a role. A fee is added up with others of its kind."""

    role: AccountRole
    memo: str = ""
    is_fee: bool = False


_RESERVES = AccountRole.RESERVES
_CAPITAL = AccountRole.CAPITAL
_ISSUING = AccountLine(AccountRole.ISSUING, "Issuing")

# These types say more than their category, or have none that is documented.
_BY_TYPE: Mapping[str, AccountLine] = {
    "payout_minimum_balance_hold": AccountLine(_RESERVES, "Minimum balance held"),
    "payout_minimum_balance_release": AccountLine(_RESERVES, "Minimum balance released"),
    "reserve_hold": AccountLine(_RESERVES, "Reserve held"),
    "reserve_release": AccountLine(_RESERVES, "Reserve released"),
    "stripe_fx_fee": AccountLine(AccountRole.FX_FEES, is_fee=True),
    "tax_fund": AccountLine(AccountRole.TAX_ON_FEES, is_fee=True),
}
_BY_CATEGORY: Mapping[str, AccountLine] = {
    "advance": AccountLine(_CAPITAL, "Advance"),
    "advance_funding": AccountLine(_CAPITAL, "Advance funding"),
    "anticipation_repayment": AccountLine(_CAPITAL, "Anticipation repayment"),
    "climate_order_purchase": AccountLine(AccountRole.CONTRIBUTIONS, "Climate order"),
    "climate_order_refund": AccountLine(AccountRole.CONTRIBUTIONS, "Climate order refunded"),
    "connect_collection_transfer": AccountLine(AccountRole.TRANSFERS, "Collection from connected accounts"),
    "connect_reserved_funds": AccountLine(_RESERVES, "Reserve for connected accounts"),
    "contribution": AccountLine(AccountRole.CONTRIBUTIONS, "Contribution"),
    "dispute_reversal": AccountLine(AccountRole.DISPUTE_REVERSALS, "Dispute won"),
    "financing_paydown": AccountLine(_CAPITAL, "Repayment of a loan"),
    "financing_paydown_reversal": AccountLine(_CAPITAL, "Repayment of a loan reversed"),
    "financing_payout": AccountLine(_CAPITAL, "Loan paid out"),
    "financing_payout_reversal": AccountLine(_CAPITAL, "Loan paid out reversed"),
    "issuing_authorization_hold": _ISSUING,
    "issuing_authorization_release": _ISSUING,
    "issuing_disbursement": _ISSUING,
    "issuing_dispute": _ISSUING,
    "issuing_transaction": _ISSUING,
    "network_cost": AccountLine(AccountRole.NETWORK_COSTS, is_fee=True),
    "other_adjustment": AccountLine(AccountRole.ADJUSTMENTS, "Adjustment"),
    CAPTURE_REVERSAL: AccountLine(AccountRole.ADJUSTMENTS, "Released in another payout than its charge"),
    "payment_network_reserve_hold": AccountLine(_RESERVES, "Reserve of the payment network held"),
    "payment_network_reserve_release": AccountLine(_RESERVES, "Reserve of the payment network released"),
    "payout": AccountLine(AccountRole.PAYOUTS_IN_TRANSIT, "Another payout"),
    "payout_reversal": AccountLine(AccountRole.PAYOUTS_IN_TRANSIT, "Payout that came back"),
    "platform_earning": AccountLine(AccountRole.PLATFORM_EARNINGS, "Application fee earned"),
    "platform_earning_refund": AccountLine(AccountRole.PLATFORM_EARNINGS, "Application fee given back"),
    "risk_reserved_funds": AccountLine(_RESERVES, "Reserve"),
    "tax": AccountLine(AccountRole.TAX_ON_FEES, is_fee=True),
    "topup": AccountLine(AccountRole.TOPUPS, "Top-up"),
    "topup_reversal": AccountLine(AccountRole.TOPUPS, "Top-up reversed"),
    "transfer": AccountLine(AccountRole.TRANSFERS, "Transfer"),
    "transfer_reversal": AccountLine(AccountRole.TRANSFERS, "Transfer reversed"),
    "unreconciled_customer_funds": AccountLine(AccountRole.UNCLAIMED_FUNDS, "Unclaimed customer funds"),
}
# `fee` lines name product and period in their description alone. The first pattern that fits decides.
_IS_INTERCHANGE_PLUS = re.compile(r"^(card payments|ic\+|interchange plus)", re.IGNORECASE)
_FEE_PATTERNS: tuple[tuple[re.Pattern[str], AccountRole], ...] = (
    (re.compile(r"network cost|interchange cost|scheme|network fee", re.IGNORECASE), AccountRole.NETWORK_COSTS),
    (_IS_INTERCHANGE_PLUS, AccountRole.PROCESSING_FEES),
    (re.compile(r"dispute|chargeback", re.IGNORECASE), AccountRole.DISPUTE_FEES),
    (re.compile(r"\bpayout fee", re.IGNORECASE), AccountRole.INSTANT_PAYOUT_FEES),
    (re.compile(r"conversion|\bfx\b", re.IGNORECASE), AccountRole.FX_FEES),
)


def kind_of(row: BalanceTransaction, *, reopens_disputes: bool = False) -> RecordLine | AccountLine | None:
    """Return what the line is; None where no rule knows it, or where it names no object to have a record.

    `reopens_disputes`: a dispute that is won has a record of its own (E5, policy `reopen`).
    """
    record = _record_line(row, reopens_disputes=reopens_disputes)
    if record is not None:
        return record
    if row.type in _BY_TYPE:
        return _BY_TYPE[row.type]
    if row.reporting_category == "fee":
        return AccountLine(_fee_role(row.description or ""), is_fee=True)
    return _BY_CATEGORY.get(row.reporting_category)


def _record_line(row: BalanceTransaction, *, reopens_disputes: bool) -> RecordLine | None:
    source = row.source
    if source is None:
        return None
    match row.reporting_category:
        case "charge":
            return RecordLine(source, Role.MAIN, is_inflow=True)
        case "refund" if row.type == "payment_refund" and row.amount > 0:
            return RecordLine(source, Role.REINSTATED, is_inflow=True)
        case "refund":
            return RecordLine(source, Role.MAIN, is_inflow=False)
        case "dispute":
            return RecordLine(source, Role.MAIN, is_inflow=False, number=row.movement)
        case "refund_failure":
            return RecordLine(source, Role.REINSTATED, is_inflow=True)
        case "charge_failure":
            is_charge = source.startswith(("ch_", "py_"))
            return RecordLine(source, Role.FAILED if is_charge else Role.MAIN, is_inflow=False)
        case "dispute_reversal" if reopens_disputes:
            return RecordLine(source, Role.REOPENED, is_inflow=True, number=row.movement)
        case _:
            return None


def _fee_role(description: str) -> AccountRole:
    for pattern, role in _FEE_PATTERNS:
        if pattern.search(description):
            return role
    return AccountRole.PRODUCT_FEES
