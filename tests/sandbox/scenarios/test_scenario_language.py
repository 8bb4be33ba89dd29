"""The language of scenarios: what is understood, and how everything else is refused with file, line and what is allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from sandbox.scenarios import library
from sandbox.scenarios.amount import Amount, read_amount, show_amount
from sandbox.scenarios.grammar import Sentence
from sandbox.scenarios.place import ScenarioError
from sandbox.scenarios.playing import play
from sandbox.scenarios.sentences.everything import GRAMMARS
from sandbox.stripe.world import World
from tests.sandbox.scenarios.conftest import Story

HEAD = """
title: A story
story: Something happens.
customers: {Ada: ada@lovelace.example}
products: {Pro: [100.00 USD a month, 90.00 EUR a month], Tip: 5.00 USD}
coupons: {TEN: 10 % off}
"""


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("120.00 USD", 12000, "usd"),
        ("1,234,567.89 EUR", 123456789, "eur"),
        ("1500 JPY", 1500, "jpy"),
        ("12.340 KWD", 12340, "kwd"),
        ("-0.01 USD", -1, "usd"),
    ],
)
def test_amounts_are_major_units_with_their_currencys_decimals(text: str, minor: int, currency: str) -> None:
    assert read_amount(text) == Amount(minor, currency)
    assert read_amount(show_amount(minor, currency)) == Amount(minor, currency)


@pytest.mark.parametrize(
    "text", ["120 USD", "120.0 USD", "1500.00 JPY", "12.34 KWD", "1,50 USD", "12,34.00 USD", "5.00"]
)
def test_amounts_with_other_decimals_are_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        read_amount(text)


def played(story: Story, days: str) -> World:
    """A world in which these days of Ada's story have happened."""
    scenario = story(HEAD.strip() + "\n" + dedent(days).lstrip())
    world = World(1, scenario.opened)
    play(scenario, world)
    world.advance_to(scenario.ended)
    return world


def test_sentences_happen_at_their_day_and_time_a_minute_apart(story: Story) -> None:
    world = played(
        story,
        """
        days:
          day 2, 14:30:
            - Ada is invoiced 1 Pro in USD as A1
            - A1 is paid by card
        """,
    )
    (invoice,), (charge,) = world.shelves["invoice"], world.shelves["charge"]
    assert datetime.fromtimestamp(invoice["created"], UTC) == datetime(2026, 11, 3, 14, 30, tzinfo=UTC)
    assert charge["created"] == invoice["created"] + 60
    assert (charge["amount"], charge["currency"]) == (10000, "usd")


def test_an_amount_that_is_a_products_price_is_invoiced_at_that_price(story: Story) -> None:
    world = played(
        story,
        """
        days:
          day 1:
            - Ada is invoiced as A1:
                - 100.00 USD for Pro from 2026-11-02 to 2026-12-02
                - 40.00 USD for Pro
                - 7.77 USD for "Odds, ends and a rest" less TEN
                - 3 Tip
        """,
    )
    (invoice,) = world.shelves["invoice"]
    lines = world.lines_of(invoice["id"])
    prices = [line["pricing"].get("price_details", {}).get("price") for line in lines]
    assert [price is not None for price in prices] == [True, False, False, True]
    assert [line["amount"] for line in lines] == [10000, 4000, 777, 1500]
    assert [line["description"] for line in lines][1:3] == ["Pro", "Odds, ends and a rest"]
    assert invoice["total"] == 10000 + 4000 + 777 - 78 + 1500


WRONG = {
    "an unknown sentence, with the closest": (
        "days: {day 1: [Ada is invoced 1 Pro as A1]}",
        ["story.yaml, line 6", "'Ada is invoced 1 Pro as A1'", "{customer} is invoiced {lines}"],
    ),
    "wrong decimals": ("days: {day 1: [Ada pays 5.0 USD by card]}", ["line 6", "'5.0 USD'", "USD has 2 decimals"]),
    "a day that is none": ("days: {Tuesday: [Ada pays 5.00 USD by card]}", ["line 6", "'Tuesday'", "`day 3, 14:30`"]),
    "an unknown part": ("days: {}\nshow: []", ["line 7", "'show'", "Did you mean shows?"]),
    "a part that stands twice": ("days: {}\ndays: {}", ["line 7", "'days'", "twice"]),
    "no YAML": ("days: {day 1: [", ["story.yaml, line", "Not YAML"]),
    "a coupon nobody can read": ("days: {}\ntaxes: {VAT: a fifth}", ["line 7", "'a fifth'", "`19 % included in DE`"]),
    "an unknown setting": ("days: {}\naccount: {currency: USD}", ["line 7", "'currency'", "settles"]),
    "an errand at no time": ("days: {}\nnetsuite: {later: []}", ["line 7", "'later'", "before the load"]),
    "weather nobody knows": ("days: {}\nweather: [it rains]", ["line 7", "'it rains'", "webhooks"]),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_told_with_file_line_and_what_is_allowed(
    story: Story, text: str, told: list[str]
) -> None:
    with pytest.raises(ScenarioError) as caught:
        story(HEAD.strip() + "\n" + text + "\n")
    assert [part for part in told if part not in str(caught.value)] == []


IMPOSSIBLE = {
    "an unknown customer": ("Adam pays 5.00 USD by card", ["'Adam'", "Did you mean Ada?"]),
    "an unknown name": ("A1 is paid by card", ["'A1'", "no invoice of this name"]),
    "an unknown product": ("Ada is invoiced 1 Pros in USD as A1", ["'Pros in usd'", "Did you mean Pro in usd?"]),
    "a line nobody understands": ("Ada is invoiced one Pro as A1", ["'one Pro'", "`2 Pro in EUR`"]),
    "an ambiguous currency": ("Ada is invoiced 1 Pro as A1", ["Say the currency", "eur, usd"]),
    "two currencies": ("Ada is invoiced 1 Pro in EUR and 5.00 USD for Tip as A1", ["one currency", "eur, usd"]),
}


@pytest.mark.parametrize(("sentence", "told"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_happen_is_told_with_its_line(story: Story, sentence: str, told: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        played(story, f"days:\n  day 1:\n    - {sentence}\n")
    assert "story.yaml, line 8" in str(caught.value)
    assert [part for part in told if part not in str(caught.value)] == []


def test_what_the_account_refuses_is_told_with_its_line(story: Story) -> None:
    with pytest.raises(ScenarioError, match="story.yaml, line 10: This cannot happen: .* left to refund"):
        played(story, "days:\n  day 1:\n    - Ada pays 5.00 USD by card as P1\n\n    - 6.00 USD of P1 is refunded\n")


def every_sentence() -> list[Sentence]:
    """All sentences of the library."""
    found: list[Sentence] = []
    for scenario in map(library.find, library.names()):
        found += [sentence for moment in scenario.days for sentence in moment.sentences]
        found += [sentence for errand in scenario.errands for sentence in errand.sentences]
        found += [*scenario.weather, *scenario.shows]
    return found


def test_no_sentence_of_the_library_can_be_read_in_two_ways() -> None:
    grammars = (GRAMMARS.stripe, GRAMMARS.netsuite, GRAMMARS.weather, GRAMMARS.shows)
    sentences = every_sentence()
    assert len(sentences) > 200
    readings = {
        one.text: sum(len(grammar.fitting(one.text, is_block=one.template.is_block)) for grammar in grammars)
        for one in sentences
    }
    assert {text: number for text, number in readings.items() if number != 1} == {}
