"""Customer deposits, their applications, and their refunds."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.netsuite.company import PREFIX, Company, company, lines

APPLY = "/!transform/depositApplication"


@pytest.fixture(scope="module")
def books() -> Iterator[Company]:
    with company() as running:
        yield running


def _apply(books: Company, deposit: str, *invoices: tuple[str, float], **fields: Any) -> str:
    return books.write("POST", f"/customerDeposit/{deposit}{APPLY}", {"apply": lines(*invoices), **fields})


def _refund_body(books: Company, customer: str, deposit: str, amount: float) -> dict[str, Any]:
    body = {"customer": {"id": customer}, "account": books.account("1499"), "tranDate": "2026-11-06"}
    return {**body, "deposit": lines((deposit, amount))}


def test_a_deposit_is_a_liability_until_it_is_applied(books: Company) -> None:
    """Debit undeposited funds, credit Customer Deposits; the application debits it and credits receivables."""
    customer = books.someone()
    deposit = books.hold(customer, 100)
    assert books.impact(deposit) == {"1499": Decimal(100), "2150": Decimal(-100)}
    invoice = books.bill(customer, books.plan(), 70)
    application = _apply(books, deposit, (invoice, 70))
    assert books.impact(application) == {"2150": Decimal(70), "1100": Decimal(-70)}
    assert books.get(f"/invoice/{invoice}")["status"]["refName"] == "Paid In Full"
    shown = books.get(f"/depositApplication/{application}", expandSubResources="true")
    assert (shown["deposit"]["id"], shown["total"], shown["applied"]) == (deposit, 70, 70)
    assert [line["doc"]["id"] for line in shown["apply"]["items"]] == [invoice]
    row = books.rows(
        f"SELECT foreignpaymentamountused, foreignpaymentamountunused FROM transaction WHERE id = {deposit}"
    )
    assert row == [{"foreignpaymentamountused": "70", "foreignpaymentamountunused": "30"}]


def test_the_links_of_a_deposit(books: Company) -> None:
    """From deposit to application, from invoice to application, from deposit to bank deposit."""
    customer = books.someone()
    deposit, invoice = books.hold(customer, 10), books.bill(customer, books.plan(), 10)
    application = _apply(books, deposit, (invoice, 10))
    banked = books.bank("1000", deposit)
    found = books.rows(
        "SELECT previousdoc, previoustype, nextdoc, nexttype, linktype FROM previoustransactionlinelink "
        f"WHERE previousdoc IN ({deposit}, {invoice}) ORDER BY nextdoc, previousdoc"
    )
    assert [tuple(row.values()) for row in found] == [
        (deposit, "CustDep", application, "DepAppl", "DepAppl"),
        (invoice, "CustInvc", application, "DepAppl", "Payment"),
        (deposit, "CustDep", banked, "Deposit", "DepositPymt"),
    ]


def test_no_more_than_the_deposit_is_applied(books: Company) -> None:
    """Nor to another customer's invoice; without a line there is nothing to post."""
    customer = books.someone()
    deposit, invoice = books.hold(customer, 50), books.bill(customer, books.plan(), 100)
    path = f"/customerDeposit/{deposit}{APPLY}"
    assert "Amount applied greater" in books.refused("POST", path, {"apply": lines((invoice, 51))})
    foreign = books.bill(books.someone(), books.plan(), 5)
    assert "entities on the transactions do not match" in books.refused("POST", path, {"apply": lines((foreign, 5))})
    assert "at least one valid line item" in books.refused("POST", path, {"apply": {"items": []}})


def test_an_application_can_be_changed_and_deleted(books: Company) -> None:
    """Its amount gives the deposit back what it no longer takes; without it the invoice is open again."""
    customer = books.someone()
    deposit, invoice = books.hold(customer, 50), books.bill(customer, books.plan(), 100)
    application = _apply(books, deposit, (invoice, 50))
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Fully Applied"
    books.write("PATCH", f"/depositApplication/{application}", {"apply": lines((invoice, 20))})
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 80
    books.remove(f"/depositApplication/{application}")
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 100
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Not Deposited"
    books.remove(f"/customerDeposit/{deposit}")


def test_a_used_deposit_is_protected(books: Company) -> None:
    """Not deleted, not changed in amount; a memo can change."""
    customer = books.someone()
    deposit = books.hold(customer, 50)
    _apply(books, deposit, (books.bill(customer, books.plan(), 20), 20))
    assert "cannot be deleted because it is linked" in books.refused("DELETE", f"/customerDeposit/{deposit}")
    assert "Links sum to more" in books.refused("PATCH", f"/customerDeposit/{deposit}", {"payment": 10})
    changed = books.refused("PATCH", f"/customerDeposit/{deposit}", {"payment": 60})
    assert changed == PREFIX + "You cannot update linked transaction lines"
    books.write("PATCH", f"/customerDeposit/{deposit}", {"memo": "seen"})
    row = books.rows(f"SELECT foreignpaymentamountunused AS n FROM transaction WHERE id = {deposit}")
    assert row == [{"n": "30"}]


def test_a_deposit_is_banked_once_and_stays_fully_applied(books: Company) -> None:
    """Selectable for a bank deposit like a payment; being used up shows before being deposited."""
    customer = books.someone()
    deposit = books.hold(customer, 50)
    books.bank("1000", deposit)
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Deposited"
    assert books.refused("POST", "/deposit", books.bank_body("1000", deposit)).endswith("field: id")
    _apply(books, deposit, (books.bill(customer, books.plan(), 50), 50))
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Fully Applied"


