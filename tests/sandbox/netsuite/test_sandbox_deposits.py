"""Deposits: out of undeposited funds, each payment once, in the bank's currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client

NOT_SELECTABLE = "You have entered an Invalid Field Value {} for the following field: id"


def _deposit(client: Client, bank: str, payments: list[Any], **fields: Any) -> dict[str, Any]:
    lines = [entry if isinstance(entry, dict) else {"id": entry, "deposit": True} for entry in payments]
    return {"account": client.account(bank), "tranDate": "2026-11-06", "payment": {"items": lines}, **fields}


def test_a_payout_as_a_deposit(client: Client) -> None:
    """Payments less refunds, plus other, less cash back: the bank gets the total, undeposited funds end at zero."""
    customer = client.customer()
    payment, returned = client.payment(customer, 100, "ch_1"), client.payment(customer, 40, "ch_2")
    refund = client.write(
        "POST",
        "/customerRefund",
        {
            "customer": {"id": customer},
            "account": client.account("1499"),
            "tranDate": "2026-11-05",
            "apply": {"items": [{"doc": {"id": returned}, "apply": True, "amount": 15}]},
        },
    )
    body = _deposit(
        client,
        "1000",
        [payment, returned, refund],
        cashback={"items": [{"account": client.account("6100"), "amount": 4.36, "memo": "Stripe fees"}]},
        other={"items": [{"account": client.account("1590"), "amount": 1, "memo": "released"}]},
    )
    deposit = client.write("PUT", "/deposit/eid:po_1", body)
    shown = client.get(f"/deposit/{deposit}", expandSubResources="true")
    assert shown["total"] == 121.64
    amounts = {line["id"]: line["paymentAmount"] for line in shown["payment"]["items"]}
    assert amounts == {int(payment): 100, int(returned): 40, int(refund): -15}
    server = client.server
    assert (server.balance("1000"), server.balance("1499"), server.balance("6100")) == (
        Decimal("121.64"),
        Decimal(0),
        Decimal("4.36"),
    )
    assert client.get(f"/customerPayment/{payment}")["status"]["refName"] == "Deposited"
    links = client.rows(
        "SELECT previousdoc, previoustype FROM nexttransactionlinelink WHERE nexttype = 'Deposit' ORDER BY previousdoc"
    )
    assert [link["previoustype"] for link in links] == ["CustPymt", "CustPymt", "CustRfnd"]


def test_a_payment_is_deposited_once(client: Client) -> None:
    """Named twice on one deposit it is one line (`id` is the key); a second deposit must wait for the first's end."""
    payment = client.payment(client.customer(), 10, "ch_1")
    twice = _deposit(client, "1000", [payment, {"id": int(payment), "deposit": True}])
    deposit = client.write("PUT", "/deposit/eid:po_0", twice)
    assert client.get(f"/deposit/{deposit}")["total"] == 10
    refused = client.refused("PUT", "/deposit/eid:po_2", _deposit(client, "1000", [payment]))
    assert refused.endswith(NOT_SELECTABLE.format(payment))
    assert client.send("DELETE", f"{RECORD}/deposit/eid:po_0").status_code == 204
    client.write("PUT", "/deposit/eid:po_2", _deposit(client, "1000", [payment]))


def test_only_money_in_undeposited_funds_can_be_chosen(client: Client) -> None:
    """An invoice, an unknown id, a payment straight to the bank, another subsidiary's payment: all the same text."""
    customer = client.customer()
    gmbh = client.customer("Emil", currency="2", subsidiary="2")
    candidates = [
        client.invoice(customer, client.item(), 5, "in_1"),
        "999999",
        client.payment(customer, 5, "ch_1", account=client.account("1000")),
        client.payment(gmbh, 5, "ch_2"),
    ]
    for number in candidates:
        refused = client.refused("POST", "/deposit", _deposit(client, "1000", [number]))
        assert refused.endswith(NOT_SELECTABLE.format(number))


def test_a_line_without_its_tick_is_not_deposited(client: Client) -> None:
    """`deposit: true` selects; an empty selection is no deposit."""
    payment = client.payment(client.customer(), 5, "ch_1")
    body = _deposit(client, "1000", [{"id": payment}])
    assert "at least one valid line item" in client.refused("POST", "/deposit", body)


def test_a_total_may_be_zero_but_not_negative(client: Client) -> None:
    """A payout that nets to nothing can be booked; one below zero cannot."""
    payment = client.payment(client.customer(), 5, "ch_1")
    fee = {"account": client.account("6100"), "amount": 5}
    too_much = _deposit(client, "1000", [payment], cashback={"items": [{**fee, "amount": 5.01}]})
    assert "The total can not be negative." in client.refused("POST", "/deposit", too_much)
    deposit = client.write("POST", "/deposit", _deposit(client, "1000", [payment], cashback={"items": [fee]}))
    assert client.get(f"/deposit/{deposit}")["total"] == 0


def test_a_deposited_payment_is_protected(client: Client) -> None:
    """Payment or refund: it cannot be deleted or changed in amount; a memo can be changed and nothing else moves."""
    customer = client.customer()
    payment = client.payment(customer, 10, "ch_1")
    line = {"doc": {"id": payment}, "apply": True, "amount": 4}
    refund_body = {"customer": {"id": customer}, "account": client.account("1499"), "apply": {"items": [line]}}
    refund = client.write("POST", "/customerRefund", refund_body)
    client.write("POST", "/deposit", _deposit(client, "1000", [payment, refund]))
    client.write("PATCH", f"/customerRefund/{refund}", {"memo": "looked at"})
    assert client.get(f"/customerRefund/{refund}")["status"]["refName"] == "Deposited"
    assert "cannot be deleted" in client.refused("DELETE", f"/customerPayment/{payment}")
    changed = client.refused("PATCH", f"/customerPayment/{payment}", {"payment": 11})
    assert changed.endswith("You cannot update linked transaction lines")
    client.write("PATCH", f"/customerPayment/{payment}", {"memo": "looked at"})


