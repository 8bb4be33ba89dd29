"""Exchange differences and accounting periods."""

from __future__ import annotations

from decimal import Decimal

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import RECORD, Client, sale

PREFIX = "Error while accessing a resource. "
CLOSED = PREFIX + "You cannot change the G/L impact of a transaction in a closed period."


def test_oracles_example_of_a_currency_revaluation(client: Client) -> None:
    """€1,000 at 1.1 and €500 at 1.2, paid at 1.3: two FxReval of $200 and $50, receivables at zero."""
    customer, item = client.customer("Emil", currency="2"), client.item()
    first = client.invoice(customer, item, 1000, "in_1", exchangeRate=1.1)
    second = client.invoice(customer, item, 500, "in_2", exchangeRate=1.2)
    payment = client.payment(customer, 1500, "ch_1", (first, 1000), (second, 500), exchangeRate=1.3)
    rows = client.rows(
        "SELECT l.previousdoc AS source, tal.debit FROM transaction t "
        "JOIN transactionaccountingline tal ON tal.transaction = t.id AND tal.debit > 0 "
        "JOIN nexttransactionlinelink l ON l.nextdoc = t.id AND l.previoustype = 'CustInvc' "
        "WHERE t.type = 'FxReval' ORDER BY t.id"
    )
    assert rows == [{"source": first, "debit": "200"}, {"source": second, "debit": "50"}]
    assert client.server.balance("1100") == Decimal(0)
    assert client.server.balance("7100") == Decimal(-250)
    assert client.server.balance("1499") == Decimal(1950)
    own = client.rows(f"SELECT COUNT(*) AS n FROM transactionaccountingline WHERE transaction = {payment}")
    assert own == [{"n": "2"}], "the gain is not on the payment's own lines"


def test_rounding_of_partial_payments_leaves_nothing_in_receivables(client: Client) -> None:
    """Three thirds at other rates: a foreign invoice that is closed is zero in base currency too."""
    customer, item = client.customer("Emil", currency="2"), client.item()
    invoice = client.invoice(customer, item, 100, "in_1", exchangeRate=1.08333)
    for number, amount in enumerate((33.33, 33.33, 33.34)):
        client.payment(customer, amount, f"ch_{number}", (invoice, amount), exchangeRate=1.09111)
    assert client.server.balance("1100") == Decimal(0)
    assert client.get(f"/invoice/{invoice}")["amountRemaining"] == 0


def test_unapplying_takes_the_revaluation_back(client: Client) -> None:
    """No application, no FxReval."""
    customer, item = client.customer("Emil", currency="2"), client.item()
    invoice = client.invoice(customer, item, 100, "in_1", exchangeRate=1.1)
    payment = client.payment(customer, 100, "ch_1", (invoice, 100), exchangeRate=1.2)
    client.write(
        "PATCH", f"/customerPayment/{payment}", {"apply": {"items": [{"doc": {"id": invoice}, "apply": False}]}}
    )
    assert client.rows("SELECT id FROM transaction WHERE type = 'FxReval'") == []
    assert client.server.balance("7100") == Decimal(0)


def test_a_refund_at_another_rate_realises_a_loss(client: Client) -> None:
    """€50 credited at 1.1 and refunded at 1.2 cost $5."""
    customer, item = client.customer("Emil", currency="2"), client.item()
    lines = {"items": [{"item": {"id": item}, "amount": 50}]}
    memo = client.write("POST", "/creditMemo", sale(customer, lines, exchangeRate=1.1))
    client.write(
        "POST",
        "/customerRefund",
        {
            "customer": {"id": customer},
            "account": client.account("1499"),
            "exchangeRate": 1.2,
            "apply": {"items": [{"doc": {"id": memo}, "apply": True, "amount": 50}]},
        },
    )
    assert (client.server.balance("7100"), client.server.balance("1100")) == (Decimal(5), Decimal(0))


