"""Stripe objects, typed and frozen: exactly the fields the product books from, named as Stripe names them.

Amounts are minor units of the object's `currency`; instants are Unix seconds. Enums are open: they stay strings.
Source: the pinned API version's schema (2026-10-28.endive).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from stripe_netsuite.domain.money import Money

if TYPE_CHECKING:
    Metadata = dict[str, str]
else:
    # Stripe's schema lets it be null; `__post_init__` makes that the empty one.
    Metadata = dict[str, str] | None


class StripeObject(msgspec.Struct, frozen=True, kw_only=True):
    """What every object has."""

    id: str


class LabelledObject(StripeObject, frozen=True, kw_only=True):
    """An object that carries the merchant's own keys and values."""

    metadata: Metadata = {}

    def __post_init__(self) -> None:
        """Read null as no metadata."""
        if self.metadata is None:
            msgspec.structs.force_setattr(self, "metadata", {})


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address; every part may be missing."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Customer(LabelledObject, frozen=True, kw_only=True):
    """A Stripe customer. `deleted` marks the stub that Stripe returns for a deleted one."""

    created: int = 0
    name: str | None = None
    email: str | None = None
    description: str | None = None
    phone: str | None = None
    currency: str | None = None
    address: Address | None = None
    deleted: bool = False


class Product(LabelledObject, frozen=True, kw_only=True):
    """A product: the name behind its prices."""

    created: int
    name: str
    description: str | None = None


class Price(LabelledObject, frozen=True, kw_only=True):
    """A price of a product. `unit_amount` is in minor units of `currency`."""

    created: int
    currency: str
    product: str
    nickname: str | None = None
    unit_amount: int | None = None


class Coupon(LabelledObject, frozen=True, kw_only=True):
    """A coupon: either `percent_off` or `amount_off`."""

    created: int
    name: str | None = None
    percent_off: Decimal | None = None
    amount_off: int | None = None
    currency: str | None = None


class DiscountSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a discount comes from."""

    type: str
    coupon: str | None = None


class Discount(StripeObject, frozen=True, kw_only=True):
    """A coupon put to use; `source.coupon` is the coupon's id."""

    source: DiscountSource


class DiscountAmount(msgspec.Struct, frozen=True, kw_only=True):
    """The part of one discount that Stripe allocated to one line (positive: it reduces)."""

    amount: int
    discount: str


class TaxAmount(msgspec.Struct, frozen=True, kw_only=True):
    """A tax of one line; `tax_behavior` is `exclusive` or `inclusive`."""

    amount: int
    tax_behavior: str


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What a line is for. `end` is exclusive."""

    start: int
    end: int


class PriceDetails(msgspec.Struct, frozen=True, kw_only=True):
    """The price and product of a line."""

    price: str
    product: str


class Pricing(msgspec.Struct, frozen=True, kw_only=True):
    """How a line was priced; without `price_details` it is a one-off amount."""

    price_details: PriceDetails | None = None


class InvoiceLine(LabelledObject, frozen=True, kw_only=True):
    """A line of an invoice. `amount` is before discounts and exclusive taxes."""

    amount: int
    currency: str
    period: Period
    description: str | None = None
    quantity: int | None = None
    pricing: Pricing | None = None
    discount_amounts: list[DiscountAmount] | None = None
    discounts: list[Discount | str] = []
    taxes: list[TaxAmount] | None = None


class InvoiceLines(msgspec.Struct, frozen=True, kw_only=True):
    """The embedded list; extraction completes it, so `has_more` must be false once staged."""

    data: list[InvoiceLine]
    has_more: bool


class InvoiceTransitions(msgspec.Struct, frozen=True, kw_only=True):
    """When an invoice changed its status."""

    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    marked_uncollectible_at: int | None = None


class Invoice(LabelledObject, frozen=True, kw_only=True):
    """An invoice: draft, open, paid, uncollectible or void."""

    created: int
    currency: str
    total: int
    amount_remaining: int
    status: str
    lines: InvoiceLines
    status_transitions: InvoiceTransitions
    amount_due: int = 0
    customer: str | None = None
    number: str | None = None
    description: str | None = None
    effective_at: int | None = None
    due_date: int | None = None
    starting_balance: int = 0
    ending_balance: int | None = None
    pre_payment_credit_notes_amount: int | None = None
    post_payment_credit_notes_amount: int | None = None
    discounts: list[Discount | str] = []
    total_discount_amounts: list[DiscountAmount] | None = None


class InvoicePaymentTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What paid: a payment intent, a charge, or a payment record outside Stripe."""

    type: str
    payment_intent: str | None = None
    charge: str | None = None


