"""Accounting periods and preferences, voids and reversals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sandbox.netsuite.preferences import Preferences
from tests.sandbox.netsuite.company import PREFIX, Company, company, lines

CLOSED = PREFIX + "You cannot change the G/L impact of a transaction in a closed period."


@pytest.fixture(scope="module")
def reversing() -> Iterator[Company]:
    """A company that voids by reversing journals."""
    with company(preferences=Preferences(void_by_reversing_journal=True)) as running:
        yield running


def _period_of(books: Company, path: str) -> str:
    return str(books.get(path)["postingPeriod"]["refName"])


def test_by_preference_a_closed_date_posts_to_the_first_open_period() -> None:
    """The date stays; without leave for dates outside their period that is refused."""
    preferences = Preferences(posting_period_when_closed="first_open")
    with company(preferences=preferences, allow_date_outside_period=True) as books:
        payment = books.pay(books.someone(), 5, tranDate="2026-09-30")
        assert _period_of(books, f"/customerPayment/{payment}") == "Oct 2026"
        assert books.get(f"/customerPayment/{payment}")["tranDate"] == "2026-09-30"
    with company(preferences=preferences) as books:
        body = books.pay_body(books.someone(), 5, tranDate="2026-09-30")
        refused = books.refused("POST", "/customerPayment", body)
        assert "not within the date range of your accounting period" in refused


def test_by_preference_a_closed_date_posts_to_the_current_period() -> None:
    """Today's period, which is November; refused if that is closed as well."""
    preferences = Preferences(posting_period_when_closed="current")
    with company(preferences=preferences, allow_date_outside_period=True) as books:
        customer = books.someone()
        payment = books.pay(customer, 5, tranDate="2026-09-30")
        assert _period_of(books, f"/customerPayment/{payment}") == "Nov 2026"
        books.server.set_period("Nov 2026", closed=True)
        body = books.pay_body(customer, 5, tranDate="2026-09-30")
        assert "No valid, open, posting period" in books.refused("POST", "/customerPayment", body)


def test_an_exchange_difference_in_a_closed_period_is_refused(company_of_euros: tuple[Company, str]) -> None:
    """Invoice and payment of October, applied when October is closed: the documented text with the rate."""
    books, customer = company_of_euros
    invoice = books.bill(customer, books.plan(), 100, tranDate="2026-10-10", exchangeRate=1.1)
    payment = books.pay(customer, 100, tranDate="2026-10-20", exchangeRate=1.2)
    same = books.pay(customer, 100, tranDate="2026-10-20", exchangeRate=1.1)
    books.server.set_period("Oct 2026", closed=True, allownonglchanges=True)
    applied = {"apply": lines((invoice, 100))}
    refused = books.refused("PATCH", f"/customerPayment/{payment}", applied)
    assert "foreign exchange variance" in refused
    assert refused.endswith("use the same rate (1.1)between the transactions that will be linked.")
    books.write("PATCH", f"/customerPayment/{same}", applied)
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 0


def test_a_note_leaves_the_postings_alone(company_of_euros: tuple[Company, str]) -> None:
    """A memo changes in place, in a closed period too if it allows that: the FxReval keeps its id."""
    books, customer = company_of_euros
    invoice = books.bill(customer, books.plan(), 100, tranDate="2026-10-10", exchangeRate=1.1)
    payment = books.pay(customer, 100, (invoice, 100), tranDate="2026-10-20", exchangeRate=1.2, memo="first")
    made = books.rows("SELECT id FROM transaction WHERE type = 'FxReval'")
    books.server.set_period("Oct 2026", closed=True)
    change = {"memo": "second", "custbody_stripe_id": "ch_1"}
    assert "You may not edit it" in books.refused("PATCH", f"/customerPayment/{payment}", change)
    books.server.set_period("Oct 2026", allownonglchanges=True)
    books.write("PATCH", f"/customerPayment/{payment}", change)
    assert books.rows("SELECT id FROM transaction WHERE type = 'FxReval'") == made
    lines_ = books.rows(f"SELECT memo FROM transactionline WHERE transaction = {payment}")
    assert lines_ == [{"memo": "second"}, {"memo": "second"}]
    found = books.rows("SELECT id FROM transaction WHERE custbody_stripe_id = 'ch_1' AND memo = 'second'")
    assert found == [{"id": payment}]


def test_a_difference_goes_to_the_later_of_the_two_periods(company_of_euros: tuple[Company, str]) -> None:
    """Invoice of October, payment of November: the FxReval is November's, though October is locked."""
    books, customer = company_of_euros
    invoice = books.bill(customer, books.plan(), 100, tranDate="2026-10-10", exchangeRate=1.1)
    books.server.set_period("Oct 2026", alllocked=True)
    books.pay(customer, 100, (invoice, 100), exchangeRate=1.2)
    row = books.rows("SELECT BUILTIN.DF(postingperiod) AS period FROM transaction WHERE type = 'FxReval'")
    assert row == [{"period": "Nov 2026"}]


@pytest.fixture
def company_of_euros() -> Iterator[tuple[Company, str]]:
    with company() as books:
        yield books, books.someone(currency="2")


def test_a_closed_year_takes_its_months_along(company_of_euros: tuple[Company, str]) -> None:
    """Year-end close; a month that is opened again opens its quarter and year."""
    books, customer = company_of_euros
    books.server.set_period("FY 2026", closed=True)
    states = "SELECT periodname, closed FROM accountingperiod WHERE periodname IN ('FY 2026', 'Q4 2026', 'Dec 2026')"
    assert {row["closed"] for row in books.rows(states)} == {"T"}
    assert "No valid, open" in books.refused("POST", "/customerPayment", books.pay_body(customer, 5))
    books.server.set_period("Dec 2026", closed=False)
    assert {row["closed"] for row in books.rows(states)} == {"F"}
    books.pay(customer, 5, tranDate="2026-12-01")


