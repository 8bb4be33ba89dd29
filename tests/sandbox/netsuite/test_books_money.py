"""Cash sales and refunds, what a bank deposit may take, journals, and currencies with their own decimals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from sandbox.netsuite.preferences import Preferences
from tests.sandbox.netsuite.client import sale
from tests.sandbox.netsuite.company import PREFIX, Company, company


@pytest.fixture(scope="module")
def books() -> Iterator[Company]:
    with company() as running:
        yield running


def _cash(customer: str, item: str, amount: float) -> dict[str, object]:
    return sale(customer, {"items": [{"item": {"id": item}, "amount": amount}]})


def test_a_cash_sale_and_its_refund_go_into_one_deposit(books: Company) -> None:
    """Debit undeposited funds, credit income; the refund the other way; both are banked as one."""
    customer, item = books.someone(), books.plan()
    sold = books.write("POST", "/cashSale", _cash(customer, item, 80))
    refunded = books.write("POST", "/cashRefund", _cash(customer, item, 30))
    assert books.impact(sold) == {"1499": Decimal(80), "4000": Decimal(-80)}
    assert books.impact(refunded) == {"1499": Decimal(-30), "4000": Decimal(30)}
    assert books.get(f"/cashSale/{sold}")["status"]["refName"] == "Not Deposited"
    deposit = books.bank("1000", sold, refunded)
    assert books.get(f"/deposit/{deposit}")["total"] == 50
    assert books.get(f"/cashSale/{sold}")["status"]["refName"] == "Deposited"
    books.remove(f"/deposit/{deposit}")
    assert books.get(f"/cashRefund/{refunded}")["status"]["refName"] == "Not Deposited"


def test_a_cash_sale_straight_to_the_bank(books: Company) -> None:
    """`account` is the bank; it is deposited already and not selectable."""
    body = {**_cash(books.someone(), books.plan(), 80), "account": books.account("1000")}
    sold = books.write("POST", "/cashSale", body)
    assert books.get(f"/cashSale/{sold}")["status"]["refName"] == "Deposited"
    assert books.refused("POST", "/deposit", books.bank_body("1000", sold)).endswith("field: id")


def test_a_journal_entry_in_undeposited_funds_can_be_banked(books: Company) -> None:
    """Its line there is what the deposit takes."""
    items = [{"account": books.account("1500"), "credit": 12}, {"account": books.account("1499"), "debit": 12}]
    journal = books.write("POST", "/journalEntry", {"subsidiary": {"id": "1"}, "line": {"items": items}})
    deposit = books.bank("1000", journal)
    assert books.impact(deposit) == {"1000": Decimal(12), "1499": Decimal(-12)}
    assert books.refused("POST", "/deposit", books.bank_body("1000", journal)).endswith("field: id")


def test_a_filtered_list_hides_old_payments() -> None:
    """With the list filtered a payment of long ago is as unknown as one that is not there."""
    with company(preferences=Preferences(payment_list_days=7)) as books:
        customer = books.someone()
        old = books.pay(customer, 5, tranDate="2026-10-20")
        new = books.pay(customer, 5, tranDate="2026-11-01")
        refused = books.refused("POST", "/deposit", books.bank_body("1000", old, new))
        assert refused == PREFIX + f"You have entered an Invalid Field Value {old} for the following field: id"
        books.bank("1000", new)


def test_a_deposited_payment_is_not_re_pointed(books: Company) -> None:
    """Its account cannot change; what it is applied to can."""
    customer = books.someone()
    payment = books.pay(customer, 20)
    books.bank("1000", payment)
    changed = books.refused("PATCH", f"/customerPayment/{payment}", {"account": books.account("1000")})
    assert changed == PREFIX + "You cannot update linked transaction lines"
    invoice = books.bill(customer, books.plan(), 20)
    applied = {"items": [{"doc": {"id": invoice}, "apply": True, "amount": 20}]}
    books.write("PATCH", f"/customerPayment/{payment}", {"apply": applied})
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 0
    assert books.get(f"/customerPayment/{payment}")["status"]["refName"] == "Deposited"


@pytest.mark.parametrize(
    ("currency", "bank", "good", "bad", "decimals"),
    [("4", "1040", 1234, 1234.5, 0), ("5", "1050", 1.234, 1.2345, 3), ("3", "1020", 1.23, 1.234, 2)],
)
def test_each_currency_has_its_own_decimals(
    books: Company, currency: str, bank: str, good: float, bad: float, decimals: int
) -> None:
    """Yen none, dinar three, pound two: from invoice to bank in that currency, to the last digit."""
    customer, item = books.someone(currency=currency), books.plan()
    refused = books.refused("POST", "/invoice", books.bill_body(customer, item, bad))
    assert refused.endswith(f"Please round off the amount of each line to a maximum of {decimals} decimal places.")
    invoice = books.bill(customer, item, good)
    payment = books.pay(customer, good, (invoice, good))
    deposit = books.get(f"/deposit/{books.bank(bank, payment)}")
    assert (deposit["total"], deposit["currency"]["id"]) == (good, currency)


def test_the_euro_company_keeps_euro_books(books: Company) -> None:
    """Subsidiary GmbH: a pound invoice in euro at the day's rate, paid into its own pound bank."""
    customer = books.someone(currency="3", subsidiary="2")
    invoice = books.bill(customer, books.plan(), 100, exchangeRate=1.17)
    assert books.impact(invoice) == {"1100": Decimal(117), "4000": Decimal(-117)}
    payment = books.pay(customer, 100, (invoice, 100), exchangeRate=1.17)
    assert books.refused("POST", "/deposit", books.bank_body("1020", payment)).endswith("field: id")
    assert books.get(f"/deposit/{books.bank('1060', payment)}")["total"] == 100


def test_a_journal_entry_has_one_currency_and_posts_at_its_rate(books: Company) -> None:
    """EUR in the dollar company: both lines at the rate; what rounding leaves is rounding gain or loss."""
    items = [{"account": books.account("1500"), "debit": 10.01}, {"account": books.account("1590"), "credit": 10.01}]
    body = {"subsidiary": {"id": "1"}, "currency": {"id": "2"}, "exchangeRate": 1.1}
    journal = books.write("POST", "/journalEntry", {**body, "line": {"items": items}})
    assert books.impact(journal) == {"1500": Decimal("11.01"), "1590": Decimal("-11.01")}
    wrong = [{**items[0], "account": books.account("1000")}, items[1]]
    refused = books.refused("POST", "/journalEntry", {**body, "line": {"items": wrong}})
    assert refused == PREFIX + "Transaction and foreign currency account use different currencies."


def test_a_rate_keeps_eight_decimals(books: Company) -> None:
    """More are rounded away before anything is posted at the rate."""
    payment = books.pay(books.someone(currency="2"), 1000, exchangeRate=1.123456785)
    row = books.rows(f"SELECT exchangerate FROM transaction WHERE id = {payment}")
    assert row == [{"exchangerate": "1.12345679"}]
    assert books.impact(payment)["1499"] == Decimal("1123.46")


def test_receivables_on_a_journal_line_need_a_name(books: Company) -> None:
    """A line to receivables without a customer is refused."""
    items = [{"account": books.account("1100"), "debit": 5}, {"account": books.account("1590"), "credit": 5}]
    body = {"subsidiary": {"id": "1"}, "line": {"items": items}}
    assert "Please enter value(s) for: Name." in books.refused("POST", "/journalEntry", body)
    items[0]["entity"] = {"id": books.someone()}
    books.write("POST", "/journalEntry", body)
