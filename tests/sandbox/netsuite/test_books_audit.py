"""What stays behind: deleted records, system notes, merged customers, links; and SuiteQL that lags on order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from sandbox.netsuite.books.delay import DelayedView
from tests.sandbox.netsuite.client import RECORD
from tests.sandbox.netsuite.company import PREFIX, Company, company, lines


@pytest.fixture(scope="module")
def books() -> Iterator[Company]:
    with company() as running:
        yield running


def test_a_deletion_can_be_queried(books: Company) -> None:
    """Transactions, customers and items leave type, id, name and day behind."""
    customer, item = books.someone(), books.plan()
    payment = books.pay(customer, 5)
    books.remove(f"/customerPayment/{payment}")
    books.remove(f"/customer/{customer}")
    books.remove(f"/serviceSaleItem/{item}")
    rows = books.rows(
        "SELECT type, recordid, TO_CHAR(deleteddate, 'YYYY-MM-DD') AS day FROM deletedrecord "
        f"WHERE recordid IN ({payment}, {customer}, {item}) ORDER BY type"
    )
    assert [(row["type"], row["recordid"], row["day"]) for row in rows] == [
        ("Customer", customer, "2026-11-15"),
        ("Item", item, "2026-11-15"),
        ("Payment", payment, "2026-11-15"),
    ]


def test_a_change_leaves_a_system_note_for_each_field(books: Company) -> None:
    """Old and new value; custom fields by their name; a write that changes nothing leaves none."""
    payment = books.pay(books.someone(), 5, memo="first", custbody_stripe_id="ch_1")
    notes = f"SELECT field, oldvalue, newvalue FROM systemnote WHERE recordid = {payment} ORDER BY field"
    assert books.rows(notes) == []
    books.write("PATCH", f"/customerPayment/{payment}", {"memo": "first"})
    assert books.rows(notes) == []
    books.write("PATCH", f"/customerPayment/{payment}", {"memo": "second", "payment": 6, "custbody_stripe_id": "ch_2"})
    assert [tuple(row.values()) for row in books.rows(notes)] == [
        ("CUSTBODY_STRIPE_ID", "ch_1", "ch_2"),
        ("TRANDOC.MAMOUNTMAIN", "5", "6"),
        ("TRANDOC.SMEMOMAIN", "first", "second"),
    ]


def test_notes_of_customers_and_items(books: Company) -> None:
    """Renaming and inactivating are noted."""
    customer, item = books.someone(), books.plan()
    books.write("PATCH", f"/customer/{customer}", {"email": "ada@example.com", "isInactive": True})
    books.write("PATCH", f"/serviceSaleItem/{item}", {"isInactive": True})
    fields = books.rows(f"SELECT field FROM systemnote WHERE recordid IN ({customer}, {item}) ORDER BY field")
    assert [row["field"] for row in fields] == ["ITEM.BINACTIVE", "NAME.BINACTIVE", "NAME.SEMAIL"]


def test_merging_moves_everything_to_the_master(books: Company) -> None:
    """The duplicate's id and external id are gone; its transactions, sub-customers and currencies are the master's."""
    master = books.someone()
    duplicate = books.someone(email="dup@example.com", externalId=books.fresh("cus_"), phone="1")
    external_id = books.get(f"/customer/{duplicate}")["externalId"]
    books.write("PATCH", f"/customer/{duplicate}", {"currencyList": {"items": [{"currency": {"id": "2"}}]}})
    child = books.someone(parent={"id": duplicate})
    invoice = books.bill(duplicate, books.plan(), 50)
    payment = books.pay(duplicate, 20, (invoice, 20))
    moved = books.control("/merge-customers", {"duplicate": duplicate, "master": master})
    assert moved == {"transactions_moved": 2}
    assert books.send("GET", f"{RECORD}/customer/{duplicate}").status_code == 404
    assert books.send("GET", f"{RECORD}/customer/eid:{external_id}").status_code == 404
    assert books.get(f"/invoice/{invoice}")["entity"]["id"] == master
    assert books.get(f"/customerPayment/{payment}")["customer"]["id"] == master
    assert books.rows(f"SELECT email, parent FROM customer WHERE id IN ({master}, {child}) ORDER BY id") == [
        {"email": "dup@example.com"},
        {"parent": master},
    ]
    assert books.get(f"/customer/{master}")["email"] == "dup@example.com"
    books.pay(master, 5, currency={"id": "2"})


def test_a_merged_customers_transactions_stay_editable(books: Company) -> None:
    """An edit keeps the master; the payment can be applied further, among the master's own invoices too."""
    master, duplicate, item = books.someone(), books.someone(), books.plan()
    payment, own = books.pay(duplicate, 20), books.bill(master, item, 20)
    books.control("/merge-customers", {"duplicate": duplicate, "master": master})
    books.write("PATCH", f"/customerPayment/{payment}", {"apply": lines((own, 20))})
    assert books.get(f"/invoice/{own}")["amountRemaining"] == 0
    row = books.rows(f"SELECT entity FROM transaction WHERE id = {payment}")
    assert row == [{"entity": master}]
    notes = books.rows(f"SELECT newvalue FROM systemnote WHERE recordid = {payment} AND field = 'TRANDOC.KENTITY'")
    assert notes == [{"newvalue": master}]


