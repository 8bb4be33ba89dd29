"""The apply engine: who may pay what, credits and deposits beside money, and the refusals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from sandbox.netsuite.features import Features
from tests.sandbox.netsuite.company import PREFIX, Company, company, lines


@pytest.fixture(scope="module")
def books() -> Iterator[Company]:
    with company() as running:
        yield running


@pytest.fixture(scope="module")
def group() -> Iterator[Company]:
    """A company with Consolidated Payments."""
    with company(features=Features(consolidated_payments=True)) as running:
        yield running


def test_a_parent_pays_a_sub_customers_invoice_with_the_feature(group: Company) -> None:
    """Any level below; a sub-customer does not pay for its parent."""
    parent = group.someone()
    child = group.someone(parent={"id": parent})
    grandchild = group.someone(parent={"id": child})
    invoice = group.bill(grandchild, group.plan(), 50)
    payment = group.pay(parent, 50, (invoice, 50))
    assert group.get(f"/invoice/{invoice}")["amountRemaining"] == 0
    assert group.get(f"/customerPayment/{payment}")["customer"]["id"] == parent
    above = group.bill(parent, group.plan(), 50)
    refused = group.refused("POST", "/customerPayment", group.pay_body(child, 50, (above, 50)))
    assert "the entities on the transactions do not match" in refused


def test_without_the_feature_a_parent_pays_only_its_own(books: Company) -> None:
    """The documented text."""
    parent = books.someone()
    invoice = books.bill(books.someone(parent={"id": parent}), books.plan(), 5)
    refused = books.refused("POST", "/customerPayment", books.pay_body(parent, 5, (invoice, 5)))
    assert refused == (
        PREFIX + "You are attempting to link transactions, but the entities on the transactions do not match."
    )


def test_a_customer_is_not_its_own_parent(books: Company) -> None:
    """Neither at once nor over a third."""
    first = books.someone()
    second = books.someone(parent={"id": first})
    refused = books.refused("PATCH", f"/customer/{first}", {"parent": {"id": second}})
    assert refused == PREFIX + f"You have entered an Invalid Field Value {second} for the following field: parent"


def test_payment_and_invoice_share_their_receivables_account(books: Company) -> None:
    """An invoice on another receivables account is not in the list until the payment names that account."""
    customer, other = books.someone(), books.account("1120")
    invoice = books.bill(customer, books.plan(), 30, account=other)
    body = books.pay_body(customer, 30, (invoice, 30))
    assert "Invalid Field Value" in books.refused("POST", "/customerPayment", body)
    payment = books.write("POST", "/customerPayment", {**body, "arAcct": other})
    assert books.impact(payment) == {"1499": Decimal(30), "1120": Decimal(-30)}


def test_a_payment_brings_a_credit_memo_along(books: Company) -> None:
    """The memo pays first, the payment the rest; deleting the payment frees both."""
    customer, item = books.someone(), books.plan()
    invoice, memo = books.bill(customer, item, 100), books.credit(customer, item, 40)
    payment = books.pay(customer, 60, (invoice, 100), credit=lines((memo, 40)))
    assert books.get(f"/invoice/{invoice}")["status"]["refName"] == "Paid In Full"
    assert books.get(f"/creditMemo/{memo}")["status"]["refName"] == "Fully Applied"
    shown = books.get(f"/customerPayment/{payment}", expandSubResources="true")
    assert [(line["doc"]["id"], line["amount"]) for line in shown["apply"]["items"]] == [(invoice, 100)]
    books.write("PATCH", f"/customerPayment/{payment}", {"memo": "seen"})
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 0
    books.remove(f"/customerPayment/{payment}")
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 100
    assert books.get(f"/creditMemo/{memo}")["unapplied"] == 40


def test_editing_invoice_or_memo_keeps_what_a_payment_applied(books: Company) -> None:
    """The application stays the payment's: deleting the payment still takes it back."""
    customer, item = books.someone(), books.plan()
    invoice, memo = books.bill(customer, item, 100), books.credit(customer, item, 40)
    payment = books.pay(customer, 60, (invoice, 100), credit=lines((memo, 40)))
    for path in (f"/invoice/{invoice}", f"/creditMemo/{memo}"):
        books.write("PATCH", path, {"tranDate": "2026-11-04"})
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 0
    assert books.get(f"/creditMemo/{memo}")["unapplied"] == 0
    books.remove(f"/customerPayment/{payment}")
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 100
    assert books.get(f"/creditMemo/{memo}")["unapplied"] == 40


def test_credits_and_money_must_come_out_even(books: Company) -> None:
    """More applied than payment and credits, or more credit than is applied: not in balance."""
    customer, item = books.someone(), books.plan()
    invoice, memo = books.bill(customer, item, 100), books.credit(customer, item, 40)
    short = books.pay_body(customer, 50, (invoice, 100), credit=lines((memo, 40)))
    refused = books.refused("POST", "/customerPayment", short)
    assert refused.startswith(PREFIX + "Transaction is not in balance! Total to apply of $100")
    unused = books.pay_body(customer, 50, (invoice, 10), credit=lines((memo, 40)))
    assert "not in balance" in books.refused("POST", "/customerPayment", unused)


