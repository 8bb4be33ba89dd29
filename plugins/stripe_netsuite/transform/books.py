"""Everything a transform needs besides the Stripe object: one Stripe account's reference data and policy, resolved.

Built once a run from the mapping and NetSuite's reference data; holds values only, opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from stripe_netsuite.domain.money import major_rate
from stripe_netsuite.domain.netsuite_record import CustomFields, PaymentMethod, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.domain.window import accounting_date
from stripe_netsuite.mapping.fields import Fields, custom_fields

GLOBAL_CUSTOMER = "stripe-unallocated-charges"
GLOBAL_ITEM = "stripe-generic-line-item"
ONE_OFF_ITEM = "stripe-item"
PARTIAL_REFUND_ITEM = "stripe-partial-refund-item"
DISPUTE_ITEM = "stripe-dispute-item"
SHARED_ITEMS = frozenset({GLOBAL_ITEM, ONE_OFF_ITEM, PARTIAL_REFUND_ITEM, DISPUTE_ITEM})

FieldsOf = Literal[
    "customer",
    "item",
    "invoice",
    "invoice_line",
    "credit_memo",
    "customer_payment",
    "customer_refund",
    "deposit",
    "journal_entry",
]


@dataclass(frozen=True, slots=True)
class Period:
    """A posting period. `is_open` is false when it is closed or locked for A/R or for all."""

    start: date
    end: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class BookDate:
    """The date a record is booked on, and the object's own date where the period made them differ (A4)."""

    day: date
    original: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """B1 to B4."""

    creation: Literal["create", "create_always", "link_only", "global"] = "create"
    kind: Literal["company", "individual"] = "company"
    entity_id: Literal["stripe_id", "name", "auto"] = "stripe_id"
    global_name: str = "Stripe Unallocated Charges"
    global_id: str = GLOBAL_CUSTOMER
    """What the external id of the global customer is made from: each subsidiary has one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPolicy:
    """B5."""

    creation: Literal["per_price", "global"] = "per_price"
    item_type: RecordType = RecordType.SERVICE_SALE_ITEM
    global_name: str = "Stripe Generic Line Item"
    one_off_name: str = "Stripe Item"
    partial_refund_name: str = "Stripe Partial Refund Item"
    dispute_name: str = "Stripe Dispute Item"
    discount: Literal["non_posting", "posting"] = "non_posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One Stripe account's books in NetSuite. Ids are NetSuite internal ids, currencies Stripe's lower-case codes."""

    stripe_account: str
    zone: ZoneInfo
    sync_start: date
    base_currency: str
    subsidiary_id: str
    receivable_account_id: str
    undeposited_funds_account_id: str
    income_account_id: str
    discount_account_id: str | None = None
    income_account_id_by_product: Mapping[str, str] = field(default_factory=dict)
    bank_account_id_by_currency: Mapping[str, str] = field(default_factory=dict)
    account_id_by_role: Mapping[str, str] = field(default_factory=dict)
    currency_id_by_code: Mapping[str, str] = field(default_factory=dict)
    periods: tuple[Period, ...] | None = None
    closed_period: Literal["next_open_period", "quarantine"] = "next_open_period"
    customers: CustomerPolicy = CustomerPolicy()
    items: ItemPolicy = ItemPolicy()
    partial_refund: Literal["pro_rata", "refund_item", "single_line"] = "pro_rata"
    dispute_item: Literal["original_lines", "dispute_item"] = "original_lines"
    dispute_won: Literal["other_deposit", "reopen"] = "other_deposit"
    tolerance_minor_by_currency: Mapping[str, int] = field(default_factory=dict)
    tolerance_minor: int = 1
    payment_method: PaymentMethod | None = None
    line_dates: tuple[str, str] | None = None
    fee_lines: Literal["per_kind", "per_transaction"] = "per_kind"
    mode: Literal["full", "reconcile_only"] = "full"
    stripe_id_field: str | None = None
    payouts: Literal["automatic", "by_hand"] = "automatic"
    clearing: Literal["manual_only", "all"] = "manual_only"
    clearing_account_id_by_currency: Mapping[str, str] = field(default_factory=dict)
    account_problems: Mapping[str, str] = field(default_factory=dict)
    bank_problems: Mapping[str, str] = field(default_factory=dict)
    clearing_problems: Mapping[str, str] = field(default_factory=dict)
    unapplied_payment: Literal["unapplied", "auto_invoice", "cash_sale", "customer_deposit", "daily_summary"] = (
        "unapplied"
    )
    duplicate_payment: Literal["unapplied", "hold"] = "unapplied"
    integration: Literal["all", "allow_list"] = "all"
    payout_mismatch: Literal["fail_closed", "fail_open"] = "fail_closed"
    fail_open_threshold: Mapping[str, Decimal] = field(default_factory=dict)
    approval: Literal["off", "above_threshold"] = "off"
    unknown_category: Literal["wait", "suspense"] = "wait"
    pre_start: Literal["summary", "quarantine"] = "summary"
    max_deposit_lines: int = 10_000
    fields: Fields = field(default_factory=Fields)
    segments: CustomFields = ()

    def extra_fields(self, record: FieldsOf, source: object) -> CustomFields:
        """Return the fields that fields.yaml adds to a record, after the account's segments on transactions (A5)."""
        segments = () if record in ("customer", "item", "invoice_line", "journal_entry") else self.segments
        return (*segments, *custom_fields(getattr(self.fields, record), source))

    @property
    def clears(self) -> bool:
        """Whether ledger lines go through the clearing account day by day, and payouts leave it (F10)."""
        return self.clearing == "all" or self.payouts == "by_hand"

    def date_of(self, unix_s: int) -> date:
        """Return the accounting date of an instant (A4)."""
        return accounting_date(unix_s, self.zone)

    def is_before_start(self, unix_s: int) -> bool:
        """Tell whether the object is older than the sync start date (A7)."""
        return self.date_of(unix_s) < self.sync_start

    def book_date(self, day: date) -> BookDate | None:
        """Return the date to book on: the day itself, or the first day of the next open period (A4).

        None means that the policy holds records of closed periods, or that no later period is open.
        Periods the role cannot see (None) are left to NetSuite to judge.
        """
        if self.periods is None or any(p.start <= day <= p.end and p.is_open for p in self.periods):
            return BookDate(day)
        if self.closed_period == "quarantine":
            return None
        later = sorted(p.start for p in self.periods if p.is_open and p.start > day)
        return BookDate(later[0], original=day) if later else None

    def settlement_rate(self, transaction: BalanceTransaction, currency: str) -> Decimal | None:
        """Return the rate to book a foreign record at, in base per unit; None leaves it to NetSuite (D4)."""
        if transaction.currency != self.base_currency or currency == self.base_currency:
            return None
        return (
            None
            if transaction.exchange_rate is None
            else major_rate(transaction.exchange_rate, currency, transaction.currency)
        )

    def tolerance_minor_of(self, currency: str) -> int:
        """Return the rounding difference allowed on one deposit line, in minor units (F7)."""
        return self.tolerance_minor_by_currency.get(currency, self.tolerance_minor)
