"""Records of money without an invoice: cash sale, its refund, customer deposit (ACCOUNTING D2).

They lie in Undeposited Funds until their payout's deposit takes them, as customer payments do.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from stripe_netsuite.domain.netsuite_record import PaymentMethod, RecordType, Reference, SaleLine, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRecord(Transaction):
    """What a cash sale and its refund have: lines that post, and the money's account."""

    customer: Reference
    lines: tuple[SaleLine, ...]
    total: Decimal
    undeposited_funds_account_id: str
    exchange_rate: Decimal | None = None
    payment_method: PaymentMethod | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer and every line's item."""
        return (self.customer, *(line.item for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class CashSaleRecord(CashRecord):
    """A sale paid at once, into Undeposited Funds."""

    @property
    def record_type(self) -> RecordType:
        """`cashSale`."""
        return RecordType.CASH_SALE


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRefundRecord(CashRecord):
    """The refund of a cash sale, out of Undeposited Funds; its amounts are positive."""

    @property
    def record_type(self) -> RecordType:
        """`cashRefund`."""
        return RecordType.CASH_REFUND


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDepositRecord(Transaction):
    """Money that a customer gave in advance: a liability until it is applied to an invoice."""

    customer: Reference
    payment: Decimal
    undeposited_funds_account_id: str
    exchange_rate: Decimal | None = None
    payment_method: PaymentMethod | None = None

    @property
    def record_type(self) -> RecordType:
        """`customerDeposit`."""
        return RecordType.CUSTOMER_DEPOSIT

    @property
    def references(self) -> tuple[Reference, ...]:
        """The customer."""
        return (self.customer,)
