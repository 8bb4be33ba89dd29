"""The read model of the books: lists, postings, applications, links, trial balances."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from sandbox.netsuite.books import views
from tests.sandbox.netsuite.company import Company, company

NAME = "Ünïcode <b>“Ada”</b> %_\\ Ltd"


@pytest.fixture(scope="module")
def books() -> Iterator[Company]:
    """One euro sale, paid at another rate and banked; a customer with an awkward name."""
    with company() as running:
        body = {"companyName": NAME, "subsidiary": {"id": "1"}, "currency": {"id": "2"}, "externalId": "cus_awkward"}
        customer = running.write("POST", "/customer", body)
        invoice = running.bill(customer, running.plan(), 100, exchangeRate=1.1, externalId="in_1", memo="first")
        payment = running.pay(customer, 100, (invoice, 100), exchangeRate=1.2, externalId="ch_1")
        running.bank("1010", payment, exchangeRate=1.2, externalId="po_1")
        yield running


def _one(books: Company, type_name: str) -> views.Listed:
    return views.records(books.server.books, type_name=type_name).records[0]


def test_records_are_counted_by_type(books: Company) -> None:
    """Currency revaluations, which have no record, among them."""
    counts = views.record_counts(books.server.books)
    assert (counts["invoice"], counts["customerPayment"], counts["deposit"], counts["fxReval"]) == (1, 1, 1, 1)


def test_a_record_in_the_list(books: Company) -> None:
    """Name, customer, total with currency and decimals, state, day."""
    found = _one(books, "invoice")
    assert (found.external_id, found.customer, found.total, found.currency) == ("in_1", NAME, Decimal(100), "EUR")
    assert (found.precision, found.status, found.day, found.subsidiary) == (
        2,
        "Paid In Full",
        date(2026, 11, 3),
        "Acme Inc",
    )
    assert views.record(books.server.books, "invoice", found.id) == found
    assert views.record(books.server.books, "invoice", 999) is None


@pytest.mark.parametrize("text", ["IN_1", "first", "ünïcode <b>", "%_\\", "“ada”"])
def test_text_is_searched_literally(books: Company, text: str) -> None:
    """External id, memo, customer name; per cent and underscore are themselves."""
    if text.isascii():
        assert "in_1" in {found.external_id for found in views.records(books.server.books, text=text).records}
    else:
        assert views.records(books.server.books, text=text.replace("ü", "Ü").replace("ada", "Ada")).total >= 1


def test_a_search_that_finds_nothing(books: Company) -> None:
    """No wildcard, no statement of its own."""
    for text in ("in%1", "'; DROP TABLE customer; --", "no such thing"):
        assert views.records(books.server.books, text=text) == views.Page([], 0)


def test_pages_and_days(books: Company) -> None:
    """Paging does not overlap; a range of days keeps the others out."""
    store = books.server.books
    first = views.records(store, type_name="account", limit=30)
    second = views.records(store, type_name="account", limit=30, offset=30)
    assert first.total == second.total == len({row.id for row in (*first.records, *second.records)})
    november = views.records(store, day_from=date(2026, 11, 5), day_to=date(2026, 11, 5)).records
    assert [row.type_name for row in november] == ["customerPayment"]


def test_the_postings_of_a_transaction(books: Company) -> None:
    """Both currencies; each column adds up to zero."""
    found = views.postings(books.server.books, _one(books, "invoice").id)
    assert [(row.account_name, row.foreign, row.base) for row in found] == [
        ("1100 Accounts Receivable", Decimal(100), Decimal(110)),
        ("4000 Subscription Revenue", Decimal(-100), Decimal(-110)),
    ]
    assert (found[0].currency, found[0].base_currency, found[1].customer) == ("EUR", "USD", NAME)


def test_applications_name_the_other_side_and_the_difference(books: Company) -> None:
    """From the invoice the payment, from the payment the invoice; the gain and its revaluation."""
    store = books.server.books
    invoice, payment = _one(books, "invoice"), _one(books, "customerPayment")
    (paid_by,) = views.applications(store, invoice.id)
    (pays,) = views.applications(store, payment.id)
    assert (paid_by.other, paid_by.other_type, pays.other) == (payment.id, "customerPayment", invoice.id)
    assert (paid_by.amount, paid_by.exchange_difference) == (Decimal(100), Decimal(10))
    assert paid_by.revaluation is not None
    assert views.type_of(store, paid_by.revaluation) == "fxReval"
    made = views.record(store, "fxReval", paid_by.revaluation)
    assert made is not None
    assert [row.base for row in views.postings(store, made.id)] == [Decimal(10), Decimal(-10)]


def test_links_in_both_directions(books: Company) -> None:
    """The payment follows the invoice and precedes the deposit."""
    found = views.links(books.server.books, _one(books, "customerPayment").id)
    assert {(link.direction, link.other_type, link.kind) for link in found} == {
        ("previous", "invoice", "Payment"),
        ("next", "deposit", "DepositPymt"),
        ("next", "fxReval", "FxReval"),
    }


def test_trial_balances(books: Company) -> None:
    """By subsidiary, currency and period; all cancel, also consolidated."""
    store = books.server.books
    everything = views.balances(store)
    assert sum(row.balance for row in everything) == 0
    by_currency = views.balances(store, by_currency=True)
    bank = next(row for row in by_currency if row.number == "1010")
    assert (bank.foreign_balance, bank.balance, bank.currency) == (Decimal(100), Decimal(120), 2)
    assert views.balances(store, subsidiary=2) == []
    assert views.balances(store, period=12) == []
    assert views.balances(store, currency=2) == by_currency
    assert sum(row.balance for row in views.consolidated(store)) == 0
    assert views.unbalanced_transactions(store) == []


def test_an_accounts_ledger_runs_to_its_balance(books: Company) -> None:
    """Receivables: invoice, payment, revaluation; the last balance is the trial balance's."""
    account = int(books.account("1100")["id"])
    rows = views.account_ledger(books.server.books, account)
    assert [(row.type_name, row.balance) for row in rows] == [
        ("invoice", Decimal(110)),
        ("customerPayment", Decimal(-10)),
        ("fxReval", Decimal(0)),
    ]


def test_a_transaction_out_of_balance_is_found() -> None:
    """The proof can fail: a line changed behind the books' back."""
    with company() as books:
        payment = books.pay(books.someone(), 5)
        store = books.server.books
        store.execute(
            'UPDATE transactionline SET foreignamount = 6 WHERE "transaction" = ? AND id = 0', (int(payment),)
        )
        assert views.unbalanced_transactions(store) == [int(payment)]
        books.remove(f"/customerPayment/{payment}")
