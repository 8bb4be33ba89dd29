"""The questions that transforms ask of the books: dates, rates, tolerances, fields (ACCOUNTING A4, A5, D4, F7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_netsuite.domain.stripe_object import BalanceTransaction, Customer, Invoice, InvoiceLines, InvoiceTransitions
from stripe_netsuite.mapping.fields import Fields
from stripe_netsuite.transform.books import BookDate, Period
from stripe_netsuite.transform.invoice import coupons_of, finalisation_of
from tests.golden.case import BOOKS, FOLDER, read_json
from tests.golden.play import play
from tests.laws import LAW

FIRST = date(2026, 1, 1)
STATES = st.lists(st.booleans(), min_size=1, max_size=12)


def _months(states: list[bool]) -> tuple[Period, ...]:
    starts = [FIRST + timedelta(days=30 * number) for number in range(len(states))]
    return tuple(
        Period(start, start + timedelta(days=29), is_open) for start, is_open in zip(starts, states, strict=True)
    )


@LAW
@given(STATES, st.integers(-40, 400))
def test_what_is_booked_is_booked_in_an_open_period(states: list[bool], days: int) -> None:
    """Either on its own day, or on the first day of the first open period after it, the original kept; else nowhere."""
    periods, day = _months(states), FIRST + timedelta(days=days)
    booked = replace(BOOKS, periods=periods).book_date(day)
    later = [period.start for period in periods if period.is_open and period.start > day]
    if any(period.is_open and period.start <= day <= period.end for period in periods):
        assert booked == BookDate(day)
    elif later:
        assert booked == BookDate(min(later), original=day)
    else:
        assert booked is None


@LAW
@given(STATES, st.integers(-40, 400))
def test_quarantine_never_moves_a_date(states: list[bool], days: int) -> None:
    """Under `quarantine` a day is booked as it is or not at all."""
    day = FIRST + timedelta(days=days)
    booked = replace(BOOKS, periods=_months(states), closed_period="quarantine").book_date(day)
    assert booked in (None, BookDate(day))


def test_periods_that_the_role_cannot_see_are_netsuite_s_to_judge() -> None:
    """Without periods every date stands."""
    assert BOOKS.book_date(FIRST) == BookDate(FIRST)


@pytest.mark.parametrize(
    ("settled_in", "currency", "rate", "expected"),
    [
        ("usd", "eur", "1.08345", "1.08345"),
        ("usd", "jpy", "0.62", "0.0062"),
        ("usd", "usd", None, None),
        ("usd", "usd", "1.5", None),
        ("gbp", "eur", "0.864", None),
        ("usd", "eur", None, None),
    ],
)
def test_stripes_rate_counts_only_into_the_base_currency(
    settled_in: str, currency: str, rate: str | None, expected: str | None
) -> None:
    """D4: anything else is NetSuite's own rate."""
    row = BalanceTransaction(
        id="txn_1", type="charge", reporting_category="charge", balance_type="payments", currency=settled_in, amount=1,
        fee=0, net=1, created=1, available_on=1, status="available", exchange_rate=Decimal(rate) if rate else None,
    )  # fmt: skip
    assert BOOKS.settlement_rate(row, currency) == (Decimal(expected) if expected else None)


def test_a_currency_has_its_own_tolerance_or_the_general_one() -> None:
    """F7, in minor units."""
    books = replace(BOOKS, tolerance_minor=2, tolerance_minor_by_currency={"kwd": 10, "jpy": 0})
    assert [books.tolerance_minor_of(code) for code in ("kwd", "jpy", "usd")] == [10, 0, 2]


def test_segments_are_on_transactions_alone() -> None:
    """Customers, items and lines carry the fields of fields.yaml and no segment."""
    fields = Fields.model_validate(
        {"customer": {"custentity_a": {"value": "x"}}, "deposit": {"custbody_a": {"value": "y"}}}
    )
    books = replace(BOOKS, segments=(("class", "4"),), fields=fields)
    customer = Customer(id="cus_1")
    assert books.extra_fields("customer", customer) == (("custentity_a", "x"),)
    assert books.extra_fields("deposit", customer) == (("class", "4"), ("custbody_a", "y"))
    assert books.extra_fields("invoice_line", customer) == books.extra_fields("item", customer) == ()


@pytest.mark.parametrize(
    ("status", "effective_at", "finalized_at", "expected"),
    [("open", 5, 4, 5), ("open", None, 4, 4), ("draft", 5, 4, None), ("open", None, None, None)],
)
def test_the_instant_that_dates_an_invoice(
    status: str, effective_at: int | None, finalized_at: int | None, expected: int | None
) -> None:
    """`effective_at`, else finalisation; a draft has none (C1)."""
    invoice = Invoice(
        id="in_1", created=1, currency="usd", total=0, amount_remaining=0, status=status, effective_at=effective_at,
        lines=InvoiceLines(data=[], has_more=False), status_transitions=InvoiceTransitions(finalized_at=finalized_at),
    )  # fmt: skip
    assert finalisation_of(invoice) == expected
    assert coupons_of(invoice) == set()


@pytest.mark.parametrize(
    "name",
    ["invoice/C3_two_discounts", "refund/E2_pro_rata", "payout/F7_rounding_down", "payment/D4_rate_of_the_settlement"],
)
def test_a_transform_answers_the_same_twice(name: str) -> None:
    """Pure: the same objects and books, the same records."""
    content = read_json(FOLDER / name / "in.json")
    kind = name.partition("/")[0]
    assert play(kind, content) == play(kind, content)