def test_a_lock_stops_changes_like_a_close(company_of_euros: tuple[Company, str]) -> None:
    """Locked for all: no edit, no deletion, no deposit; a lock of receivables leaves bank deposits alone."""
    books, customer = company_of_euros
    payment = books.pay(customer, 5)
    books.server.set_period("Nov 2026", alllocked=True)
    assert books.refused("PATCH", f"/customerPayment/{payment}", {"payment": 6}) == CLOSED
    assert books.refused("DELETE", f"/customerPayment/{payment}") == CLOSED
    assert "No valid, open" in books.refused("POST", "/deposit", books.bank_body("1010", payment))
    books.server.set_period("Nov 2026", alllocked=False, arlocked=True)
    books.bank("1010", payment)


def _void(books: Company, transaction: str, **fields: Any) -> str:
    response = books.session.post(
        books.server.url + "/_sandbox/void", json={"transaction": transaction, **fields}, timeout=10
    )
    return "" if response.status_code == 200 else str(response.json()["o:errorDetails"][0]["detail"])


def test_a_direct_void_makes_the_amounts_zero(company_of_euros: tuple[Company, str]) -> None:
    """The record stays, voided, with nothing in the ledger; it cannot be changed any more."""
    books, customer = company_of_euros
    invoice = books.bill(customer, books.plan(), 50)
    payment = books.pay(customer, 50, (invoice, 50))
    assert "linked to by one or more transactions such as payments" in _void(books, invoice)
    assert _void(books, payment) == ""
    assert books.get(f"/invoice/{invoice}")["amountRemaining"] == 50
    assert _void(books, invoice) == ""
    assert set(books.impact(invoice).values()) == {Decimal(0)}
    row = books.rows(f"SELECT voided, BUILTIN.DF(status) AS status FROM transaction WHERE id = {invoice}")
    assert row == [{"voided": "T", "status": "Invoice : Voided"}]
    refused = books.refused("PATCH", f"/invoice/{invoice}", {"memo": "x"})
    assert refused == PREFIX + "The G/L impact of a voided transaction cannot be changed."


def test_a_direct_void_needs_an_open_period_and_no_deposit(company_of_euros: tuple[Company, str]) -> None:
    """A voided payment could not be in the bank; a closed month stays as it is."""
    books, customer = company_of_euros
    banked, waiting = books.pay(customer, 50), books.pay(customer, 50)
    books.bank("1010", banked)
    assert "linked to by one or more transactions" in _void(books, banked)
    books.server.set_period("Nov 2026", closed=True)
    assert _void(books, waiting) == CLOSED


def test_a_void_by_reversing_journal_in_a_later_period(reversing: Company) -> None:
    """A refund of a closed month: the journal of an open one takes it back, and the credit memo is open again."""
    books = reversing
    customer = books.someone()
    memo = books.credit(customer, books.plan(), 50, tranDate="2026-10-05")
    body = {"customer": {"id": customer}, "account": books.account("1000"), "tranDate": "2026-10-06"}
    refund = books.write("POST", "/customerRefund", {**body, "apply": lines((memo, 50))})
    books.server.set_period("Oct 2026", closed=True)
    journal = str(books.control("/void", {"transaction": refund, "day": "2026-11-10"})["journal"])
    assert books.impact(journal) == {"1000": Decimal(50), "1100": Decimal(-50)}
    assert _period_of(books, f"/journalEntry/{journal}") == "Nov 2026"
    assert books.get(f"/creditMemo/{memo}")["unapplied"] == 50
    assert books.impact(refund) == {"1000": Decimal(-50), "1100": Decimal(50)}


def test_with_reversing_journals_only_refunds_are_voided(reversing: Company) -> None:
    """The button is gone from invoices, credit memos and payments."""
    invoice = reversing.bill(reversing.someone(), reversing.plan(), 5)
    assert "Transaction type specified is incorrect." in _void(reversing, invoice)


def test_a_journal_entry_reverses_itself_on_a_date(company_of_euros: tuple[Company, str]) -> None:
    """A second entry, turned round, on the reversal date; it follows its maker's changes and goes with it."""
    books, _ = company_of_euros
    items = [{"account": books.account("6100"), "debit": 5}, {"account": books.account("1590"), "credit": 5}]
    body = {"subsidiary": {"id": "1"}, "tranDate": "2026-10-31", "reversalDate": "2026-11-01"}
    journal = books.write("POST", "/journalEntry", {**body, "line": {"items": items}})
    links = f"SELECT nextdoc FROM nexttransactionlinelink WHERE previousdoc = {journal}"
    made = books.rows(links)[0]["nextdoc"]
    assert books.impact(made) == {"6100": Decimal(-5), "1590": Decimal(5)}
    assert "cannot be deleted" in books.refused("DELETE", f"/journalEntry/{made}")
    changed = {"items": [{"line": 1, "debit": 7}, {"line": 2, "credit": 7}]}
    books.write("PATCH", f"/journalEntry/{journal}", {"line": changed})
    assert books.impact(made) == {"6100": Decimal(-7), "1590": Decimal(7)}
    books.remove(f"/journalEntry/{journal}")
    assert books.rows(f"SELECT id FROM transaction WHERE id = {made}") == []
    books.server.set_period("Nov 2026", closed=True)
    refused = books.refused("POST", "/journalEntry", {**body, "line": {"items": items}})
    assert "Reversal Date is in a closed accounting period." in refused
