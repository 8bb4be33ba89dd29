"""Tax: SuiteTax details given or computed, legacy codes, and no tax of its own without either feature."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.client import sale
from tests.sandbox.netsuite.company import PREFIX, Company, company

TAXABLE = {"taxSchedule": {"id": "1"}}


@pytest.fixture(scope="module")
def suite() -> Iterator[Company]:
    """A company with SuiteTax."""
    with company(features=Features(sui_tax=True)) as running:
        yield running


@pytest.fixture(scope="module")
def legacy() -> Iterator[Company]:
    """A company with legacy tax codes."""
    with company(features=Features(legacy_tax=True)) as running:
        yield running


def _taxed(customer: str, item: str, details: list[dict[str, Any]] | None, **fields: Any) -> dict[str, Any]:
    line = {"item": {"id": item}, "amount": 100, "taxDetailsReference": "line1"}
    given = {} if details is None else {"taxDetails": {"items": details}}
    return sale(customer, {"items": [line]}, taxDetailsOverride=True, **given, **fields)


def _detail(amount: float, **fields: Any) -> dict[str, Any]:
    code = {"taxType": {"id": "1"}, "taxCode": {"id": "1"}}
    return {"taxDetailsReference": "line1", **code, "taxBasis": 100, "taxRate": 7.25, "taxAmount": amount, **fields}


def test_given_details_are_posted_as_they_are(suite: Company) -> None:
    """Not computed again: the amount may differ from basis times rate by a rounding; the liability takes it."""
    customer, item = suite.someone(), suite.plan(**TAXABLE)
    invoice = suite.write("POST", "/invoice", _taxed(customer, item, [_detail(7.26)]))
    shown = suite.get(f"/invoice/{invoice}")
    assert (shown["total"], shown["subtotal"], shown["taxTotal"]) == (107.26, 100, 7.26)
    assert suite.impact(invoice) == {"1100": Decimal("107.26"), "4000": Decimal(-100), "2100": Decimal("-7.26")}
    tax = suite.rows(f"SELECT foreignamount, memo FROM transactionline WHERE transaction = {invoice} AND taxline = 'T'")
    assert tax == [{"foreignamount": "-7.26", "memo": "CA Sales Tax"}]


def test_a_credit_memo_takes_its_tax_back(suite: Company) -> None:
    """Debit the liability; the total includes the tax."""
    customer, item = suite.someone(), suite.plan(**TAXABLE)
    memo = suite.write("POST", "/creditMemo", _taxed(customer, item, [_detail(7.25)]))
    assert suite.impact(memo) == {"1100": Decimal("-107.25"), "4000": Decimal(100), "2100": Decimal("7.25")}
    assert suite.get(f"/creditMemo/{memo}")["taxTotal"] == 7.25


def test_an_override_without_details_ignores_tax_or_refuses_a_credit(suite: Company) -> None:
    """Seen live: no tax on the invoice; the credit note fails with a negative total."""
    customer, item = suite.someone(), suite.plan(**TAXABLE)
    invoice = suite.write("POST", "/invoice", _taxed(customer, item, None))
    assert suite.get(f"/invoice/{invoice}")["total"] == 100
    refused = suite.refused("POST", "/creditMemo", _taxed(customer, item, None))
    assert refused == PREFIX + "The total can not be negative."


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ({"taxDetailsReference": "line9"}, "Invalid Field Value line9 for the following field: taxDetailsReference"),
        ({"taxCode": None}, "Please enter value(s) for: Tax Code."),
        ({"taxBasis": None, "taxRate": None}, "Please enter value(s) for: Tax Basis, Tax Rate."),
        ({"taxAmount": 7.255}, "maximum of 2 decimal places"),
        ({"taxCode": {"id": "3"}, "taxType": None}, "The selected tax code is not available in subsidiary."),
        ({"taxCode": {"id": "99"}}, "Invalid Field Value 99 for the following field: taxCode"),
        ({"taxType": {"id": "2"}}, "Invalid Field Value 2 for the following field: taxType"),
    ],
)
def test_details_must_fit(suite: Company, detail: dict[str, Any], text: str) -> None:
    """A reference to a line, a code of the subsidiary, an amount in the currency's decimals; nothing left out."""
    sent = {name: value for name, value in _detail(7.25, **detail).items() if value is not None}
    body = _taxed(suite.someone(), suite.plan(**TAXABLE), [sent])
    assert text in suite.refused("POST", "/invoice", body)