def test_customers_of_two_subsidiaries_do_not_merge(books: Company) -> None:
    """Nor a customer with itself."""
    american, german = books.someone(), books.someone(currency="2", subsidiary="2")
    for duplicate, master in ((german, american), (american, american)):
        body = {"duplicate": duplicate, "master": master}
        response = books.session.post(books.server.url + "/_sandbox/merge-customers", json=body, timeout=5)
        assert response.status_code == 400
    assert books.get(f"/customer/{german}")["id"] == german


def test_a_customer_with_sub_customers_is_not_deleted(books: Company) -> None:
    """It is referred to."""
    parent = books.someone()
    books.someone(parent={"id": parent})
    assert "referred to by other records" in books.refused("DELETE", f"/customer/{parent}")


def test_names_are_unique_among_entities(books: Company) -> None:
    """In any case of letters."""
    name = books.fresh("Gemini ")
    body = {"companyName": name, "subsidiary": {"id": "1"}}
    books.write("POST", "/customer", body)
    refused = books.refused("POST", "/customer", {**body, "companyName": name.upper()})
    assert refused == PREFIX + "This entity already exists."


def test_header_links_both_ways(books: Company) -> None:
    """Four link tables; the header ones without amounts and lines, each pair once."""
    customer = books.someone()
    invoice = books.bill(customer, books.plan(), 5)
    payment = books.pay(customer, 5, (invoice, 5))
    for table in ("nexttransactionlink", "previoustransactionlink"):
        rows = books.rows(f"SELECT * FROM {table} WHERE previousdoc = {invoice}")
        assert [(row["nextdoc"], row["nexttype"], row["linktype"]) for row in rows] == [
            (payment, "CustPymt", "Payment")
        ]


def test_an_open_balance_stands_on_the_accounting_line(books: Company) -> None:
    """Base currency paid and unpaid, used and unused, on the receivables line."""
    customer = books.someone(currency="2")
    invoice = books.bill(customer, books.plan(), 100, exchangeRate=1.1)
    payment = books.pay(customer, 40, (invoice, 30), exchangeRate=1.1)
    paid = books.rows(f"SELECT amountpaid, amountunpaid FROM transactionaccountingline WHERE transaction = {invoice}")
    assert paid[0] == {"amountpaid": "33", "amountunpaid": "77"}
    used = books.rows(
        "SELECT paymentamountused AS used, paymentamountunused AS unused FROM transactionaccountingline "
        f"WHERE transaction = {payment} AND paymentamountused IS NOT NULL"
    )
    assert used == [{"used": "33", "unused": "11"}]


def test_suiteql_does_not_see_a_write_during_its_lag() -> None:
    """On order only: the record service shows the record at once, the query from before the burst."""
    with company(query_lag_s=3600) as books:
        first = books.someone()
        assert books.get(f"/customer/{first}")["id"] == first
        assert books.rows("SELECT id FROM customer") == []


def test_the_lag_ends_and_starts_again_with_the_next_write() -> None:
    """A burst is unseen for the lag after its first write; then all of it is seen."""
    now = 0.0
    live = sqlite3.connect(":memory:", isolation_level=None)
    view = DelayedView(live, 5.0, clock=lambda: now)
    view.on_copy = sqlite3.Connection.commit

    def seen() -> int:
        return int(view.connection().execute("SELECT COUNT(*) FROM t").fetchone()[0])

    live.execute("CREATE TABLE t (n INTEGER)")
    for moment, expected in ((0.0, 0), (4.0, 0), (5.0, 2), (6.0, 2), (10.9, 2), (11.0, 3)):
        now = moment
        if moment in (0.0, 4.0, 6.0):
            view.keep()
            live.execute("INSERT INTO t VALUES (1)")
        assert seen() == expected, moment
    view.close()
    live.close()
