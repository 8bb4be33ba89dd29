"""Deferred revenue: dates and templates on lines, revenue elements and plans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.netsuite.books.revenue import planned_amounts
from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.client import sale
from tests.sandbox.netsuite.company import PREFIX, Company, company

DATES = {"revRecStartDate": "2026-11-16", "revRecEndDate": "2026-12-15"}
MONTHS = [
    (12, date(2026, 10, 1), date(2026, 10, 31)),
    (13, date(2026, 11, 1), date(2026, 11, 30)),
    (14, date(2026, 12, 1), date(2026, 12, 31)),
]


@pytest.fixture(scope="module")
def arm() -> Iterator[Company]:
    """A company with Advanced Revenue Management."""
    with company(features=Features(advanced_revenue=True)) as running:
        yield running


@pytest.fixture(scope="module")
def templates() -> Iterator[Company]:
    """A company with the legacy feature."""
    with company(features=Features(legacy_revenue=True)) as running:
        yield running


def _deferred(books: Company, **fields: Any) -> str:
    return books.plan(deferredRevenueAccount=books.account("2300"), **fields)


def _line(item: str, **fields: Any) -> dict[str, Any]:
    return {"items": [{"item": {"id": item}, "amount": 90, **fields}]}


def test_an_item_with_a_rule_defers_and_makes_an_element(arm: Company) -> None:
    """The invoice posts to deferred revenue; the element has the line's dates and both accounts."""
    item = _deferred(arm, revenueRecognitionRule={"id": "1"})
    invoice = arm.write("POST", "/invoice", sale(arm.someone(), _line(item, **DATES)))
    assert arm.impact(invoice) == {"1100": Decimal(90), "2300": Decimal(-90)}
    row = arm.rows(
        "SELECT salesamount, revrecstartdate, revrecenddate, BUILTIN.DF(deferralaccount) AS deferral, "
        f"BUILTIN.DF(recognitionaccount) AS income FROM revenueelement WHERE item = {item}"
    )
    assert row == [
        {
            "salesamount": "90",
            "revrecstartdate": "11/16/2026",
            "revrecenddate": "12/15/2026",
            "deferral": "2300 Deferred Revenue",
            "income": "4000 Subscription Revenue",
        }
    ]


def test_plans_are_made_when_a_person_starts_them(arm: Company) -> None:
    """By day over the months; an edit of the invoice makes the element anew, and its plan is gone until then."""
    item = _deferred(arm, revenueRecognitionRule={"id": "1"})
    invoice = arm.write("POST", "/invoice", sale(arm.someone(), _line(item, **DATES)))
    plans = (
        "SELECT BUILTIN.DF(p.plannedperiod) AS period, p.amount FROM revenueplanplannedrevenue p "
        f"JOIN revenueplan r ON r.id = p.revenueplan WHERE r.item = {item} ORDER BY p.plannedperiod"
    )
    assert arm.rows(plans) == []
    assert arm.control("/revenue-plans", {})["updated"] >= 1
    assert arm.rows(plans) == [{"period": "Nov 2026", "amount": "45"}, {"period": "Dec 2026", "amount": "45"}]
    arm.write("PATCH", f"/invoice/{invoice}", {"item": {"items": [{"line": 1, "amount": 60}]}})
    assert arm.rows(plans) == []


def test_a_credit_memo_makes_a_negative_element(arm: Company) -> None:
    """And a line that says so, or an item without a rule, makes none."""
    item = _deferred(arm, revenueRecognitionRule={"id": "1"})
    customer = arm.someone()
    arm.write("POST", "/creditMemo", sale(customer, _line(item, **DATES)))
    arm.write("POST", "/invoice", sale(customer, _line(item, doNotCreateRevenueElement=True)))
    arm.write("POST", "/invoice", sale(customer, _line(arm.plan(), **DATES)))
    rows = arm.rows(f"SELECT salesamount FROM revenueelement WHERE entity = {customer}")
    assert rows == [{"salesamount": "-90"}]


def test_a_rule_needs_the_deferred_account(arm: Company) -> None:
    """An item with a rule but no deferred revenue account is refused."""
    body = {"itemId": arm.fresh("Plan "), "incomeAccount": arm.account("4000"), "revenueRecognitionRule": {"id": "1"}}
    refused = arm.refused("POST", "/serviceSaleItem", {**body, "subsidiary": {"items": [{"id": "1"}]}})
    assert refused == PREFIX + "Please enter value(s) for: Deferred Revenue Account."


def test_revenue_does_not_end_before_it_starts(arm: Company) -> None:
    """Dates are checked whatever the item."""
    turned = {"revRecStartDate": "2026-12-15", "revRecEndDate": "2026-11-16"}
    refused = arm.refused("POST", "/invoice", sale(arm.someone(), _line(arm.plan(), **turned)))
    assert "end date must not be before the start date" in refused


def test_without_the_feature_there_are_no_elements() -> None:
    """The tables are not there, nor is the rule; a deferred revenue account still defers."""
    with company() as books:
        invoice = books.bill(books.someone(), _deferred(books), 10)
        assert books.impact(invoice) == {"1100": Decimal(10), "2300": Decimal(-10)}
        assert "Record 'revenueelement' was not found" in books.query_refused("SELECT id FROM revenueelement")


def test_a_template_needs_account_dates_and_open_months(templates: Company) -> None:
    """Each with its text; complete, it is accepted."""
    customer, good, bad = templates.someone(), _deferred(templates), templates.plan()
    template = {"revRecSchedule": {"id": "2"}}

    def refused(item: str, **fields: Any) -> str:
        return templates.refused("POST", "/invoice", sale(customer, _line(item, **template, **fields)))

    assert "item does not have a Deferred Revenue Account specified." in refused(bad, **DATES)
    assert "Please enter value(s) for: Rev. Rec. Start Date" in refused(good)
    long = {"revRecStartDate": "2026-11-16", "revRecEndDate": "2027-11-15"}
    text = PREFIX + "Not enough open accounting periods available for revenue recognition."
    assert refused(good, **long) == text
    assert refused(good, revRecStartDate="2026-09-01", revRecEndDate="2026-10-31") == text
    templates.write("POST", "/invoice", sale(customer, _line(good, **template, **DATES)))


def test_a_posting_discount_does_not_stand_under_a_template(templates: Company) -> None:
    """POSTING_DISCOUNT_DISALLWD."""
    base = {"subsidiary": {"items": [{"id": "1"}]}, "itemId": templates.fresh("Off "), "rate": -5}
    discount = templates.write("POST", "/discountItem", {**base, "account": templates.account("4090")})
    lines = _line(_deferred(templates), revRecSchedule={"id": "2"}, **DATES)
    lines["items"].append({"item": {"id": discount}, "amount": -5})
    refused = templates.refused("POST", "/invoice", sale(templates.someone(), lines))
    assert refused == PREFIX + "Posting Discounts are not allowed on lines with Revenue Recognition Schedules."


@given(
    amount=st.decimals(min_value=-10_000, max_value=10_000, places=2),
    start=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
    end=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
)
def test_what_is_planned_is_what_was_deferred(amount: Decimal, start: date, end: date) -> None:
    """A law: the months' parts add up to the amount, whatever the dates."""
    first, last = sorted((start, end))
    assert sum(part for _, part in planned_amounts(amount, first, last, MONTHS, 2)) == amount
