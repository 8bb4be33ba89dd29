"""What the ledger needs to know of money that moves: its type, amount, fees, source and days.

Data: the reporting category that each type of balance transaction has unless its event says otherwise
(docs.stripe.com/reports/balance-transaction-types, docs.stripe.com/reports/reporting-categories). Where Stripe documents
none, the type's own name stands for it; accountants' software has to bear categories it has never seen anyway.
"""

from dataclasses import dataclass
from decimal import Decimal

PAYMENTS = "payments"

_CATEGORIES = {
    "adjustment": "other_adjustment",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "obligation_outbound": "other_adjustment",
    "obligation_reversal_inbound": "other_adjustment",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payment_unreconciled": "unreconciled_customer_funds",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "reserve_hold": "risk_reserved_funds",
    "reserve_release": "risk_reserved_funds",
    "reserve_transaction": "connect_reserved_funds",
    "reserved_funds": "risk_reserved_funds",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "tax",
    "transfer_cancel": "transfer_reversal",
    "transfer_failure": "transfer_reversal",
    "transfer_refund": "transfer_reversal",
}


def category_of(movement_type: str) -> str:
    """The reporting category of a type, where nothing special happened."""
    return _CATEGORIES.get(movement_type, movement_type)


@dataclass(frozen=True, slots=True)
class Fee:
    """One part of a row's fee: positive when charged, negative when returned; minor units of the row's currency.

    `type` is stripe_fee, application_fee, tax, payment_method_passthrough_fee or withheld_tax.
    """

    amount: int
    type: str = "stripe_fee"
    description: str | None = "Stripe processing fees"
    application: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moves. Amounts are minor units of the settlement currency, instants Unix seconds."""

    type: str
    source: str | None
    amount: int
    currency: str
    created: int
    available_on: int
    fees: tuple[Fee, ...] = ()
    description: str | None = None
    exchange_rate: Decimal | None = None
    reporting_category: str | None = None  # None: the one of the type
    balance_type: str = PAYMENTS
