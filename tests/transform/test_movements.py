"""How often a dispute moved money, and which refunds are booked straight from their payment (ACCOUNTING D2, E4, E5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stripe_netsuite.domain.netsuite_record import InternalId, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute, DisputeTransaction, Refund
from stripe_netsuite.transform.dispute import movement_count
from stripe_netsuite.transform.money_back import BookedPayment, money_back_outcome
from tests.golden.case import BOOKS


def line(number: int, amount: int, category: str = "dispute", **fields: Any) -> BalanceTransaction:
    """A ledger line of the dispute."""
    return BalanceTransaction(
        id=f"txn_{number}",
        type="adjustment",
        reporting_category=category,
        balance_type="payments",
        currency="usd",
        amount=amount,
        fee=0,
        net=amount,
        created=1_793_500_000 + number,
        available_on=1_793_500_000,
        status="available",
        source="du_1",
        **fields,
    )


LINES = [line(1, -100), line(2, 60, "dispute_reversal"), line(3, 40, "dispute_reversal"), line(4, 0)]


@pytest.mark.parametrize(
    ("policy", "read", "count"), [("other_deposit", 4, 1), ("reopen", 4, 2), ("reopen", 3, 0), ("other_deposit", 0, 0)]
)
def test_movements_are_counted_once_all_lines_are_read(policy: Any, read: int, count: int) -> None:
    """What comes back has records of its own under `reopen` alone."""
    dispute = Dispute(
        id="du_1",
        created=1,
        currency="usd",
        amount=100,
        status="won",
        charge="ch_1",
        balance_transactions=[DisputeTransaction(id=one.id) for one in LINES],
    )
    ledger = {one.id: one for one in LINES[:read]}
    assert movement_count(dispute, ledger, replace(BOOKS, dispute_won=policy)) == count


@pytest.mark.parametrize("is_read", [True, False], ids=["line read", "line not read"])
@pytest.mark.parametrize("record_type", [RecordType.CUSTOMER_PAYMENT, RecordType.CUSTOMER_DEPOSIT, None])
def test_other_refunds_are_left_to_the_rule_of_applications(record_type: RecordType | None, is_read: bool) -> None:
    """A payment and a deposit follow what they are applied to; without a ledger line nothing is known."""
    refund = Refund(
        id="re_1", created=1, currency="usd", amount=100, status="succeeded", charge="ch_1", balance_transaction="txn_1"
    )
    charge = Charge(
        id="ch_1", created=1, currency="usd", amount=100, amount_captured=100, captured=True, status="succeeded"
    )
    payment = None if record_type is None else BookedPayment(InternalId("7"), record_type)
    ledger = {"txn_1": line(1, -100, "refund")} if is_read else {}
    assert money_back_outcome(refund, ledger, charge, payment, BOOKS) is None
