"""The pages only show: no script, nothing from elsewhere, no change, no login needed, none counted; made for every reader."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
import requests

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from tests.sandbox.netsuite.client import Client
from tests.sandbox.netsuite.web_books import BOOKS, awkward_books, page_of

PAGES = ("/", "/records", "/records/all", "/records/invoice", "/periods", "/logins", "/requests")


@pytest.fixture(scope="module")
def server() -> Iterator[RunningNetSuite]:
    with running_netsuite(control=True) as running:
        awkward_books(running)
        yield running


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_and_runs_nothing(server: RunningNetSuite, path: str) -> None:
    response = requests.get(server.url + BOOKS + path, timeout=10)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert not re.search(r"<script|<link|<img|<iframe|\son\w+=|style=|@import|url\(", response.text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_scoped_headers_and_a_way_to_its_content(server: RunningNetSuite, path: str) -> None:
    page = page_of(server, BOOKS + path)
    assert page.headings[0] != ""
    assert page.headers_without_scope == 0
    assert "#main" in page.links


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_pages_change_nothing(server: RunningNetSuite, method: str) -> None:
    response = requests.request(method, f"{server.url}{BOOKS}/", timeout=10)
    assert response.status_code == 405


def test_looking_at_pages_is_no_request_to_netsuite(server: RunningNetSuite) -> None:
    before = (server.requests["requests"], server.requests["statuses"], len(server.account.login.audit_trail()))
    for path in PAGES:
        page_of(server, BOOKS + path)
    after = (server.requests["requests"], server.requests["statuses"], len(server.account.login.audit_trail()))
    assert before == after


def test_without_control_there_are_no_pages() -> None:
    with running_netsuite() as server:
        response = requests.get(f"{server.url}{BOOKS}/", timeout=10)
        assert response.status_code in (401, 404)
        assert "html" not in response.headers["Content-Type"]


def test_empty_books_are_shown_as_empty() -> None:
    with running_netsuite(control=True) as server:
        assert page_of(server, f"{BOOKS}/").text.count("Nothing is posted here.") == 2
        assert "Nothing to show." in page_of(server, f"{BOOKS}/records/invoice").text
        assert "Nobody has tried yet." in page_of(server, f"{BOOKS}/logins").text


def test_the_login_audit_shows_the_true_reason(server: RunningNetSuite) -> None:
    requests.get(f"{server.url}/services/rest/record/v1/currency", timeout=10)
    page = page_of(server, f"{BOOKS}/logins?refused=1")
    assert "MissingTokenPassportRequiredFields" in page.text
    assert all(row[1] != "success" for row in page.rows)


def test_periods_show_what_is_closed_and_locked(server: RunningNetSuite) -> None:
    server.set_period("Oct 2026", arlocked=True)
    page = page_of(server, f"{BOOKS}/periods")
    server.set_period("Oct 2026", arlocked=False)
    states = {row[0]: row[1] for row in page.rows if len(row) == 7}
    assert (states["Sep 2026"], states["Oct 2026"], states["Nov 2026"]) == ("closed", "A/R locked", "open")


def test_requests_are_counted_by_status(server: RunningNetSuite) -> None:
    client = Client(server)
    client.refused("GET", "/invoice/999999")
    client.session.close()
    page = page_of(server, f"{BOOKS}/requests")
    count = int(page.row("Bad Request")[-1])
    assert count == server.requests["statuses"]["400"]


def test_a_long_list_is_paged(server: RunningNetSuite) -> None:
    client = Client(server)
    for number in range(55):
        client.customer(f"Many{number:03d}")
    client.session.close()
    first = page_of(server, f"{BOOKS}/records/customer?text=Many")
    second = page_of(server, f"{BOOKS}/records/customer?text=Many&page=2")
    names = [{cell for row in page.rows for cell in row if cell.startswith("Many")} for page in (first, second)]
    assert (len(names[0]), len(names[1]), names[0] & names[1]) == (50, 5, set())
    assert f"{BOOKS}/records/customer?text=Many&page=2" in first.links


def test_a_journal_of_many_lines_shows_the_first_and_sums_all(server: RunningNetSuite) -> None:
    client = Client(server)
    lines = [{"account": client.account("6100"), "debit": 1, "memo": f"line {number}"} for number in range(250)]
    lines.append({"account": client.account("1000"), "credit": 250})
    body = {"subsidiary": {"id": "1"}, "tranDate": "2026-11-07", "line": {"items": lines}}
    number = client.write("PUT", "/journalEntry/eid:je_many", body)
    client.session.close()
    short = page_of(server, f"{BOOKS}/records/journalEntry/{number}")
    whole = page_of(server, f"{BOOKS}/records/journalEntry/{number}?lines=all")
    sums = [page.row("Debits = credits")[2:4] for page in (short, whole)]
    assert sums == [["250.00", "250.00"]] * 2
    assert len([row for row in short.rows if "line 249" in row]) == 0
    assert len([row for row in whole.rows if "line 249" in row]) >= 1