def test_suitetax_needs_a_schedule_on_items(suite: Company) -> None:
    """The item's tax schedule is required."""
    body = {"itemId": suite.fresh("Plan "), "incomeAccount": suite.account("4000")}
    refused = suite.refused("POST", "/serviceSaleItem", {**body, "subsidiary": {"items": [{"id": "1"}]}})
    assert refused == PREFIX + "Please enter value(s) for: Tax Schedule."


def test_without_override_suitetax_computes(suite: Company) -> None:
    """The German company's taxable sale gets 19 %, an untaxed item none; the American one is exempt here."""
    german = suite.someone(currency="2", subsidiary="2")
    taxed, free = suite.plan(**TAXABLE), suite.plan(taxSchedule={"id": "2"})
    items = [{"item": {"id": taxed}, "amount": 10.05}, {"item": {"id": free}, "amount": 50}]
    invoice = suite.write("POST", "/invoice", sale(german, {"items": items}))
    assert suite.get(f"/invoice/{invoice}")["taxTotal"] == 1.91
    assert suite.impact(invoice)["2110"] == Decimal("-1.91")
    details = suite.get(f"/invoice/{invoice}", expandSubResources="true")["taxDetails"]["items"]
    assert [(line["taxCode"]["refName"], line["taxAmount"]) for line in details] == [("VAT DE 19%", 1.91)]
    american = suite.bill(suite.someone(), taxed, 100)
    assert suite.get(f"/invoice/{american}")["taxTotal"] == 0


def test_a_cash_sale_carries_tax_too(suite: Company) -> None:
    """Undeposited funds take the total."""
    sold = suite.write("POST", "/cashSale", _taxed(suite.someone(), suite.plan(**TAXABLE), [_detail(7.25)]))
    assert suite.impact(sold)["1499"] == Decimal("107.25")


def test_a_payment_of_the_whole_closes_a_taxed_invoice(suite: Company) -> None:
    """What remains includes the tax."""
    customer = suite.someone()
    invoice = suite.write("POST", "/invoice", _taxed(customer, suite.plan(**TAXABLE), [_detail(7.25)]))
    suite.pay(customer, 107.25, (invoice, 107.25))
    assert suite.get(f"/invoice/{invoice}")["status"]["refName"] == "Paid In Full"


def test_legacy_tax_is_the_servers_affair(legacy: Company) -> None:
    """The item's code, else the subsidiary's; a discount is taxed with the line above it."""
    customer = legacy.someone()
    taxed = legacy.plan(salesTaxCode={"id": "1"})
    base = {"subsidiary": {"items": [{"id": "1"}]}, "itemId": legacy.fresh("Off "), "rate": -5}
    discount = legacy.write("POST", "/discountItem", {**base, "account": legacy.account("4090")})
    items = [{"item": {"id": taxed}, "amount": 100}, {"item": {"id": discount}, "amount": -20}]
    invoice = legacy.write("POST", "/invoice", sale(customer, {"items": items}))
    shown = legacy.get(f"/invoice/{invoice}")
    assert (shown["subtotal"], shown["taxTotal"], shown["total"]) == (80, 5.8, 85.8)
    assert shown["taxItem"]["refName"] == "CA Sales Tax"
    plain = legacy.bill(customer, legacy.plan(), 100)
    assert legacy.get(f"/invoice/{plain}")["taxTotal"] == 0
    german = legacy.bill(legacy.someone(currency="2", subsidiary="2"), legacy.plan(), 100)
    assert legacy.impact(german)["2110"] == Decimal(-19)


def test_a_tax_code_sent_by_rest_changes_nothing(legacy: Company) -> None:
    """Legacy tax is not writable: the line keeps the server's code."""
    line = {"item": {"id": legacy.plan()}, "amount": 100, "taxCode": {"id": "1"}}
    warned = {"X-NetSuite-PropertyNameValidation": "Warning"}
    invoice = legacy.write("POST", "/invoice", sale(legacy.someone(), {"items": [line]}), headers=warned)
    assert legacy.get(f"/invoice/{invoice}")["taxTotal"] == 0


def test_without_a_tax_feature_tax_is_a_line() -> None:
    """An item that posts to the liability account; the record has no tax total."""
    with company() as books:
        tax = books.plan(account="2100")
        items = [{"item": {"id": books.plan()}, "amount": 100}, {"item": {"id": tax}, "amount": 7.25}]
        invoice = books.write("POST", "/invoice", sale(books.someone(), {"items": items}))
        assert books.impact(invoice) == {"1100": Decimal("107.25"), "4000": Decimal(-100), "2100": Decimal("-7.25")}
        assert "taxTotal" not in books.get(f"/invoice/{invoice}")
