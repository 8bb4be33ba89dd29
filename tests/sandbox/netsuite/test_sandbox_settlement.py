"""What pays what: the apply engine, refunds, credit memos, discounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.netsuite.client import RECORD, Client, sale

PREFIX = "Error while accessing a resource. "


def test_a_payment_settles_its_invoice_and_keeps_the_rest(client: Client) -> None:
    """The invoice is paid in full, the remainder stays unapplied, receivables show it."""
    customer, item = client.customer(), client.item()
    invoice = client.invoice(customer, item, 80, "in_1")
    payment = client.payment(customer, 100, "ch_1", (invoice, 80))
    assert client.get(f"/invoice/{invoice}")["status"]["refName"] == "Paid In Full"
    shown = client.get(f"/customerPayment/{payment}")
    assert (shown["applied"], shown["unapplied"], shown["status"]["refName"]) == (80, 20, "Not Deposited")
    assert client.server.balance("1100") == Decimal(-20)
    assert client.server.balance("1499") == Decimal(100)
    links = client.rows(
        "SELECT nextdoc, linktype, foreignamount FROM nexttransactionlinelink WHERE previousdoc = ?", [invoice]
    )
    assert links == [{"nextdoc": payment, "linktype": "Payment", "foreignamount": "80"}]


def test_several_payments_pay_one_invoice_and_one_pays_several(client: Client) -> None:
    """Many to many, never beyond what remains."""
    customer, item = client.customer(), client.item()
    first, second = (client.invoice(customer, item, 50, f"in_{n}") for n in (1, 2))
    client.payment(customer, 30, "ch_1", (first, 30))
    client.payment(customer, 70, "ch_2", (first, 20), (second, 50))
    rows = client.rows("SELECT foreignamountunpaid AS due FROM transaction WHERE type = 'CustInvc' ORDER BY id")
    assert rows == [{"due": "0"}, {"due": "0"}]


def test_over_application_is_refused(client: Client) -> None:
    """More than the invoice's remainder, or more than the payment."""
    customer, item = client.customer(), client.item()
    invoice = client.invoice(customer, item, 50, "in_1")
    body = {"customer": {"id": customer}, "payment": 60}

    def apply(amount: int) -> dict[str, object]:
        return {**body, "apply": {"items": [{"doc": {"id": invoice}, "apply": True, "amount": amount}]}}

    assert (
        client.refused("POST", "/customerPayment", apply(51))
        == PREFIX + "Links sum to more than original transaction amount"
    )
    small = {**apply(50), "payment": 40}
    assert client.refused("POST", "/customerPayment", small) == (
        PREFIX + "Amount applied greater than total payments and credits"
    )
    assert client.rows("SELECT id FROM transaction WHERE type = 'CustPymt'") == []


def test_another_customers_or_currencys_invoice_cannot_be_paid(client: Client) -> None:
    """The entities must match; a document in another currency is not in the list."""
    item = client.item()
    ada, bob = client.customer("Ada"), client.customer("Bob")
    currencies = {"currencyList": {"items": [{"currency": {"id": "1"}}, {"currency": {"id": "2"}}]}}
    client.write("PATCH", f"/customer/{ada}", currencies)
    invoice = client.invoice(ada, item, 50, "in_1")
    line = {"apply": {"items": [{"doc": {"id": invoice}, "apply": True, "amount": 50}]}}
    other = {"customer": {"id": bob}, "payment": 50, **line}
    assert "the entities on the transactions do not match" in client.refused("POST", "/customerPayment", other)
    euro = {"customer": {"id": ada}, "payment": 50, "currency": {"id": "2"}, **line}
    assert "for the following field: doc" in client.refused("POST", "/customerPayment", euro)
    pound = {"customer": {"id": ada}, "payment": 50, "currency": {"id": "3"}}
    assert "does not match the names currency" in client.refused("POST", "/customerPayment", pound)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "Value 0.0 outside of valid min/max range for field payment"),
        (-1, "Negative payments not allowed"),
        (1.005, "maximum of 2 decimal places"),
        ("5.00", "Invalid value for the resource or sub-resource field 'payment'"),
    ],
)
def test_payments_that_are_none(client: Client, amount: object, text: str) -> None:
    """Zero, negative, too precise, and an amount written as text."""
    body = {"customer": {"id": client.customer()}, "payment": amount}
    assert text in client.refused("POST", "/customerPayment", body)