def test_the_days_rate_is_used_where_none_is_given(client: Client) -> None:
    """The latest rate up to the date; none at all is refused with the documented text."""
    customer = client.customer("Emil", currency="2")
    payment = client.payment(customer, 100, "ch_1", tranDate="2026-11-04")
    day = client.rows(
        "SELECT exchangerate FROM currencyrate WHERE basecurrency = 1 AND transactioncurrency = 2 "
        "AND effectivedate = '11/04/2026'"
    )
    assert client.rows(f"SELECT exchangerate FROM transaction WHERE id = {payment}") == day
    old = {"customer": {"id": customer}, "payment": 1, "tranDate": "2026-08-01"}
    assert client.refused("POST", "/customerPayment", old) == (
        PREFIX + "There are no Accounting Periods that cover this transaction date."
    )


def test_a_closed_period_takes_nothing(client: Client) -> None:
    """September is closed; its date is refused, and so is naming the period."""
    customer = client.customer()
    body = {"customer": {"id": customer}, "payment": 5, "tranDate": "2026-09-30"}
    assert client.refused("POST", "/customerPayment", body).startswith(
        PREFIX + "Insert Transaction Failure: No valid, open, posting period for date - 9/30/2026."
    )
    assert client.refused("POST", "/customerPayment", {**body, "postingPeriod": {"id": "11"}}) == CLOSED


def test_a_date_outside_its_period_depends_on_the_preference() -> None:
    """Disallowed by default; with the preference the record keeps its date and posts to the chosen period."""
    body = {"payment": 5, "tranDate": "2026-09-30", "postingPeriod": {"id": "12"}}
    with running_netsuite() as server:
        client = Client(server)
        refused = client.refused("POST", "/customerPayment", {**body, "customer": {"id": client.customer()}})
        assert "not within the date range of your accounting period" in refused
    with running_netsuite(allow_date_outside_period=True) as server:
        client = Client(server)
        payment = client.write("POST", "/customerPayment", {**body, "customer": {"id": client.customer()}})
        shown = client.get(f"/customerPayment/{payment}")
        assert (shown["tranDate"], shown["postingPeriod"]["refName"]) == ("2026-09-30", "Oct 2026")


def test_a_receivables_lock_lets_deposits_pass(netsuite: RunningNetSuite) -> None:
    """A/R locked: no payment, but the deposit of an earlier one is booked."""
    client = Client(netsuite)
    customer = client.customer()
    payment = client.payment(customer, 5, "ch_1")
    netsuite.set_period("Nov 2026", arlocked=True)
    body = {"customer": {"id": customer}, "payment": 5, "tranDate": "2026-11-05"}
    assert "No valid, open, posting period" in client.refused("POST", "/customerPayment", body)
    deposit = {"account": client.account("1000"), "payment": {"items": [{"id": payment, "deposit": True}]}}
    client.write("POST", "/deposit", {**deposit, "tranDate": "2026-11-06"})


def test_posted_records_in_a_closed_period_cannot_be_changed_or_deleted(netsuite: RunningNetSuite) -> None:
    """G/L changes and deletion are refused; sending the same content again is harmless."""
    client = Client(netsuite)
    customer = client.customer()
    payment = client.payment(customer, 5, "ch_1")
    netsuite.set_period("Nov 2026", closed=True)
    assert client.payment(customer, 5, "ch_1") == payment
    assert client.refused("PATCH", f"/customerPayment/{payment}", {"payment": 6}) == CLOSED
    assert "You may not edit it" in client.refused("PATCH", f"/customerPayment/{payment}", {"memo": "x"})
    assert client.refused("DELETE", f"/customerPayment/{payment}") == CLOSED
    netsuite.set_period("Nov 2026", allownonglchanges=True)
    client.write("PATCH", f"/customerPayment/{payment}", {"memo": "x"})


def test_a_period_can_be_closed_over_the_control_interface(client: Client) -> None:
    """POST /_sandbox/period, and the trial balance next to it."""
    session, url = client.session, client.server.url
    assert (
        session.post(url + "/_sandbox/period", json={"period": "Nov 2026", "closed": True}, timeout=5).status_code
        == 204
    )
    assert session.post(url + "/_sandbox/period", json={"period": "May 1999"}, timeout=5).status_code == 404
    row = client.rows("SELECT closed FROM accountingperiod WHERE periodname = 'Nov 2026'")
    assert row == [{"closed": "T"}]
    assert session.get(url + "/_sandbox/trial-balance", timeout=5).json() == {"accounts": [], "balanced": True}
    assert client.send("GET", RECORD + "/accountingPeriod/13").json()["closed"] is True
