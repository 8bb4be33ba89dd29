"""Transforms: what the new record takes from the old one, what the body overrides, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.netsuite.client import RECORD, Client, sale
from tests.sandbox.netsuite.protocol_server import MEDIA, PREFIX, served


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with served() as one:
        yield one


@pytest.fixture
def invoice(client: Client, request: pytest.FixtureRequest) -> str:
    """An invoice of two lines, 10 and 3 × 5, of a customer of its own."""
    name = request.node.name[:60]
    lines = [
        {"item": {"id": client.item()}, "amount": 10, "quantity": 1},
        {"item": {"id": client.item()}, "quantity": 3, "rate": 5},
    ]
    body = sale(client.customer(name), {"items": lines}, custbody_stripe_id="in_X")
    return client.write("PUT", f"/invoice/eid:{name}", body)


def _transform(client: Client, path: str, body: object = None) -> str:
    return client.write("POST", path.replace(">", "/!transform/"), body if body is not None else {})


def test_an_invoice_becomes_a_payment_of_all_that_is_open(client: Client, invoice: str) -> None:
    """204 with the Location of the payment; the invoice is paid in full."""
    payment = _transform(client, f"/invoice/{invoice}>customerPayment")
    shown = client.get(f"/customerPayment/{payment}", expandSubResources="true")
    assert (shown["payment"], shown["applied"], shown["apply"]["items"][0]["doc"]["id"]) == (25, 25, invoice)
    assert client.get(f"/invoice/{invoice}")["status"]["refName"] == "Paid In Full"


def test_the_body_of_a_transform_overrides_the_defaults(client: Client, invoice: str) -> None:
    """A smaller payment applies what it has; type names are found in any case; an external id goes along."""
    body = {"payment": 7, "memo": "part", "externalId": f"ch_{invoice}"}
    payment = _transform(client, f"/invoice/{invoice}>customerpayment", body)
    assert client.get(f"/customerPayment/eid:ch_{invoice}")["id"] == payment
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 18


def test_a_credit_memo_from_an_invoice_is_applied_in_full_by_default(client: Client, invoice: str) -> None:
    """Lines, customer and custom fields come along, createdFrom too; the invoice has nothing left to pay."""
    memo = _transform(client, f"/invoice/{invoice}>creditMemo")
    shown = client.get(f"/creditMemo/{memo}", expandSubResources="true")
    assert (shown["total"], shown["applied"], shown["unapplied"]) == (25, 25, 0)
    assert shown["item"]["items"][0]["amount"] == 10
    assert (shown["createdFrom"]["id"], shown["custbody_stripe_id"]) == (invoice, "in_X")
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 0


def test_a_credit_memo_may_be_applied_in_part_or_not_at_all(client: Client, invoice: str) -> None:
    """Oracle's example names the invoice and an amount; `apply: false` leaves the memo open, to be refunded."""
    line = {"doc": {"id": invoice}, "apply": True, "amount": 3.01, "line": 0}
    memo = _transform(client, f"/invoice/{invoice}>creditMemo", {"apply": {"items": [line]}})
    assert client.get(f"/creditMemo/{memo}")["applied"] == 3.01
    free = _transform(
        client, f"/invoice/{invoice}>creditMemo", {"apply": {"items": [{"doc": {"id": invoice}, "apply": False}]}}
    )
    assert client.get(f"/creditMemo/{free}")["unapplied"] == 25


def test_lines_of_a_transform_are_told_by_order_line(client: Client, invoice: str) -> None:
    """Two of three are credited at their price; `replace=item` leaves the other line out."""
    lines = {"items": [{"orderLine": 2, "quantity": 2}]}
    memo = _transform(client, f"/invoice/{invoice}>creditMemo", {"item": lines})
    assert client.get(f"/creditMemo/{memo}")["total"] == 20
    only = {"items": [{"item": {"id": client.item()}, "amount": 4}]}
    path = f"/invoice/{invoice}/!transform/creditMemo"
    small = client.write("POST", path, {"item": only}, params={"replace": "item"})
    assert client.get(f"/creditMemo/{small}")["total"] == 4


def test_a_credit_memo_becomes_a_refund_of_what_is_left(client: Client, invoice: str) -> None:
    """The refund needs its account; the memo is used up, and a second refund is refused."""
    memo = _transform(
        client, f"/invoice/{invoice}>creditMemo", {"apply": {"items": [{"doc": {"id": invoice}, "apply": False}]}}
    )
    refund = _transform(client, f"/creditMemo/{memo}>customerRefund", {"account": client.account("1000")})
    assert client.get(f"/customerRefund/{refund}")["total"] == 25
    text = client.refused("POST", f"/creditMemo/{memo}/!transform/customerRefund", {"account": client.account("1000")})
    assert text == PREFIX + f"Cannot initialize customerRefund: invalid creditMemo reference {memo}."


