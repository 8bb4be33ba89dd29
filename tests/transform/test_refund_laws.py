"""Whatever the policy and the lines, a credit memo is worth its refund; nothing goes back twice (ACCOUNTING E1, E2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import InternalId, Link, SaleLine
from stripe_netsuite.transform.given_back import AppliedInvoice, Unapplied, applied_invoices, credit_lines, split
from tests.golden.case import BOOKS
from tests.laws import LAW

Policy = Literal["pro_rata", "refund_item", "single_line"]
LINES = st.lists(st.integers(-(10**6), 10**6), max_size=6)


def _applied(amounts: list[int], currency: str) -> AppliedInvoice:
    lines = tuple(
        SaleLine(item=Link(f"price_{number}"), amount=Money(minor, currency).major, quantity=2, description="")
        for number, minor in enumerate(amounts)
    )
    return AppliedInvoice("7", Money(0, currency), lines)


@LAW
@given(
    st.lists(LINES, min_size=1, max_size=3),
    st.integers(1, 10**6),
    st.sampled_from(["usd", "jpy", "kwd"]),
    st.sampled_from(["pro_rata", "refund_item", "single_line"]),
)
def test_a_credit_memo_is_worth_its_refund(
    invoices: list[list[int]], amount: int, currency: str, policy: Policy
) -> None:
    """Its lines add up to the refund exactly; only a mirrored one claims that units came back."""
    refund = Money(amount, currency)
    lines = credit_lines(refund, [_applied(one, currency) for one in invoices], replace(BOOKS, partial_refund=policy))
    assert sum((line.amount for line in lines), Decimal(0)) == refund.major
    is_full = sum(minor for one in invoices for minor in one) == amount
    if not is_full:
        assert all(line.quantity is None or line.description == "Refund" for line in lines)


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd"])
def test_an_application_keeps_its_amount_and_finds_its_lines(currency: str) -> None:
    """NetSuite gives decimals; an invoice that is not ours has no lines."""
    (line,) = _applied([500], currency).lines
    rows = [("7", Decimal(5)), ("8", Decimal(3))]
    own, foreign = applied_invoices(rows, currency, {"7": (line,)})
    assert (own.internal_id, own.amount, own.lines) == ("7", Money.from_major(Decimal(5), currency), (line,))
    assert (foreign.internal_id, foreign.amount, foreign.lines) == ("8", Money.from_major(Decimal(3), currency), ())


@LAW
@given(
    st.lists(st.integers(0, 10**5), max_size=4),
    st.lists(st.integers(1, 10**5), min_size=1, max_size=6),
    st.sampled_from(["usd", "jpy", "kwd"]),
)
def test_repeated_refunds_take_what_lies_unapplied_once(held: list[int], refunds: list[int], currency: str) -> None:
    """Each refund is worth its parts; all together credit exactly what no payment held any more."""
    left = [Unapplied(str(number), Money(minor, currency)) for number, minor in enumerate(held)]
    credited = 0
    for minor in refunds:
        parts, rest = split(Money(minor, currency), left)
        taken = {one.document: Money.from_major(one.amount, currency) for one in parts}
        assert sum(part.minor for part in taken.values()) + rest.minor == minor
        left = [
            Unapplied(one.internal_id, one.amount - taken.get(InternalId(one.internal_id), Money(0, currency)))
            for one in left
        ]
        assert all(one.amount.minor >= 0 for one in left)
        credited += rest.minor
    assert credited == max(0, sum(refunds) - sum(held))
