"""Records of money without an invoice: what must exist before them, and what NetSuite must say they amount to (D2)."""

from __future__ import annotations

from datetime import date

import pytest

from stripe_netsuite.domain.cash_record import CashRefundRecord, CashSaleRecord, CustomerDepositRecord
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import Link, RecordType
from stripe_netsuite.load.body import total_of
from tests.load.records import HUNDRED, line


def cash(kind: type[CashSaleRecord | CashRefundRecord]) -> CashSaleRecord | CashRefundRecord:
    """A sale or refund of one item over 100.00."""
    return kind(
        stripe_id="ch_1",
        external_id="ch_1",
        role=Role.MAIN,
        tran_date=date(2026, 11, 3),
        memo="Stripe: ch_1",
        currency="usd",
        currency_id="1",
        subsidiary_id="2",
        customer=Link("cus_1"),
        lines=(line(),),
        total=HUNDRED,
        undeposited_funds_account_id="14",
    )


@pytest.mark.parametrize("kind", [CashSaleRecord, CashRefundRecord])
def test_a_cash_record_needs_its_customer_and_items(kind: type[CashSaleRecord | CashRefundRecord]) -> None:
    """They are looked up before it is planned; its total is that of its lines."""
    record = cash(kind)
    assert record.references == (Link("cus_1"), Link("price_1"))
    assert total_of(record) == HUNDRED


def test_a_customer_deposit_needs_its_customer() -> None:
    """Its amount is what was paid."""
    record = CustomerDepositRecord(
        stripe_id="ch_1",
        external_id="ch_1",
        role=Role.MAIN,
        tran_date=date(2026, 11, 3),
        memo="Stripe: ch_1",
        currency="usd",
        currency_id="1",
        subsidiary_id="2",
        customer=Link("cus_1"),
        payment=HUNDRED,
        undeposited_funds_account_id="14",
    )
    assert (record.record_type, record.references) == (RecordType.CUSTOMER_DEPOSIT, (Link("cus_1"),))
    assert total_of(record) == HUNDRED
