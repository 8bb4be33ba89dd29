"""NetSuite records as the product writes them: typed, frozen, still without the internal ids of linked records.

A `Link` stands for the record that belongs to a Stripe object; `load` resolves it just before the request.
Amounts are exact decimals in the record's currency. Field names of the REST API live in `load.body` alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from stripe_netsuite.domain.identity import Role


class RecordType(StrEnum):
    """REST record types, spelt as in the URL."""

    CUSTOMER = "customer"
    SERVICE_SALE_ITEM = "serviceSaleItem"
    SERVICE_RESALE_ITEM = "serviceResaleItem"
    NON_INVENTORY_SALE_ITEM = "nonInventorySaleItem"
    NON_INVENTORY_RESALE_ITEM = "nonInventoryResaleItem"
    DISCOUNT_ITEM = "discountItem"
    INVOICE = "invoice"
    CREDIT_MEMO = "creditMemo"
    CUSTOMER_PAYMENT = "customerPayment"
    CUSTOMER_REFUND = "customerRefund"
    CASH_SALE = "cashSale"
    CASH_REFUND = "cashRefund"
    CUSTOMER_DEPOSIT = "customerDeposit"
    DEPOSIT = "deposit"
    JOURNAL_ENTRY = "journalEntry"


RecordGroup = Literal["entity", "item", "transaction"]

_ITEM_TYPES = frozenset(
    {
        RecordType.SERVICE_SALE_ITEM,
        RecordType.SERVICE_RESALE_ITEM,
        RecordType.NON_INVENTORY_SALE_ITEM,
        RecordType.NON_INVENTORY_RESALE_ITEM,
        RecordType.DISCOUNT_ITEM,
    }
)


def record_group(record_type: RecordType) -> RecordGroup:
    """Return the group within which NetSuite keeps external ids unique."""
    if record_type is RecordType.CUSTOMER:
        return "entity"
    return "item" if record_type in _ITEM_TYPES else "transaction"


@dataclass(frozen=True, slots=True)
class Link:
    """The record that stands for a Stripe object in a role."""

    stripe_id: str
    role: Role = Role.MAIN


@dataclass(frozen=True, slots=True)
class InternalId:
    """A record whose NetSuite internal id is already known (reference data, link sheets)."""

    value: str


Reference = Link | InternalId

CustomValue = str | int | Decimal | bool | None
CustomFields = tuple[tuple[str, CustomValue], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(ABC):
    """What every record has. `currency` is Stripe's lower-case code; `memo` is `Stripe: <id>` and what must be said."""

    stripe_id: str
    external_id: str
    role: Role = Role.MAIN
    custom_fields: CustomFields = ()

    @property
    @abstractmethod
    def record_type(self) -> RecordType:
        """The REST record type."""

    @property
    def references(self) -> tuple[Reference, ...]:
        """The records that must exist before this one."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRecord(Record):
    """A customer (B1 to B4). A person has `first_name` and `last_name`, a company `company_name`."""

    subsidiary_id: str
    entity_id: str | None
    company_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    comments: str
    currency_id: str
    currency_ids: tuple[str, ...]

    @property
    def record_type(self) -> RecordType:
        """`customer`."""
        return RecordType.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord(Record):
    """A sale item for a price (B5)."""

    item_type: RecordType
    item_name: str
    display_name: str
    income_account_id: str
    subsidiary_id: str

    @property
    def record_type(self) -> RecordType:
        """The item's own type: in REST the endpoint chooses it, not a field."""
        return self.item_type


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountItemRecord(Record):
    """A discount item for a coupon (B5). `account_id` is None for a non-posting one."""

    item_name: str
    display_name: str
    rate: Decimal
    account_id: str | None
    subsidiary_id: str

    @property
    def record_type(self) -> RecordType:
        """`discountItem`."""
        return RecordType.DISCOUNT_ITEM


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """A line of an invoice or credit memo. `account_id` is where its item posts, None for a non-posting discount."""

    item: Reference
    amount: Decimal
    quantity: int | None
    description: str
    start_date: date | None = None
    end_date: date | None = None
    account_id: str | None = None
    is_discount: bool = False
    custom_fields: CustomFields = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Record):
    """What every transaction has. `original_date` is set where a closed period moved `tran_date` (A4)."""

    tran_date: date
    original_date: date | None = None
    memo: str
    currency: str
    currency_id: str
    subsidiary_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecord(Transaction):
    """An invoice (C1, C2, C3). `total` is Stripe's total, which the lines add up to."""

    customer: Reference
    lines: tuple[SaleLine, ...]
    total: Decimal
    receivable_account_id: str
    due_date: date | None = None

    @property
    def record_type(self) -> RecordType:
        """`invoice`."""
        return RecordType.INVOICE

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer and every line's item."""
        return (self.customer, *(line.item for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoRecord(Transaction):
    """A credit memo for a refund of an applied payment (E1, E2); its line amounts are positive credits."""

    customer: Reference
    lines: tuple[SaleLine, ...]
    total: Decimal
    receivable_account_id: str
    exchange_rate: Decimal | None = None

    @property
    def record_type(self) -> RecordType:
        """`creditMemo`."""
        return RecordType.CREDIT_MEMO

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer and every line's item."""
        return (self.customer, *(line.item for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The part of a payment or refund that goes to one document."""

    document: Reference
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """`Stripe` as a way of paying: `paymentOption` with the Payment Instruments feature, else `paymentMethod`."""

    field_name: Literal["paymentOption", "paymentMethod"]
    internal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPaymentRecord(Transaction):
    """A customer payment into Undeposited Funds (D1, D2, D4)."""

    customer: Reference
    payment: Decimal
    undeposited_funds_account_id: str
    receivable_account_id: str
    applications: tuple[Application, ...]
    exchange_rate: Decimal | None = None
    payment_method: PaymentMethod | None = None

    @property
    def record_type(self) -> RecordType:
        """`customerPayment`."""
        return RecordType.CUSTOMER_PAYMENT

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer and the invoices paid."""
        return (self.customer, *(application.document for application in self.applications))


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRefundRecord(Transaction):
    """A customer refund out of Undeposited Funds, applied to a credit memo or an unapplied payment (E1).

    `deposits` are the customer deposits that it gives back instead (D2).
    """

    customer: Reference
    total: Decimal
    undeposited_funds_account_id: str
    receivable_account_id: str
    applications: tuple[Application, ...]
    deposits: tuple[Application, ...] = ()
    exchange_rate: Decimal | None = None
    payment_method: PaymentMethod | None = None

    @property
    def record_type(self) -> RecordType:
        """`customerRefund`."""
        return RecordType.CUSTOMER_REFUND

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer and the documents refunded."""
        return (self.customer, *(part.document for part in (*self.applications, *self.deposits)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPayment:
    """A customer payment (+) or refund (-) that a deposit takes out of Undeposited Funds.

    `amount` is in the bank's currency; `payment_amount` repeats it where the payment's currency differs (F7).
    """

    record: InternalId
    stripe_id: str
    amount: Decimal
    payment_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositLine:
    """Money without a record: `cashback` leaves the deposit, `other` adds to it. `amount` is positive."""

    account_id: str
    amount: Decimal
    memo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositRecord(Transaction):
    """The deposit of one payout (F1, F2); `total` is the payout's amount."""

    bank_account_id: str
    undeposited_funds_account_id: str
    payments: tuple[DepositPayment, ...]
    others: tuple[DepositLine, ...]
    cashbacks: tuple[DepositLine, ...]
    total: Decimal
    balance_transaction_ids: tuple[str, ...] = field(default=())

    @property
    def record_type(self) -> RecordType:
        """`deposit`."""
        return RecordType.DEPOSIT

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every payment and refund."""
        return tuple(line.record for line in self.payments)
