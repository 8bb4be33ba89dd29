"""Payloads that do not fit become findings that name the field, what it holds, and what it should hold."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from stripe_netsuite.domain.decoding import OBJECT_TYPES, decode
from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.stripe_object import Coupon, Invoice
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.validate.decode import decode_or_finding
from stripe_netsuite.validate.frames import ROWS_BY_TYPE
from tests.validate import company as c


def test_decimals_stay_exact() -> None:
    """A percentage is the decimal that Stripe wrote, not the nearest binary fraction."""
    coupon = decode("coupon", b'{"id": "x", "created": 1, "percent_off": 33.33}')
    assert isinstance(coupon, Coupon)
    assert coupon.percent_off == Decimal("33.33")


def test_every_type_is_validated_or_is_the_ledger() -> None:
    """No object type can be staged and read that no validation looks at."""
    assert {*ROWS_BY_TYPE, "balance_transaction"} == set(OBJECT_TYPES)


def test_an_unknown_type_is_a_broken_program() -> None:
    """Not a finding: no payload can cause it."""
    with pytest.raises(InvariantBroken, match="unicorn"):
        decode("unicorn", b"{}")


@pytest.mark.parametrize(
    ("payload", "path", "expected", "found"),
    [
        (c.invoice(total="990"), "$.total", "int", "str"),
        (c.invoice(total=9.5), "$.total", "int", "float"),
        (c.without(c.invoice(), "currency"), "$.currency", "present", "missing"),
        (c.invoice(lines={"data": [c.line(amount=None)], "has_more": False}), "$.lines.data[0].amount", "int", "null"),
        (c.invoice(lines={"data": [c.without(c.line(), "period")]}), "$.lines.data[0].period", "present", "missing"),
        (c.invoice(id="in_other"), "$.id", "in_good", "in_other"),
    ],
)
def test_the_finding_names_path_expected_and_found(payload: c.Payload, path: str, expected: str, found: str) -> None:
    """What an accountant can hand on to whoever looks after the integration."""
    finding = decode_or_finding(c.ACCOUNT, "invoice", "in_good", json.dumps(payload).encode())
    assert isinstance(finding, Finding)
    assert (finding.code, finding.severity, finding.stripe_id) == ("schema_violation", Severity.CRITICAL, "in_good")
    assert dict(finding.details)["path"] == path
    assert (finding.expected, finding.found) == (f"{path}: {expected}", found)


def test_cut_json_is_a_finding_too() -> None:
    """A payload cut on the way names no path but says what it is."""
    finding = decode_or_finding(c.ACCOUNT, "invoice", "in_good", b'{"id": "in_g')
    assert isinstance(finding, Finding)
    assert "truncated" in (finding.found or "")


def test_a_finding_never_repeats_the_payload() -> None:
    """Names and addresses of customers stay out of findings."""
    finding = decode_or_finding(
        c.ACCOUNT, "customer", "cus_good", json.dumps(c.customer(name=["Ada Lovelace"])).encode()
    )
    assert isinstance(finding, Finding)
    assert "Ada" not in repr(finding)


def test_right_payloads_are_given_back_typed() -> None:
    """No finding for an object that fits."""
    invoice = decode_or_finding(c.ACCOUNT, "invoice", "in_good", json.dumps(c.invoice()).encode())
    assert isinstance(invoice, Invoice)
    assert invoice.lines.data[0].amount == 1000