def test_an_overpayment_becomes_a_refund(client: Client) -> None:
    """What a payment has not applied can be given back."""
    payment = client.payment(client.customer("Overpaid"), 30, "ch_over")
    refund = _transform(client, f"/customerPayment/{payment}>customerRefund", {"account": client.account("1000")})
    assert client.get(f"/customerRefund/{refund}")["total"] == 30


def test_a_customer_becomes_an_invoice(client: Client) -> None:
    """With the customer's subsidiary and currency."""
    customer = client.customer("Euro", currency="2")
    lines = {"items": [{"item": {"id": client.item()}, "amount": 9}]}
    made = _transform(client, f"/customer/{customer}>invoice", {"item": lines, "tranDate": "2026-11-03"})
    assert client.get(f"/invoice/{made}")["currency"]["id"] == "2"


def test_transforms_that_do_not_exist_are_refused(client: Client, invoice: str) -> None:
    """An unknown type is 404, a pair that does not go together 400; a paid invoice cannot be paid."""
    path = f"/invoice/{invoice}/!transform/"
    assert client.refused("POST", path + "salesOrder", {}, status=404) == "Record type 'salesOrder' does not exist."
    assert (
        client.refused("POST", path + "deposit", {})
        == PREFIX + f"You can not initialize deposit: invalid reference {invoice}."
    )
    _transform(client, f"/invoice/{invoice}>customerPayment")
    text = client.refused("POST", path + "customerPayment", {})
    assert text == PREFIX + f"Can not initialize customerPayment: invalid invoice reference {invoice}."
    assert client.send("GET", RECORD + path + "customerPayment").status_code == 405
    assert (
        client.refused("POST", "/invoice/999/!transform/creditMemo", {})
        == PREFIX + "Transaction type specified is incorrect."
    )


def test_a_deposit_application_comes_from_a_transform_only(client: Client) -> None:
    """POST of one is refused."""
    assert client.send("POST", RECORD + "/depositApplication", {}).status_code == 405


def test_a_transform_can_be_looked_at_before_it_is_made(client: Client, invoice: str) -> None:
    """Accept create-form: the filled-in record with its links; nothing is saved."""
    before = client.get("/creditMemo")["totalResults"]
    url = RECORD + f"/invoice/{invoice}/!transform/creditMemo"
    response = client.send(
        "POST", url, {}, headers={"Accept": MEDIA + "create-form"}, params={"expandSubResources": "true"}
    )
    assert response.status_code == 200
    assert response.headers["Content-Type"] == MEDIA + "create-form"
    form = response.json()
    assert ("id" in form, form["total"], len(form["item"]["items"])) == (False, 25, 2)
    assert [link["rel"] for link in form["links"]] == ["self", "transform"]
    assert client.get("/creditMemo")["totalResults"] == before
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 25


def _deposit(client: Client, name: str, amount: float = 50) -> tuple[str, str]:
    customer = client.customer(name)
    body = {"customer": {"id": customer}, "payment": amount, "tranDate": "2026-11-02"}
    return customer, client.write("PUT", f"/customerDeposit/eid:dep_{name}", body)


def test_a_customer_deposit_is_applied_by_a_transform(client: Client) -> None:
    """Oracle's example names the invoice; the deposit's customer, currency and subsidiary come along."""
    customer, deposit = _deposit(client, "Depositor")
    invoice = client.invoice(customer, client.item(), 30, "in_deposit")
    line = {"doc": {"id": invoice}, "apply": True}
    body = {"apply": {"items": [line]}, "tranDate": "2026-11-04"}
    made = _transform(client, f"/customerDeposit/{deposit}>depositApplication", body)
    assert client.get(f"/depositApplication/{made}")["deposit"]["id"] == deposit
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 0


def test_a_customer_deposit_is_refunded_by_a_transform(client: Client) -> None:
    """All that is left of it; GET of the refund shows no deposit lines."""
    _, deposit = _deposit(client, "Leaver", 20)
    body = {"account": client.account("1000"), "tranDate": "2026-11-06"}
    refund = _transform(client, f"/customerDeposit/{deposit}>customerRefund", body)
    shown = client.get(f"/customerRefund/{refund}", expandSubResources="true")
    assert (shown["total"], "deposit" in shown) == (20, False)


def test_a_cash_sale_becomes_a_cash_refund(client: Client) -> None:
    """Of all its lines."""
    lines = {"items": [{"item": {"id": client.item()}, "amount": 8, "quantity": 1}]}
    made = client.write("POST", "/cashSale", sale(client.customer("Counter"), lines))
    refund = _transform(client, f"/cashSale/{made}>cashRefund")
    assert client.get(f"/cashRefund/{refund}")["total"] == 8
