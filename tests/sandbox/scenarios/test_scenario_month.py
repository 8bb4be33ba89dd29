"""The seeded month: two accounts, five currencies, every scenario of the library, and the same bytes every time."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import pytest

from sandbox.scenarios import library
from sandbox.scenarios.checking import check
from sandbox.scenarios.month import Month, open_month, plan
from sandbox.scenarios.registry import load, load_accounts
from sandbox.scenarios.stripe_reader import StripeReader
from sandbox.testing import running_stripe
from tests.sandbox.scenarios.test_scenario_library import dump

END = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def month() -> Month:
    """The month at its end."""
    opened = open_month(1)
    for world in opened.worlds.values():
        world.advance_to(END)
    return opened


def test_every_scenario_of_the_library_happens_in_it(month: Month) -> None:
    numbers = {play.scenario.number for play in month.plays}
    assert numbers == set(range(1, 45)) == {library.find(name).number for name in library.names()}


def test_two_accounts_sell_in_five_currencies_and_settle_in_their_own(month: Month) -> None:
    us, de = month.worlds.values()
    for world in (us, de):
        assert {charge["currency"] for charge in world.shelves["charge"]} == {"usd", "eur", "gbp", "jpy", "kwd"}
    assert {payout["currency"] for payout in us.shelves["payout"]} == {"usd", "eur"}
    assert {payout["currency"] for payout in de.shelves["payout"]} == {"eur"}
    assert [world.account["country"] for world in (us, de)] == ["US", "DE"]
    assert {part["type"] for row in de.shelves["balance_transaction"] for part in row["fee_details"]} >= {"tax"}


def test_the_accounts_share_no_id(month: Month) -> None:
    ids = [{item["id"] for shelf in world.shelves.values() for item in shelf} for world in month.worlds.values()]
    # Coupons are named by their owner: TEN-26 may exist in both.
    assert {one for one in ids[0] & ids[1] if "_" in one} == set()


def test_its_customers_bear_the_names_that_break_naive_software(month: Month) -> None:
    names = {customer["name"] for world in month.worlds.values() for customer in world.shelves["customer"]}
    assert set(plan().names) <= names
    assert max(map(len, names)) == 200
    composed = {unicodedata.is_normalized("NFC", name) for name in names if name.startswith("Caf")}
    assert composed == {True, False}
    assert any(unicodedata.bidirectional(name[0]) in {"R", "AL"} for name in names)
    assert any("\n" in name and "\t" in name for name in names)
    assert any(name != name.strip() for name in names)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(month: Month) -> None:
    again = load_accounts("month", 1, END)
    assert [dump(world) for world in again] == [dump(world) for world in month.worlds.values()]
    assert dump(load("month", 2, END)) != dump(again[0])


def test_every_scenario_shows_in_the_month_what_it_says_about_its_own_objects(month: Month) -> None:
    """Sentences that name an object hold here, too; those about the whole balance speak of an account of its own."""
    worlds = list(month.worlds.values())
    with running_stripe(worlds) as stripe:
        keys = {key: f"sk_test_{world.account['id'].removeprefix('acct_')}" for key, world in month.worlds.items()}
        wrong = {
            f"{one.scenario.name} in {one.account}: {result.sentence.text}": result.wrong
            for one in month.plays
            for result in check(one.scenario, one.stage, StripeReader(stripe.url, keys[one.account]), is_alone=False)
            if result.wrong
        }
    assert wrong == {}


def test_both_ledgers_add_up(month: Month) -> None:
    for world in month.worlds.values():
        rows = [row for row in world.shelves["balance_transaction"] if row["balance_type"] == "payments"]
        balance = world.balance()
        for currency in world.settlement_currencies:
            held = sum(
                part["amount"]
                for name in ("available", "pending")
                for part in balance[name]
                if part["currency"] == currency
            )
            assert held == sum(row["net"] for row in rows if row["currency"] == currency)


def test_what_people_do_in_netsuite_falls_on_the_dates_of_the_month(month: Month) -> None:
    """Every errand of a scenario that plays here, a day count after the play's first day, in order."""
    errands = [(day, play.scenario.number, errand.after_day) for day, play, errand in month.errands()]
    assert {number for _, number, _ in errands} == {7, 12, 21, 22, 23, 24, 35, 36, 37}
    assert errands == sorted(errands, key=lambda errand: errand[0])
    # Scenario 12 begins on 27 October; the month is closed after its fourth day.
    assert (date(2026, 10, 30), 12, 4) in errands
    # What happens before the load of scenario 24 happens on the eve of its first day.
    assert (date(2026, 11, 11), 24, 0) in errands