def test_yen_has_no_decimals_and_dinar_three(client: Client) -> None:
    """The currency's own precision decides."""
    yen, dinar = client.customer("Yuki", currency="4"), client.customer("Kamal", currency="5")
    assert "maximum of 0 decimal places" in client.refused("POST", "/customerPayment", _pay(yen, 10.5))
    client.write("POST", "/customerPayment", _pay(yen, 10))
    client.write("POST", "/customerPayment", _pay(dinar, 1.125))
    assert "maximum of 3 decimal places" in client.refused("POST", "/customerPayment", _pay(dinar, 1.1255))


def _pay(customer: str, amount: float) -> dict[str, object]:
    return {"customer": {"id": customer}, "payment": amount}


@pytest.mark.parametrize("undeposited", [True, {"id": "T"}, None])
def test_money_goes_to_undeposited_funds_when_asked_or_when_nothing_is_said(
    client: Client, undeposited: object
) -> None:
    """`undepFunds` in either shape, or no account at all."""
    client.write("POST", "/customerPayment", {**_pay(client.customer(), 5), "undepFunds": undeposited})
    assert client.server.balance("1499") == Decimal(5)


def test_money_straight_to_a_bank_is_deposited(client: Client) -> None:
    """A payment with a bank account does not wait in undeposited funds."""
    payment = client.write(
        "POST", "/customerPayment", {**_pay(client.customer(), 5), "account": client.account("1000")}
    )
    assert client.get(f"/customerPayment/{payment}")["status"]["refName"] == "Deposited"
    assert client.server.balance("1000") == Decimal(5)


def test_reapplying_a_payment_by_patch(client: Client) -> None:
    """apply:false frees the invoice, a new line applies elsewhere; the payment itself is untouched."""
    customer, item = client.customer(), client.item()
    first, second = (client.invoice(customer, item, 50, f"in_{n}") for n in (1, 2))
    payment = client.payment(customer, 50, "ch_1", (first, 50))
    moved = [{"doc": {"id": first}, "apply": False}, {"doc": {"id": second}, "apply": True, "amount": 50}]
    client.write("PATCH", f"/customerPayment/{payment}", {"customer": {"id": customer}, "apply": {"items": moved}})
    due = [client.get(f"/invoice/{number}")["amountRemaining"] for number in (first, second)]
    assert due == [50, 0]


def test_a_refund_uses_up_a_credit_memo(client: Client) -> None:
    """Credit memo and refund: receivables end at zero, undeposited funds are reduced, the memo is fully applied."""
    customer, item = client.customer(), client.item()
    memo = client.write(
        "PUT", "/creditMemo/eid:cm-re_1", sale(customer, {"items": [{"item": {"id": item}, "amount": 30}]})
    )
    refund = client.write("PUT", "/customerRefund/eid:rf-re_1", _refund(client, customer, memo, 30))
    assert client.get(f"/creditMemo/{memo}")["status"]["refName"] == "Fully Applied"
    assert client.get(f"/customerRefund/{refund}")["total"] == 30
    assert (client.server.balance("1100"), client.server.balance("1499")) == (Decimal(0), Decimal(-30))
    again = client.refused("PUT", "/customerRefund/eid:rf-re_2", _refund(client, customer, memo, 1))
    assert again == PREFIX + "Links sum to more than original transaction amount"


def test_a_refund_of_an_unapplied_payment(client: Client) -> None:
    """Only the unapplied part can be refunded; a `line` may be given."""
    customer, item = client.customer(), client.item()
    invoice = client.invoice(customer, item, 40, "in_1")
    payment = client.payment(customer, 100, "ch_1", (invoice, 40))
    assert "Links sum to more" in client.refused("POST", "/customerRefund", _refund(client, customer, payment, 61))
    client.write("POST", "/customerRefund", _refund(client, customer, payment, 60, line=0))
    assert client.get(f"/customerPayment/{payment}")["unapplied"] == 0


def test_a_refund_needs_account_and_line(client: Client) -> None:
    """Both are required."""
    customer = client.customer()
    payment = client.payment(customer, 10, "ch_1")
    body = _refund(client, customer, payment, 10)
    assert "Please enter value(s) for: Account." in client.refused("POST", "/customerRefund", {**body, "account": None})
    assert "valid line item" in client.refused("POST", "/customerRefund", {**body, "apply": {"items": []}})


