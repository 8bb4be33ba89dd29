"""What the account's features change in the books."""

from __future__ import annotations

import argparse
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sandbox.commands.netsuite import add_arguments, options_from
from sandbox.netsuite.app import make_app
from sandbox.netsuite.features import Features
from sandbox.netsuite.options import Options
from sandbox.netsuite.preferences import Preferences
from sandbox.netsuite.testing import running_netsuite
from tests.sandbox.netsuite.client import sale
from tests.sandbox.netsuite.company import PREFIX, company


@pytest.mark.parametrize(
    ("segment", "label"), [("class", "Class"), ("department", "Department"), ("location", "Location")]
)
def test_a_mandatory_segment_stands_on_every_line(segment: Any, label: str) -> None:
    """Item, journal, cash-back and other lines and payments; the header's value holds for lines without their own."""
    with company(features=Features(mandatory=frozenset({segment}))) as books:
        customer, item = books.someone(), books.plan()
        text = PREFIX + f"Please enter value(s) for: {label}."
        body = books.bill_body(customer, item, 5)
        assert books.refused("POST", "/invoice", body) == text
        invoice = books.write("POST", "/invoice", {**body, segment: {"id": "1"}})
        line = f"SELECT {segment} AS segment FROM transactionline WHERE transaction = {invoice} AND mainline = 'F'"
        assert books.rows(line) == [{"segment": "1"}]
        own = sale(customer, {"items": [{"item": {"id": item}, "amount": 5, segment: {"id": "2"}}]})
        books.write("POST", "/invoice", own)
        assert books.refused("POST", "/customerPayment", books.pay_body(customer, 5)) == text
        payment = books.pay(customer, 5, **{segment: {"id": "1"}})
        fee = {"account": books.account("6100"), "amount": 1}
        banked = books.bank_body("1000", payment, cashback={"items": [fee]})
        assert books.refused("POST", "/deposit", banked) == text
        books.bank("1000", payment, cashback={"items": [{**fee, segment: {"id": "1"}}]})
        items = [{"account": books.account("6100"), "debit": 5}, {"account": books.account("1590"), "credit": 5}]
        assert books.refused("POST", "/journalEntry", {"subsidiary": {"id": "1"}, "line": {"items": items}}) == text


def test_without_one_world_nothing_has_a_subsidiary() -> None:
    """No field, no table, no German accounts; customers, items and journals do without."""
    with company(features=Features(one_world=False)) as books:
        customer = books.write("POST", "/customer", {"companyName": "Ada"})
        body = {"itemId": "Plan", "incomeAccount": books.account("4000")}
        item = books.write("POST", "/serviceSaleItem", body)
        invoice = books.write("POST", "/invoice", books.bill_body(customer, item, 5))
        books.bank("1000", books.pay(customer, 5, (invoice, 5)))
        items = [{"account": books.account("6100"), "debit": 5}, {"account": books.account("1590"), "credit": 5}]
        books.write("POST", "/journalEntry", {"line": {"items": items}})
        assert books.rows("SELECT id FROM account WHERE acctnumber = '1030'") == []
        assert "Record 'subsidiary' was not found" in books.query_refused("SELECT id FROM subsidiary")


def test_without_several_currencies_there_is_one() -> None:
    """Everything is in the base currency; the currency tables are not there."""
    with company(features=Features(multi_currency=False)) as books:
        customer = books.write("POST", "/customer", {"companyName": "Ada", "subsidiary": {"id": "1"}})
        payment = books.pay(customer, 5)
        row = books.rows(f"SELECT exchangerate, foreigntotal FROM transaction WHERE id = {payment}")
        assert row == [{"exchangerate": "1", "foreigntotal": "5"}]
        assert "Record 'currency' was not found" in books.query_refused("SELECT id FROM currency")


def test_without_automatic_numbers_they_must_be_given() -> None:
    """Customers and sales; a name is still unique among entities."""
    with company(features=Features(auto_numbering=False)) as books:
        body = {"companyName": "Ada", "subsidiary": {"id": "1"}}
        assert books.refused("POST", "/customer", body) == PREFIX + "Please enter value(s) for: Customer ID."
        customer = books.write("POST", "/customer", {**body, "entityId": "C-1"})
        taken = books.refused("POST", "/customer", {**body, "companyName": "Bob", "entityId": "c-1"})
        assert taken == PREFIX + "This entity already exists."
        sold = books.bill_body(customer, books.plan(), 5)
        assert books.refused("POST", "/invoice", sold) == PREFIX + "Please enter value(s) for: Invoice #."
        invoice = books.write("POST", "/invoice", {**sold, "tranId": "2026-0001"})
        assert books.get(f"/invoice/{invoice}")["tranId"] == "2026-0001"
        books.write("PATCH", f"/invoice/{invoice}", {"memo": "seen"})


def test_automatic_numbers_are_unique_and_stay() -> None:
    """Given by NetSuite where the body has none; an edit keeps them."""
    with company() as books:
        customer, item = books.someone(), books.plan()
        first, second = (books.get(f"/invoice/{books.bill(customer, item, 5)}") for _ in range(2))
        assert first["tranId"] != second["tranId"]
        books.write("PATCH", f"/invoice/{first['id']}", {"memo": "seen"})
        assert books.get(f"/invoice/{first['id']}")["tranId"] == first["tranId"]


def test_accounts_without_numbers_are_known_by_name() -> None:
    """No number in SuiteQL, none in front of the name."""
    with company(features=Features(account_numbers=False)) as books:
        row = books.rows(
            "SELECT acctnumber, accountsearchdisplayname AS name FROM account WHERE fullname = 'Input Tax'"
        )
        assert row == [{"name": "Input Tax"}]


def test_preferences_can_be_chosen_on_the_command_line() -> None:
    """What the sandbox is started with is what the books follow."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    chosen = ["--posting-period-when-closed", "current", "--allow-date-outside-period", "--payment-list-days", "7"]
    options = options_from(parser.parse_args([*chosen, "--void-by-reversing-journal", "--query-lag-s", "2"]))
    assert options.preferences == Preferences("current", void_by_reversing_journal=True, payment_list_days=7)
    assert (options.allow_date_outside_period, options.query_lag_s) == (True, 2.0)
    assert options_from(parser.parse_args([])).preferences == Preferences()


def test_books_of_another_version_are_refused(tmp_path: Path) -> None:
    """A state file that this sandbox cannot read is named, with what to do."""
    state = tmp_path / "old.sqlite"
    with running_netsuite(state=state):
        pass
    with sqlite3.connect(state) as old:
        old.execute("PRAGMA user_version = 1")
    old.close()
    with pytest.raises(ValueError, match=r"old\.sqlite was made by another version .* Delete it and start again\."):
        make_app(Options(state=state))
