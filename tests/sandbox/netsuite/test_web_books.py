"""The pages of the books: numbers, names and links are the books', whatever stands in a name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.web_books import (
    BOOKS,
    FORMULA_NAME,
    HTML_NAME,
    LONG_NAME,
    RTL_NAME,
    awkward_books,
    page_of,
)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningNetSuite]:
    with running_netsuite(control=True) as running:
        yield running


@pytest.fixture(scope="module")
def ids(server: RunningNetSuite) -> dict[str, str]:
    return awkward_books(server)


def every_page(server: RunningNetSuite, ids: dict[str, str]) -> list[str]:
    """All pages that can be reached by links from the first, each once (of the hundreds of rates only the list)."""
    seen: dict[str, None] = {f"{BOOKS}/": None}
    waiting = list(seen)
    while waiting:
        for link in page_of(server, waiting.pop()).links:
            if link.startswith(BOOKS) and link not in seen and "page=" not in link and "/currencyRate/" not in link:
                seen[link] = None
                waiting.append(link)
    return list(seen)


def test_the_root_leads_to_the_books(server: RunningNetSuite) -> None:
    response = requests.get(server.url, allow_redirects=False, timeout=10)
    assert (response.status_code, response.headers["Location"]) == (302, f"{BOOKS}/")


def test_the_trial_balance_shows_each_subsidiary_with_equal_sums(server: RunningNetSuite, ids: dict[str, str]) -> None:
    page = page_of(server, f"{BOOKS}/")
    assert [heading for heading in page.headings if heading.startswith("Acme")] == ["Acme Inc USD", "Acme GmbH EUR"]
    sums = [row for row in page.rows if "Debits = credits" in row]
    assert [row[3] for row in sums] == ["0.00", "0.00"]
    assert sums[0][1] == sums[0][2]
    bank = next(row for row in page.rows if row[0] == "1000 Operating Bank USD" and len(row) == 5)
    assert Decimal(bank[3].replace(",", "")) == server.balance("1000") == Decimal("1234537.00")


def test_a_period_narrows_the_trial_balance(server: RunningNetSuite, ids: dict[str, str]) -> None:
    november, october = page_of(server, f"{BOOKS}/?period=13"), page_of(server, f"{BOOKS}/?period=12")
    assert "4000 Subscription Revenue" in {row[0] for row in november.rows}
    assert "4000 Subscription Revenue" not in {row[0] for row in october.rows}


def test_amounts_have_their_currencys_decimals(server: RunningNetSuite, ids: dict[str, str]) -> None:
    totals = {
        symbol: page_of(server, f"{BOOKS}/records/invoice/{ids[f'invoice {symbol}']}").text for symbol in ("JPY", "KWD")
    }
    assert "5,000 JPY" in totals["JPY"]
    assert "12.345 KWD" in totals["KWD"]


def test_names_cannot_change_the_page(server: RunningNetSuite, ids: dict[str, str]) -> None:
    for key, name in (("html", HTML_NAME), ("formula", FORMULA_NAME), ("rtl", RTL_NAME), ("long", LONG_NAME)):
        page = page_of(server, f"{BOOKS}/records/customer/{ids[key]}")
        assert name in page.text, key
        assert not page.tags & {"script", "b", "img"}, key
    listed = requests.get(f"{server.url}{BOOKS}/records/customer", timeout=10).text
    assert f"<bdi>{RTL_NAME}</bdi>" in listed


def test_a_transaction_shows_its_ledger_lines_in_both_currencies(server: RunningNetSuite, ids: dict[str, str]) -> None:
    page = page_of(server, f"{BOOKS}/records/customerPayment/{ids['fx payment']}")
    assert page.row("Debits = credits")[2:6] == ["100.00", "100.00", "150.00", "150.00"]
    assert {"General ledger", "Applications", "Links"} <= set(page.headings)
    assert f"{BOOKS}/records/invoice/{ids['invoice EUR']}" in page.links
    revaluation = next(link for link in page.links if "/fxReval/" in link)
    assert page_of(server, revaluation).row("Debits = credits")


def test_a_deposit_shows_its_payments_and_cash_back(server: RunningNetSuite, ids: dict[str, str]) -> None:
    page = page_of(server, f"{BOOKS}/records/deposit/{ids['deposit']}")
    assert {"Sublist payment", "Sublist cashback"} <= set(page.headings)
    assert "1,234,537.00 USD" in page.text
    assert "30.50" in page.row("fees")


def test_an_account_shows_its_postings_with_a_running_balance_for_each_subsidiary(
    server: RunningNetSuite, ids: dict[str, str]
) -> None:
    balance = page_of(server, f"{BOOKS}/")
    place = next(link for link in balance.links if "/records/account/" in link)
    page = page_of(server, place)
    assert page.headings[1:3] == ["Postings", "Acme Inc USD"]
    assert "1,234,537.00" in page.row("DEP" + ids["deposit"])


def test_an_account_of_two_subsidiaries_never_adds_their_currencies(
    server: RunningNetSuite, ids: dict[str, str]
) -> None:
    receivables = server.books.row("SELECT id FROM account WHERE acctnumber = '1100'")
    assert receivables is not None
    page = page_of(server, f"{BOOKS}/records/account/{receivables['id']}")
    assert page.headings[2:4] == ["Acme Inc USD", "Acme GmbH EUR"]
    assert page.row(f"INV{ids['invoice GmbH']}")[4:6] == ["77.00", "77.00"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("text=IN_HTML", 1), ("text=%3Cscript%3E", 1), ("text=100%25", 0), ("from=2026-11-04", 0), ("to=2026-11-03", 5)],
)
def test_a_list_is_searched_by_text_external_id_and_date(
    server: RunningNetSuite, ids: dict[str, str], query: str, found: int
) -> None:
    page = page_of(server, f"{BOOKS}/records/invoice?{query}")
    assert len([row for row in page.rows if any(cell.startswith("INV") for cell in row)]) == found


def test_what_is_no_date_is_said_and_left_out(server: RunningNetSuite, ids: dict[str, str]) -> None:
    page = page_of(server, f"{BOOKS}/records/invoice?from=yesterday")
    assert "yesterday is not a date" in page.text
    assert "5 records" in page.text


def test_all_types_are_searched_together(server: RunningNetSuite, ids: dict[str, str]) -> None:
    page = page_of(server, f"{BOOKS}/records/all?text=html")
    assert {row[0] for row in page.rows[1:]} >= {"invoice", "customerPayment", "customer"}


@pytest.mark.parametrize(
    "path",
    ["/records/invoice/999999", "/records/invoice/x", "/records/nothing", "/nowhere", "/records/invoice/1/2/3"],
)
def test_what_is_not_there_is_a_page_that_says_so(server: RunningNetSuite, path: str) -> None:
    assert page_of(server, BOOKS + path, status=404).headings == ["Not shown"]


def test_every_link_of_every_page_leads_to_a_page(server: RunningNetSuite, ids: dict[str, str]) -> None:
    assert len(every_page(server, ids)) > 40