def _refund(client: Client, customer: str, doc: str, amount: float, **line: int) -> dict[str, object]:
    lines = {"items": [{"doc": {"id": doc}, "apply": True, "amount": amount, **line}]}
    return {"customer": {"id": customer}, "account": client.account("1499"), "tranDate": "2026-11-06", "apply": lines}


def test_posting_and_non_posting_discounts(client: Client) -> None:
    """A posting discount debits its account; a non-posting one reduces the line above; they do not mix."""
    customer, item = client.customer(), client.item()
    base = {"subsidiary": {"items": [{"id": "1"}]}}
    posting = client.write(
        "POST", "/discountItem", {**base, "itemId": "D1", "rate": -5, "account": client.account("4090")}
    )
    silent = client.write("POST", "/discountItem", {**base, "itemId": "D2", "rate": -5, "nonPosting": True})
    plan = {"item": {"id": item}, "amount": 100}
    first = client.write(
        "POST", "/invoice", sale(customer, {"items": [plan, {"item": {"id": posting}, "amount": -20}]})
    )
    assert client.get(f"/invoice/{first}")["total"] == 80
    assert (client.server.balance("4000"), client.server.balance("4090")) == (Decimal(-100), Decimal(20))
    client.write("POST", "/invoice", sale(customer, {"items": [plan, {"item": {"id": silent}, "amount": -10}]}))
    assert (client.server.balance("4000"), client.server.balance("4090")) == (Decimal(-190), Decimal(20))
    mixed = [plan, {"item": {"id": posting}, "amount": -1}, {"item": {"id": silent}, "amount": -1}]
    assert "Posting and non-posting discounts" in client.refused("POST", "/invoice", sale(customer, {"items": mixed}))


def test_negative_lines_are_fine_a_negative_total_is_not(client: Client) -> None:
    """Prorations may be negative; the document may not."""
    customer, item = client.customer(), client.item()
    lines = [{"item": {"id": item}, "amount": 30}, {"item": {"id": item}, "amount": -10}]
    invoice = client.write("POST", "/invoice", sale(customer, {"items": lines}))
    assert client.get(f"/invoice/{invoice}")["total"] == 20
    lines[1]["amount"] = -31
    assert "The total can not be negative." in client.refused("POST", "/invoice", sale(customer, {"items": lines}))


def test_quantity_times_rate_where_no_amount_is_given(client: Client) -> None:
    """The amount is worked out and rounded to the currency."""
    line = {"item": {"id": client.item()}, "quantity": 3, "rate": 3.335}
    invoice = client.write("POST", "/invoice", sale(client.customer(), {"items": [line]}))
    assert client.get(f"/invoice/{invoice}")["total"] == 10.01


def test_an_invoice_with_payments_cannot_be_deleted_nor_made_smaller_than_paid(client: Client) -> None:
    """Links protect it; the payment can be deleted, which opens the invoice again."""
    customer, item = client.customer(), client.item()
    invoice = client.invoice(customer, item, 50, "in_1")
    payment = client.payment(customer, 40, "ch_1", (invoice, 40))
    assert "cannot be deleted because it is linked" in client.refused("DELETE", f"/invoice/{invoice}")
    smaller = {"item": {"items": [{"line": 1, "amount": 39}]}}
    assert "Links sum to more" in client.refused("PATCH", f"/invoice/{invoice}", smaller)
    client.write("PATCH", f"/invoice/{invoice}", {"item": {"items": [{"line": 1, "amount": 45}]}})
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 5
    assert client.send("DELETE", f"{RECORD}/customerPayment/{payment}").status_code == 204
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 45


def test_a_journal_entry_balances(client: Client) -> None:
    """Debits equal credits, or nothing is posted."""
    fee, bank = client.account("6100"), client.account("1000")
    lines = [{"account": fee, "debit": 5}, {"account": bank, "credit": 5}]
    client.write("POST", "/journalEntry", {"subsidiary": {"id": "1"}, "line": {"items": lines}})
    lines[1]["credit"] = 4
    body = {"subsidiary": {"id": "1"}, "line": {"items": lines}}
    assert client.refused("POST", "/journalEntry", body) == PREFIX + "The amounts in the journal entry must balance."
