"""Each check of a payout's record, alone: which code it says, and that the record is not taken (ACCOUNTING F4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.reconcile.record_check import BookedRecord, RecordCheck

ROW = BalanceTransaction(
    id="txn_1", type="charge", reporting_category="charge", balance_type="payments", currency="usd",
    amount=10000, fee=0, net=10000, created=1, available_on=1, status="available", source="ch_1",
)  # fmt: skip
SOUND = BookedRecord(
    internal_id="501",
    stripe_money=Money(10000, "usd"),
    exists=True,
    found_total=Decimal("100.00"),
    found_account_id="14",
    found_subsidiary_id="2",
)


class Said:
    """Takes what the checks say."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.check = RecordCheck("14", "2", self.hold)

    def hold(self, code: str, message: str, stripe_id: str, **_details: Any) -> None:
        """Take one fault."""
        assert (message, stripe_id) != ("", "")
        self.codes.append(code)


def test_a_sound_record_is_taken_in_silence() -> None:
    """Also one of which NetSuite tells neither total, account nor subsidiary."""
    said = Said()
    assert said.check.is_sound("ch_1", ROW, SOUND, is_inflow=True)
    hidden = replace(SOUND, internal_id="502", found_total=None, found_account_id=None, found_subsidiary_id=None)
    assert said.check.is_sound("ch_2", msgspec.structs.replace(ROW, id="txn_2"), hidden, is_inflow=True)
    assert said.codes == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("deleted_netsuite_record", {"exists": False}),
        ("deleted_netsuite_record", {"voided": True}),
        ("already_deposited", {"deposit_ids": ("9",)}),
        ("already_deposited", {"deposit_ids": ("9",), "found_account_id": "10"}),
        ("unequal_amounts", {"found_total": Decimal("99.99")}),
        ("unequal_amounts", {"stripe_money": Money(9999, "usd"), "found_total": Decimal("99.99")}),
        ("undep_funds_account_mismatch", {"found_account_id": "15"}),
        ("invalid_subsidiary", {"found_subsidiary_id": "3"}),
    ],
)
def test_a_record_at_fault_is_not_taken(code: str, changes: dict[str, Any]) -> None:
    """Each fault is said once, by its own code."""
    said = Said()
    assert not said.check.is_sound("ch_1", ROW, replace(SOUND, **changes), is_inflow=True)
    assert said.codes == [code]


def test_a_record_is_taken_once() -> None:
    """The second line that points to it is refused; the first one again is not a second."""
    said = Said()
    assert said.check.is_sound("ch_1", ROW, SOUND, is_inflow=True)
    assert said.check.is_sound("ch_1", ROW, SOUND, is_inflow=True)
    assert not said.check.is_sound("ch_2", msgspec.structs.replace(ROW, id="txn_2"), SOUND, is_inflow=True)
    assert said.codes == ["duplicate_netsuite_record_in_payout"]


@pytest.mark.parametrize(
    ("is_inflow", "amount", "is_sound"),
    [(True, 10000, True), (True, -10000, False), (False, -10000, True), (False, 10000, False)],
)
def test_money_goes_the_way_of_its_kind(*, is_inflow: bool, amount: int, is_sound: bool) -> None:
    """A refund that comes in is nothing known, and neither is a charge that goes out."""
    said = Said()
    row = msgspec.structs.replace(ROW, amount=amount, net=amount)
    assert said.check.is_sound("ch_1", row, SOUND, is_inflow=is_inflow) is is_sound
    assert said.codes == ([] if is_sound else ["unexpected_sign"])


def test_a_refunds_total_counts_without_its_sign() -> None:
    """NetSuite shows a refund's total as negative or positive, by where one looks."""
    row = msgspec.structs.replace(ROW, reporting_category="refund", amount=-10000, net=-10000)
    for total in (Decimal("100.00"), Decimal("-100.00")):
        assert Said().check.is_sound("re_1", row, replace(SOUND, found_total=total), is_inflow=False)
