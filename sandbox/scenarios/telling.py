"""Tells a scenario's story day by day, in words: what people do, and what Stripe does about it by itself.

Receives a scenario that is ready to play; promises lines for a terminal, in which every amount has its currency.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from textwrap import wrap

import msgspec

from sandbox.scenarios.amount import show_amount
from sandbox.scenarios.catalogue import Catalogue, Price
from sandbox.scenarios.checking import check
from sandbox.scenarios.grammar import Sentence
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.stripe_reader import StripeReader
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.serving import served
from sandbox.stripe.world import World

_WIDTH = 100
_MINUTE = timedelta(minutes=1)
# What the account does without being asked, and how it is told.
_BY_ITSELF = {
    "payout.created": "Stripe sends {amount} to the bank ({id})",
    "payout.paid": "the payout of {amount} has arrived ({id})",
    "topup.succeeded": "the top-up of {amount} has arrived ({id})",
}


def tell(scenario: Scenario, world: World, stage: Stage, *, name: str) -> Iterator[str]:
    """Play the scenario in the world that was opened for it, and tell it as it goes; check in the end what it shows.

    `name` is what it was asked for by: its number, its name, or a path.
    """
    yield f"{scenario.number:02d}  {scenario.title}" if scenario.number else scenario.title
    yield ""
    yield from (f"    {line}" for line in wrap(scenario.story, _WIDTH - 4))
    yield ""
    yield from _cast(scenario)
    told = 0
    for day in range(1, (scenario.ends - scenario.starts).days + 2):
        midnight = scenario.instant(day).replace(hour=0, minute=0)
        world.advance_to(midnight + timedelta(days=1) - _MINUTE)
        events = list(world.shelves["event"])
        entries = sorted(_said(scenario, day) + _done(events[told:]), key=lambda entry: entry[0])
        told = len(events)
        errands = [one for errand in scenario.errands if errand.after_day == day for one in errand.sentences]
        if entries or errands:
            yield f"Day {day}, {midnight:%A %d %B %Y}"
            yield from (f"    {at:%H:%M}  {text}" for at, text in entries)
            yield from (f"    later  in NetSuite: {one.text}" for one in errands)
            yield ""
    world.advance_to(scenario.ended)
    yield from _end(scenario, world, stage, name)


def _cast(scenario: Scenario) -> Iterator[str]:
    account = scenario.account
    schedule = "every day" if account.daily_payouts else "by hand"
    yield f"Account   in {account.country}, settles in {', '.join(account.settles).upper()}, pays out {schedule}"
    catalogue: Catalogue = scenario.catalogue
    if catalogue.customers:
        yield f"Customers {', '.join(catalogue.customers)}"
    for name, prices in catalogue.products.items():
        yield f"Product   {name}: {', '.join(map(_price, prices))}"
    for name, coupon in catalogue.coupons.items():
        yield f"Coupon    {name}: {coupon.amount_off or f'{coupon.percent_off} %'} off"
    for name, tax in catalogue.taxes.items():
        yield f"Tax       {name}: {tax.percent} % {'included' if tax.is_inclusive else 'on top'}"
    before = [sentence.text for errand in scenario.errands if errand.after_day == 0 for sentence in errand.sentences]
    for text in before:
        yield f"NetSuite  before anything is booked, {text}"
    for what, value in scenario.company.items():
        yield f"NetSuite  {what}: {value}"
    for sentence in scenario.weather:
        yield f"Weather   {sentence.text}"
    yield ""


def _price(price: Price) -> str:
    return f"{price.amount} a {price.interval}" if price.interval else str(price.amount)


def _said(scenario: Scenario, day: int) -> list[tuple[datetime, str]]:
    """What the file says of a day, each sentence at its minute."""
    found = []
    for moment in scenario.days:
        if moment.day == day:
            at = scenario.instant(day, moment.at)
            for number, sentence in enumerate(moment.sentences):
                found.append((at + number * _MINUTE, _whole(sentence)))
    return found


def _whole(sentence: Sentence) -> str:
    lines = sentence.values.get("lines") if sentence.template.is_block else None
    return sentence.text if lines is None else f"{sentence.text}: {'; '.join(lines)}"


def _done(events: list[Json]) -> list[tuple[datetime, str]]:
    """What Stripe did by itself, from its events."""
    found = []
    for event in events:
        text = _BY_ITSELF.get(event["type"])
        if text is not None:
            item = _snapshot(event)
            amount = show_amount(item["amount"], item["currency"])
            at = datetime.fromtimestamp(event["created"], UTC)
            found.append((at, "· " + text.format(amount=amount, id=item["id"])))
    return found


def _snapshot(event: Json) -> Json:
    item: Json = msgspec.json.decode(event["data"]["object"])
    return item


def _end(scenario: Scenario, world: World, stage: Stage, name: str) -> Iterator[str]:
    if scenario.shows:
        yield "In the end (asked of the API)"
        with served([world], StripeOptions(control=True)) as stripe:
            results = check(scenario, stage, StripeReader(stripe.url, stripe.key))
        for result in results:
            yield f"    {'✗' if result.wrong else '✓'} {result.sentence.text}"
            yield from (f"          but {text}" for text in result.wrong)
        yield ""
    yield f"Serve it:  python -m sandbox stripe --scenario {name} --now {scenario.ended:%Y-%m-%d}"