class InvoicePaymentTransitions(msgspec.Struct, frozen=True, kw_only=True):
    """When the payment was made."""

    paid_at: int | None = None


class InvoicePayment(StripeObject, frozen=True, kw_only=True):
    """One payment of one invoice; several of them may name the same payment intent, and several one invoice."""

    created: int
    currency: str
    invoice: str
    status: str
    payment: InvoicePaymentTarget
    amount_paid: int | None = None
    is_default: bool = False
    status_transitions: InvoicePaymentTransitions = InvoicePaymentTransitions()


class Charge(LabelledObject, frozen=True, kw_only=True):
    """A charge (`ch_` card, `py_` other methods). Without a balance transaction it moved nothing (A1)."""

    created: int
    currency: str
    amount: int
    amount_captured: int
    status: str
    captured: bool
    customer: str | None = None
    payment_intent: str | None = None
    balance_transaction: str | None = None
    description: str | None = None
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None


class Refund(LabelledObject, frozen=True, kw_only=True):
    """A refund of a charge, wholly or in part."""

    created: int
    currency: str
    amount: int
    status: str | None = None
    charge: str | None = None
    payment_intent: str | None = None
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    failure_reason: str | None = None
    reason: str | None = None


class DisputeTransaction(StripeObject, frozen=True, kw_only=True):
    """A ledger line of a dispute. Stripe embeds it whole; only its id is read here, its amounts from the ledger (A1)."""


class Dispute(LabelledObject, frozen=True, kw_only=True):
    """A dispute (`du_`, older ones `dp_`). An inquiry, and a dispute not yet decided on, has no balance transactions."""

    created: int
    currency: str
    amount: int
    status: str
    charge: str
    reason: str | None = None
    balance_transactions: list[DisputeTransaction] = []


class Payout(LabelledObject, frozen=True, kw_only=True):
    """A payout to the bank. `arrival_date` is a calendar date, written as midnight UTC."""

    created: int
    currency: str
    amount: int
    arrival_date: int
    automatic: bool
    status: str
    reconciliation_status: str
    method: str = "standard"
    balance_transaction: str | None = None
    description: str | None = None
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    original_payout: str | None = None
    reversed_by: str | None = None


class FeeDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a balance transaction's fee; positive when charged."""

    amount: int
    currency: str
    type: str
    description: str | None = None


class BalanceTransaction(StripeObject, frozen=True, kw_only=True):
    """A line of Stripe's ledger: `net = amount - fee`, in the settlement currency (A1).

    `payout_id` and `movement` are ours: which payout has the line, and the how-manieth of its kind of a dispute it is.
    """

    type: str
    reporting_category: str
    balance_type: str
    currency: str
    amount: int
    fee: int
    net: int
    created: int
    available_on: int
    status: str
    source: str | None = None
    exchange_rate: Decimal | None = None
    description: str | None = None
    fee_details: list[FeeDetail] = []
    payout_id: str | None = None
    movement: int = 1

    @property
    def gross_money(self) -> Money:
        """`amount` in the settlement currency."""
        return Money(self.amount, self.currency)

    @property
    def net_money(self) -> Money:
        """`net` in the settlement currency."""
        return Money(self.net, self.currency)
