"""NetSuite records for tests of plans, bodies and previews: complete, and alike but for what a test names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CreditMemoRecord,
    CustomerPaymentRecord,
    CustomerRecord,
    CustomerRefundRecord,
    DepositLine,
    DepositPayment,
    DepositRecord,
    DiscountItemRecord,
    InternalId,
    InvoiceRecord,
    ItemRecord,
    Link,
    Record,
    RecordType,
    SaleLine,
)

HUNDRED = Decimal("100.00")


def _header(stripe_id: str, role: Role = Role.MAIN) -> dict[str, Any]:
    return {
        "stripe_id": stripe_id,
        "external_id": external_id(stripe_id, role),
        "role": role,
        "tran_date": date(2026, 11, 3),
        "memo": f"Stripe: {stripe_id}",
        "currency": "usd",
        "currency_id": "1",
        "subsidiary_id": "2",
        "custom_fields": (),
    }


def customer(stripe_id: str = "cus_1", **changes: Any) -> CustomerRecord:
    """A company."""
    values: dict[str, Any] = {
        "stripe_id": stripe_id,
        "external_id": external_id(stripe_id),
        "subsidiary_id": "2",
        "entity_id": stripe_id,
        "company_name": "Ada Ltd",
        "comments": f"Stripe: {stripe_id}",
        "currency_id": "1",
        "currency_ids": ("1",),
    }
    return CustomerRecord(**(values | changes))


def item(stripe_id: str = "price_1") -> ItemRecord:
    """A service item."""
    return ItemRecord(
        stripe_id=stripe_id,
        external_id=external_id(stripe_id),
        item_type=RecordType.SERVICE_SALE_ITEM,
        item_name=stripe_id,
        display_name="Pro plan",
        income_account_id="40",
        subsidiary_id="2",
    )


def discount_item(stripe_id: str = "WELCOME10") -> DiscountItemRecord:
    """A non-posting discount item."""
    return DiscountItemRecord(
        stripe_id=stripe_id,
        external_id=external_id(stripe_id),
        item_name=stripe_id,
        display_name=stripe_id,
        rate=Decimal(0),
        account_id=None,
        subsidiary_id="2",
    )


def line(amount: Decimal = HUNDRED, price: str = "price_1", account_id: str | None = "40") -> SaleLine:
    """A line on an item."""
    return SaleLine(item=Link(price), amount=amount, quantity=1, description="Pro plan", account_id=account_id)


def invoice(stripe_id: str = "in_1", lines: tuple[SaleLine, ...] | None = None, **changes: Any) -> InvoiceRecord:
    """An invoice of 100.00 USD, or of its lines."""
    lines = (line(),) if lines is None else lines
    total = sum((one.amount for one in lines), Decimal(0))
    values = {"customer": Link("cus_1"), "lines": lines, "total": total, "receivable_account_id": "11"}
    return InvoiceRecord(**(_header(stripe_id) | values | changes))


def credit_memo(stripe_id: str = "re_1", lines: tuple[SaleLine, ...] | None = None) -> CreditMemoRecord:
    """A credit memo of 100.00 USD, or of its lines."""
    lines = (line(),) if lines is None else lines
    total = sum((one.amount for one in lines), Decimal(0))
    return CreditMemoRecord(
        **_header(stripe_id, Role.CREDIT_MEMO),
        customer=Link("cus_1"),
        lines=lines,
        total=total,
        receivable_account_id="11",
    )


def payment(stripe_id: str = "ch_1", invoices: tuple[str, ...] = (), **changes: Any) -> CustomerPaymentRecord:
    """A customer payment of 100.00 USD."""
    values = {
        "customer": Link("cus_1"),
        "payment": HUNDRED,
        "undeposited_funds_account_id": "14",
        "receivable_account_id": "11",
        "applications": tuple(Application(document=Link(one), amount=HUNDRED) for one in invoices),
    }
    return CustomerPaymentRecord(**(_header(stripe_id) | values | changes))


def refund(stripe_id: str = "re_1") -> CustomerRefundRecord:
    """A customer refund of 100.00 USD on its credit memo."""
    return CustomerRefundRecord(
        **_header(stripe_id),
        customer=Link("cus_1"),
        total=HUNDRED,
        undeposited_funds_account_id="14",
        receivable_account_id="11",
        applications=(Application(document=Link(stripe_id, Role.CREDIT_MEMO), amount=HUNDRED),),
    )


def deposit(stripe_id: str = "po_1") -> DepositRecord:
    """A deposit of 96.80 USD: 100.00 less a fee of 3.50, and 0.30 returned."""
    return DepositRecord(
        **_header(stripe_id),
        bank_account_id="10",
        undeposited_funds_account_id="14",
        payments=(DepositPayment(record=InternalId("501"), stripe_id="ch_1", amount=HUNDRED),),
        others=(DepositLine(account_id="61", amount=Decimal("0.30"), memo="Fee returned"),),
        cashbacks=(DepositLine(account_id="61", amount=Decimal("3.50"), memo="Fees"),),
        total=Decimal("96.80"),
    )


def each_kind() -> list[Record]:
    """One record of every kind."""
    return [customer(), item(), discount_item(), invoice(), payment(), credit_memo(), refund(), deposit()]