def test_a_deposit_is_changed_by_line_key(client: Client) -> None:
    """PATCH adds a payment line, `replace` exchanges the cash-back lines; the ledger follows."""
    customer = client.customer()
    first, second = client.payment(customer, 10, "ch_1"), client.payment(customer, 20, "ch_2")
    fee = {"account": client.account("6100"), "amount": 1}
    deposit = client.write("POST", "/deposit", _deposit(client, "1000", [first], cashback={"items": [fee]}))
    client.write("PATCH", f"/deposit/{deposit}", {"payment": {"items": [{"id": second, "deposit": True}]}})
    assert client.get(f"/deposit/{deposit}")["total"] == 29
    new = {"cashback": {"items": [{**fee, "amount": 2}]}}
    client.write("PATCH", f"/deposit/{deposit}", new, params={"replace": "cashback"})
    assert client.get(f"/deposit/{deposit}")["total"] == 28
    assert client.server.balance("1000") == Decimal(28)


def _euro_company(server: RunningNetSuite) -> tuple[Client, str, str]:
    client = Client(server)
    return client, client.customer("Emil", currency="2"), client.item()


def test_euro_payment_into_a_dollar_bank_at_its_stored_rate(netsuite: RunningNetSuite) -> None:
    """The line is the payment times its own rate; `paymentAmount` overrides and the rest is matching gain or loss."""
    client, customer, _ = _euro_company(netsuite)
    first = client.payment(customer, 100, "ch_1", exchangeRate=1.0873)
    second = client.payment(customer, 100, "ch_2", exchangeRate=1.0873)
    deposit = client.write("POST", "/deposit", _deposit(client, "1000", [first]))
    assert client.get(f"/deposit/{deposit}")["total"] == 108.73
    line = {"id": second, "deposit": True, "paymentAmount": 108.7}
    other = client.write("POST", "/deposit", _deposit(client, "1000", [line]))
    assert client.get(f"/deposit/{other}")["total"] == 108.7
    assert (netsuite.balance("1499"), netsuite.balance("7110")) == (Decimal(0), Decimal("0.03"))
    assert netsuite.is_balanced()


def test_euro_payment_into_a_euro_bank(netsuite: RunningNetSuite) -> None:
    """Same foreign amount; a deposit rate other than the payment's gives unrealised matching gain or loss."""
    client, customer, _ = _euro_company(netsuite)
    payment = client.payment(customer, 100, "ch_1", exchangeRate=1.1)
    deposit = client.write("POST", "/deposit", _deposit(client, "1010", [payment], exchangeRate=1.15))
    shown = client.get(f"/deposit/{deposit}")
    assert (shown["total"], shown["currency"]["id"]) == (100, "2")
    assert (netsuite.balance("1010"), netsuite.balance("7110")) == (Decimal(115), Decimal(-5))
    assert netsuite.is_balanced()


def test_a_bank_in_a_third_currency_needs_the_amount(netsuite: RunningNetSuite) -> None:
    """Neither base nor payment currency: paymentAmount must be entered."""
    client, customer, _ = _euro_company(netsuite)
    payment = client.payment(customer, 100, "ch_1")
    refused = client.refused("POST", "/deposit", _deposit(client, "1020", [payment]))
    assert "Please enter value(s) for: Payment Amount." in refused
    line = {"id": payment, "deposit": True, "paymentAmount": 84.5}
    deposit = client.write("POST", "/deposit", _deposit(client, "1020", [line]))
    assert client.get(f"/deposit/{deposit}")["total"] == 84.5
    assert netsuite.is_balanced()


def test_the_banks_subsidiary_and_currency_cannot_be_overridden(client: Client) -> None:
    """The account decides both."""
    payment = client.payment(client.customer(), 10, "ch_1")
    other = _deposit(client, "1000", [payment], subsidiary={"id": "2"})
    assert "The Subsidiary selected doesnt match the bank account selected." in client.refused(
        "POST", "/deposit", other
    )
    euro = _deposit(client, "1000", [payment], currency={"id": "2"})
    assert "use different currencies" in client.refused("POST", "/deposit", euro)


def test_books_outlive_the_server(tmp_path: Any) -> None:
    """With a state file a restart finds customers, links and deposits, and does not use an id again."""
    state = tmp_path / "books" / "netsuite.sqlite"
    with running_netsuite(state=state) as server:
        client = Client(server)
        payment = client.payment(client.customer(), 10, "ch_1")
        client.write("PUT", "/deposit/eid:po_1", _deposit(client, "1000", [payment]))
        accounts = client.rows("SELECT COUNT(*) AS n FROM account")
    with running_netsuite(state=state) as server:
        client = Client(server)
        assert client.get("/deposit/eid:po_1")["total"] == 10
        assert client.refused("POST", "/deposit", _deposit(client, "1000", [payment])).endswith(
            NOT_SELECTABLE.format(payment)
        )
        assert int(client.payment(client.customer(), 10, "ch_2")) > int(payment) + 1
        assert client.rows("SELECT COUNT(*) AS n FROM account") == accounts
