"""Decoded Stripe objects, record types, findings, validation reports: what others rely on of them."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from stripe_netsuite.domain.decoding import OBJECT_TYPES, decode
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType, record_group
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Refund
from stripe_netsuite.domain.validation_report import ROWS_KEPT, FailedRow, RuleResult, TypeTotal, ValidationReport
from stripe_netsuite.errors import InvariantBroken

LEDGER_LINE = (
    b'{"id": "txn_1", "object": "balance_transaction", "type": "charge", "reporting_category": "charge", '
    b'"balance_type": "payments", "currency": "usd", "amount": 10835, "fee": 344, "net": 10491, "created": 1, '
    b'"available_on": 2, "status": "available", "exchange_rate": 1.083450000000000001, "unknown": {"a": 1}}'
)


def test_a_rate_keeps_every_digit() -> None:
    """Stripe writes the rate as a JSON number; it never passes through binary."""
    row = decode("balance_transaction", LEDGER_LINE)
    assert isinstance(row, BalanceTransaction)
    assert row.exchange_rate == Decimal("1.083450000000000001")
    assert (row.gross_money, row.net_money) == (Money(10835, "usd"), Money(10491, "usd"))


def test_a_float_where_an_amount_is_due_is_refused() -> None:
    """Half a cent is not an amount; the message ends in the path."""
    with pytest.raises(msgspec.ValidationError, match=r"\$\.amount"):
        decode("balance_transaction", LEDGER_LINE.replace(b"10835", b"108.35"))


@pytest.mark.parametrize("written", [b'"metadata": null', b'"metadata": {}', b'"object": "refund"'])
def test_no_metadata_is_empty_metadata(written: bytes) -> None:
    """Stripe's schema lets it be null, for refunds, invoices, coupons and payouts."""
    refund = decode(
        "refund",
        b'{"id": "re_1", "created": 1, "currency": "usd", "amount": 1, "status": "succeeded", "charge": "ch_1", '
        + written
        + b"}",
    )
    assert isinstance(refund, Refund)
    assert refund.metadata == {}


def test_an_unknown_type_is_refused() -> None:
    """It names what it saw, and the types that there are."""
    with pytest.raises(InvariantBroken, match="no such Stripe object type") as caught:
        decode("subscription", b"{}")
    assert (caught.value.saw, caught.value.expected) == ("subscription", ", ".join(sorted(OBJECT_TYPES)))


@pytest.mark.parametrize("record_type", RecordType)
def test_every_record_type_has_its_group(record_type: RecordType) -> None:
    """External ids are unique within entities, items, transactions."""
    is_item = record_type.value.endswith("Item")
    expected = "entity" if record_type is RecordType.CUSTOMER else "item" if is_item else "transaction"
    assert record_group(record_type) == expected


def test_the_same_problem_of_the_same_object_is_one_finding() -> None:
    """Its texts may change from run to run; code, account, object and record make it."""
    one = Finding(
        "unequal_amounts", Severity.CRITICAL, "reconcile", "acct_1", "message", stripe_id="ch_1", netsuite_id="5"
    )
    again = Finding(
        "unequal_amounts", Severity.WARNING, "load", "acct_1", "other words", stripe_id="ch_1", netsuite_id="5"
    )
    other = Finding("unequal_amounts", Severity.CRITICAL, "reconcile", "acct_1", "message", stripe_id="ch_1")
    assert one.key == again.key == "unequal_amounts|acct_1|ch_1|5"
    assert other.key == "unequal_amounts|acct_1|ch_1|"


def _rule(failed: int) -> RuleResult:
    rows = tuple(FailedRow(f"ch_{number}", "a", "b") for number in range(failed))
    return RuleResult("code", Severity.WARNING, "charge", "words", "suggestion", checked=5000, failed=failed, rows=rows)


def test_a_report_survives_storage() -> None:
    """What was stored is what is shown; rows beyond ROWS_KEPT are cut, their count is not."""
    total = TypeTotal("charge", "usd", checked=5, checked_amount=500, quarantined=1, quarantined_amount=100)
    report = ValidationReport("run", "acct_1", "2026-11-03T15:00:00Z", (_rule(0), _rule(ROWS_KEPT + 1)), (total, total))
    stored = ValidationReport.from_json(report.to_json())
    assert (stored.totals, stored.rules[0]) == (report.totals, report.rules[0])
    assert (stored.rules[1].failed, len(stored.rules[1].rows)) == (ROWS_KEPT + 1, ROWS_KEPT)
    assert (stored.checked, stored.quarantined, stored.is_empty) == (10, 2, False)
    assert [rule.is_passed for rule in stored.rules] == [True, False]
    assert stored.failed_rules == (stored.rules[1],)


def test_a_report_of_nothing_is_empty() -> None:
    """Nothing new to look at."""
    assert ValidationReport("run", "acct_1", "2026-11-03T15:00:00Z").is_empty


def test_something_else_is_no_report() -> None:
    """A stored text that is not a report is refused."""
    with pytest.raises(msgspec.ValidationError):
        ValidationReport.from_json('{"run_id": 1}')