def test_a_refund_of_a_deposit_makes_its_application(books: Company) -> None:
    """The refund shows it in `apply` and nothing in `deposit`; the liability is gone, receivables even."""
    customer = books.someone()
    deposit = books.hold(customer, 50)
    refund = books.write("POST", "/customerRefund", _refund_body(books, customer, deposit, 50))
    assert books.impact(refund) == {"1499": Decimal(-50), "1100": Decimal(50)}
    shown = books.get(f"/customerRefund/{refund}", expandSubResources="true")
    assert shown.get("deposit", {"items": []})["items"] == []
    made = shown["apply"]["items"][0]["doc"]["id"]
    assert books.impact(made) == {"2150": Decimal(50), "1100": Decimal(-50)}
    assert books.get(f"/depositApplication/{made}")["deposit"]["id"] == deposit
    more = _refund_body(books, customer, deposit, 1)
    assert "Links sum to more" in books.refused("POST", "/customerRefund", more)


def test_a_made_application_belongs_to_its_refund(books: Company) -> None:
    """It keeps its id when the refund is edited, cannot be deleted alone, and goes with the refund."""
    customer = books.someone()
    deposit = books.hold(customer, 50)
    refund = books.write("POST", "/customerRefund", _refund_body(books, customer, deposit, 20))
    made = books.rows(f"SELECT id FROM transaction WHERE type = 'DepAppl' AND entity = {customer}")
    books.write("PATCH", f"/customerRefund/{refund}", {"tranDate": "2026-11-07"})
    assert books.rows(f"SELECT id FROM transaction WHERE type = 'DepAppl' AND entity = {customer}") == made
    day = books.rows(f"SELECT trandate FROM transaction WHERE id = {made[0]['id']}")
    assert day == [{"trandate": "11/07/2026"}]
    assert "cannot be deleted" in books.refused("DELETE", f"/depositApplication/{made[0]['id']}")
    books.remove(f"/customerRefund/{refund}")
    assert books.rows(f"SELECT id FROM transaction WHERE type = 'DepAppl' AND entity = {customer}") == []
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Not Deposited"


def test_the_deposits_of_a_refund_cannot_be_changed(books: Company) -> None:
    """They are set at creation; sending the same again is harmless."""
    customer = books.someone()
    first, second = books.hold(customer, 20), books.hold(customer, 20)
    refund = books.write("POST", "/customerRefund", _refund_body(books, customer, first, 20))
    books.write("PATCH", f"/customerRefund/{refund}", {"deposit": lines((first, 20))})
    refused = books.refused("PATCH", f"/customerRefund/{refund}", {"deposit": lines((second, 20))})
    assert refused.startswith(PREFIX + "You do not have permissions to set a value for element deposit")


def test_one_refund_of_a_memo_a_payment_and_a_deposit(books: Company) -> None:
    """Oracle's example: apply lines and deposit lines together; the total is their sum."""
    customer = books.someone()
    memo, payment = books.credit(customer, books.plan(), 4.2), books.pay(customer, 5)
    body = _refund_body(books, customer, books.hold(customer, 25), 25)
    refund = books.write("POST", "/customerRefund", {**body, "apply": lines((memo, 4.2), (payment, 5))})
    assert books.get(f"/customerRefund/{refund}")["total"] == 34.2


def test_an_application_has_its_deposits_rate(books: Company) -> None:
    """EUR deposit at 1.10, invoice at 1.20: the loss is an FxReval of invoice and application."""
    customer = books.someone(currency="2")
    deposit = books.hold(customer, 100, exchangeRate=1.1)
    invoice = books.bill(customer, books.plan(), 100, exchangeRate=1.2)
    application = _apply(books, deposit, (invoice, 100))
    assert books.impact(application) == {"2150": Decimal(110), "1100": Decimal(-110)}
    loss = books.rows(
        "SELECT a.debit FROM transaction t JOIN transactionaccountingline a ON a.transaction = t.id "
        f"JOIN account k ON k.id = a.account WHERE t.type = 'FxReval' AND t.entity = {customer} "
        "AND k.acctnumber = '7100'"
    )
    assert loss == [{"debit": "10"}]


def test_rounding_leaves_nothing_in_customer_deposits(books: Company) -> None:
    """Thirds of a foreign deposit: the last application takes the rest in base currency."""
    customer, item = books.someone(currency="2"), books.plan()
    deposit = books.hold(customer, 100, exchangeRate=1.08333)
    parts = [
        books.impact(_apply(books, deposit, (books.bill(customer, item, amount, exchangeRate=1.08333), amount)))["2150"]
        for amount in (33.33, 33.33, 33.34)
    ]
    assert sum(parts) == -books.impact(deposit)["2150"]


def test_a_deposit_needs_its_amount(books: Company) -> None:
    """Required, not zero, not negative."""
    customer = books.someone()
    body = {"customer": {"id": customer}}
    assert "Please enter value(s) for: Payment Amount." in books.refused("POST", "/customerDeposit", body)
    assert "min/max range" in books.refused("POST", "/customerDeposit", {**body, "payment": 0})
    assert "Negative payments" in books.refused("POST", "/customerDeposit", {**body, "payment": -1})
