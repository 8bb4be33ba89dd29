"""The Stripe sandbox's pages: accounts, payouts with rows that add up, objects as Stripe writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from sandbox.stripe.web.pages import money
from sandbox.stripe.world import World
from sandbox.testing import RunningStripe, running_stripe

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
PAGES = "/_sandbox/accounts/acct_sandbox_us"
AWKWARD = '<script>alert("x")</script> مؤسسة'


def paid_world() -> World:
    """Three charges, one refunded in part, all in one payout; a customer with an awkward name."""
    world = World(1, START)
    world.create_customer(name=AWKWARD, email="x@example.org")
    charges = [world.charge(amount, "usd") for amount in (10_000, 123_456_789, 50)]
    world.refund(charges[0]["id"], 2_500)
    world.advance_to(datetime(2026, 11, 8, tzinfo=UTC))
    return world


@pytest.fixture(scope="module")
def stripe() -> Iterator[RunningStripe]:
    with running_stripe(paid_world()) as server:
        yield server


def text_of(stripe: RunningStripe, path: str, *, status: int = 200) -> str:
    response = requests.get(stripe.url + path, timeout=10)
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    return response.text


def test_the_first_page_shows_each_account_with_clock_and_balance(stripe: RunningStripe) -> None:
    page = text_of(stripe, "/_sandbox/")
    assert "acct_sandbox_us" in page
    assert "2026-11-08 00:00:00" in page
    available = stripe.world.balance()["available"][0]
    assert f'<td class="n">{money(available["amount"], available["currency"])}</td>' in page


def test_a_payout_shows_rows_that_add_up_to_it(stripe: RunningStripe) -> None:
    payout = next(iter(stripe.world.shelves["payout"]))
    assert payout["id"] in text_of(stripe, PAGES)
    page = text_of(stripe, f"{PAGES}/payouts/{payout['id']}")
    assert "adds up" in page
    assert page.count(f"{PAGES}/balance_transaction/") == len(stripe.world.ledger.keys_of_payout(payout["id"])) - 1
    assert f'<td class="n">{money(payout["amount"], "usd")}</td>' in page


def test_a_payout_that_does_not_add_up_is_called_so() -> None:
    world = paid_world()
    payout = next(iter(world.shelves["payout"]))
    payout["amount"] += 1
    with running_stripe(world) as stripe:
        assert "differs from the payout by -0.01" in text_of(stripe, f"{PAGES}/payouts/{payout['id']}")


def test_an_object_is_shown_as_stripe_writes_it_and_cannot_change_the_page(stripe: RunningStripe) -> None:
    customer = next(iter(stripe.world.shelves["customer"]))
    assert "&lt;script&gt;alert(" in text_of(stripe, f"{PAGES}/customer")
    assert customer["id"] in text_of(stripe, f"{PAGES}/customer/{customer['id']}")


def test_events_are_listed_newest_first_and_paged(stripe: RunningStripe) -> None:
    page = text_of(stripe, f"{PAGES}/event")
    newest = list(stripe.world.shelves["event"])[-1]
    assert newest["id"] in page
    total = len(stripe.world.shelves["event"])
    assert f"<strong>{total}</strong> objects" in page
    assert ("Next" in page) == (total > 50)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(123456, "usd", "1,234.56"), (-5000, "jpy", "-5,000"), (12340, "kwd", "12.340"), (0, "eur", "0.00")],
)
def test_amounts_have_their_currencys_decimals(minor: int, currency: str, shown: str) -> None:
    assert money(minor, currency) == shown


@pytest.mark.parametrize("path", [f"{PAGES}/payouts/po_nothing", f"{PAGES}/unicorn", "/_sandbox/accounts/acct_other"])
def test_what_is_not_there_is_a_page_that_says_so(stripe: RunningStripe, path: str) -> None:
    assert "Not shown" in text_of(stripe, path, status=404)


def test_looking_is_not_asking_stripe_and_changes_nothing(stripe: RunningStripe) -> None:
    before = stripe.requests()
    text_of(stripe, PAGES)
    assert stripe.requests() == before
    assert requests.post(f"{stripe.url}{PAGES}", timeout=10).status_code == 405


def test_an_empty_account_is_shown_as_empty() -> None:
    with running_stripe(World(1, START)) as stripe:
        page = text_of(stripe, PAGES)
        assert "No payouts yet." in page