def test_a_payment_brings_a_customer_deposit_along(books: Company) -> None:
    """NetSuite makes a deposit application for it."""
    customer = books.someone()
    invoice, deposit = books.bill(customer, books.plan(), 100), books.hold(customer, 30)
    payment = books.pay(customer, 70, (invoice, 100), deposit=lines((deposit, 30)))
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 0
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Fully Applied"
    made = books.rows(f"SELECT id FROM transaction WHERE type = 'DepAppl' AND entity = {customer}")
    books.remove(f"/customerPayment/{payment}")
    assert books.rows(f"SELECT id FROM transaction WHERE type = 'DepAppl' AND entity = {customer}") == []
    assert books.send("GET", f"/services/rest/record/v1/depositApplication/{made[0]['id']}").status_code == 400
    assert books.get(f"/customerDeposit/{deposit}")["status"]["refName"] == "Not Deposited"


def test_a_credit_memo_applies_itself_or_is_applied(books: Company) -> None:
    """By its own apply lines, at creation or later; taken back with apply false."""
    customer, item = books.someone(), books.plan()
    first, second = books.bill(customer, item, 30), books.bill(customer, item, 30)
    memo = books.credit(customer, item, 50, apply=lines((first, 30)))
    assert books.get(f"/creditMemo/{memo}")["unapplied"] == 20
    books.write("PATCH", f"/creditMemo/{memo}", {"apply": lines((second, 20))})
    assert books.get(f"/creditMemo/{memo}")["status"]["refName"] == "Fully Applied"
    taken_back = {"items": [{"doc": {"id": first}, "apply": False}]}
    books.write("PATCH", f"/creditMemo/{memo}", {"apply": taken_back})
    assert [books.get(f"/invoice/{number}")["amountRemaining"] for number in (first, second)] == [30, 10]


def test_more_than_the_payment_is_refused(books: Company) -> None:
    """Over the payment, over the invoice, zero and less than zero: each has its text."""
    customer, item = books.someone(), books.plan()
    big, small = books.bill(customer, item, 100), books.bill(customer, item, 5)

    def refused(amount: float, *apply: tuple[str, float]) -> str:
        return books.refused("POST", "/customerPayment", books.pay_body(customer, amount, *apply))

    assert refused(50, (big, 60)) == PREFIX + "Amount applied greater than total payments and credits"
    assert refused(50, (small, 6)) == PREFIX + "Links sum to more than original transaction amount"
    assert refused(0) == PREFIX + "Value 0.0 outside of valid min/max range for field payment"
    assert refused(-1) == PREFIX + "Negative payments not allowed"


def test_an_inactive_customer_item_or_account_is_refused(books: Company) -> None:
    """Inactive is as good as unknown."""
    customer, item = books.someone(), books.plan()
    books.write("PATCH", f"/serviceSaleItem/{item}", {"isInactive": True})
    body = books.bill_body(customer, item, 5)
    assert books.refused("POST", "/invoice", body).endswith("for the following field: item")
    books.write("PATCH", f"/customer/{customer}", {"isInactive": True})
    assert books.refused("POST", "/customerPayment", books.pay_body(customer, 5)).endswith("field: customer")


def test_another_subsidiarys_customer_item_and_bank_are_refused(books: Company) -> None:
    """Each with the documented text."""
    german, american = books.someone(currency="2", subsidiary="2"), books.someone()
    body = books.pay_body(german, 5, subsidiary={"id": "1"})
    assert f"Transaction subsidiary 1 is not valid for entity {german}." in books.refused(
        "POST", "/customerPayment", body
    )
    bank = books.account("1030")
    body = books.pay_body(american, 5, account=bank)
    text = f"Transaction subsidiary 1 is not valid for account {bank['id']}. Please choose a different account."
    assert books.refused("POST", "/customerPayment", body) == PREFIX + text
    only_parent = books.plan(includeChildren=False)
    assert books.refused("POST", "/invoice", books.bill_body(german, only_parent, 5)).endswith("field: item")


def test_a_customer_transacts_in_its_currencies_only(books: Company) -> None:
    """The list decides; a currency that is added later works."""
    customer = books.someone()
    body = books.pay_body(customer, 500, currency={"id": "4"})
    text = PREFIX + "The transaction currency does not match the names currency"
    assert books.refused("POST", "/customerPayment", body) == text
    books.write("PATCH", f"/customer/{customer}", {"currencyList": {"items": [{"currency": {"id": "4"}}]}})
    books.write("POST", "/customerPayment", body)
    assert "maximum of 0 decimal places" in books.refused("POST", "/customerPayment", {**body, "payment": 500.5})


def test_automatic_application_takes_the_oldest_invoice_first(books: Company) -> None:
    """And is ambiguous beside apply lines."""
    customer, item = books.someone(), books.plan()
    late = books.bill(customer, item, 30, tranDate="2026-11-04")
    early = books.bill(customer, item, 30, tranDate="2026-11-02")
    ambiguous = books.pay_body(customer, 40, (late, 30), autoApply=True)
    assert "Ambiguous data" in books.refused("POST", "/customerPayment", ambiguous)
    books.write("POST", "/customerPayment", books.pay_body(customer, 40, autoApply=True))
    assert [books.get(f"/invoice/{number}")["amountRemaining"] for number in (early, late)] == [0, 20]
