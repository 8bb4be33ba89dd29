"""The library: one scenario for each of the 44 rows, each of which plays, fits Stripe's shapes and shows what it says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from sandbox.scenarios import library
from sandbox.scenarios.checking import check
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.stripe_reader import StripeReader
from sandbox.stripe.base.shelf import encode
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

_SCHEMA = Path(__file__).parents[2] / "contract" / "stripe" / "stripe-objects-2026-10-28.endive.schema.json.gz"
_SCHEMA_NAMES = {
    "checkout.session": "checkout_session",
    "invoiceitem": "invoice_item",
    "line_item": "invoice_line_item",
}
_CROWD = 60
_played: dict[str, tuple[Scenario, World, Stage]] = {}


def played(name: str) -> tuple[Scenario, World, Stage]:
    """A scenario that has played to its end; once for all tests, which only read."""
    if name not in _played:
        scenario, world, stage = library.opened(name, 1, crowd_limit=_CROWD)
        world.advance_to(scenario.ended)
        _played[name] = (scenario, world, stage)
    return _played[name]


def dump(world: World) -> bytes:
    """Everything an account has, as bytes."""
    return b"\n".join(shelf.encoded(item["id"]) for shelf in world.shelves.values() for item in shelf)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The pinned API version's object schemas."""
    found: dict[str, Any] = json.loads(gzip.decompress(_SCHEMA.read_bytes()))
    return found


def test_there_is_one_scenario_for_each_of_the_44_rows() -> None:
    assert [library.find(name).number for name in library.names()] == list(range(1, 45))


@pytest.mark.parametrize("name", library.names())
def test_each_scenario_shows_what_it_says(name: str) -> None:
    """Every sentence of `shows` holds, asked of the API over HTTP."""
    scenario, world, stage = played(name)
    with running_stripe(world) as stripe:
        results = check(scenario, stage, StripeReader(stripe.url, stripe.key))
    assert len(results) == len(scenario.shows) >= 1
    assert {result.sentence.text: result.wrong for result in results if result.wrong} == {}


def test_a_sentence_that_is_not_so_is_found_out() -> None:
    """The checks can fail: an empty account shows neither the payout nor the ledger of a sale."""
    scenario, _, stage = played("01-invoice-paid-by-card")
    alone = tuple(one for one in scenario.shows if one.text.startswith(("the payouts are", "charge comes to")))
    with running_stripe(World(1, scenario.opened)) as stripe:
        results = check(replace(scenario, shows=alone), stage, StripeReader(stripe.url, stripe.key))
    assert [bool(result.wrong) for result in results] == [True, True]


@pytest.mark.parametrize("name", library.names())
def test_the_ledger_of_each_scenario_adds_up(name: str) -> None:
    """Net = amount - fee, fee = its parts, a payout is the sum of its rows, the balance is the sum of all rows."""
    _, world, _ = played(name)
    rows = list(world.shelves["balance_transaction"])
    for row in rows:
        assert row["net"] == row["amount"] - row["fee"], row
        assert row["fee"] == sum(part["amount"] for part in row["fee_details"]), row
    for payout in world.shelves["payout"]:
        settled = [world.get("balance_transaction", key[1]) for key in world.ledger.keys_of_payout(payout["id"])]
        others = [row for row in settled if row["id"] != payout["balance_transaction"]]
        if payout["automatic"]:
            assert payout["amount"] == sum(row["net"] for row in others), payout
    balance = world.balance()
    for currency in world.settlement_currencies:
        held = sum(
            part["amount"]
            for name in ("available", "pending")
            for part in balance[name]
            if part["currency"] == currency
        )
        assert held == sum(
            row["net"] for row in rows if row["currency"] == currency and row["balance_type"] == "payments"
        )


def test_every_object_of_the_library_fits_stripes_schema(schema: dict[str, Any]) -> None:
    """One sweep over all objects of all scenarios, and over the snapshots in their events."""
    checks: dict[str, Any] = {}
    wrong: list[str] = []
    swept: set[str] = set()
    for name in library.names():
        for item in _objects(played(name)[1]):
            kind = _SCHEMA_NAMES.get(item["object"], item["object"].split(".")[-1])
            if kind not in checks:
                checks[kind] = jsonschema_rs.validator_for({**schema["objects"][kind], "$defs": schema["$defs"]})
            swept.add(kind)
            wrong += [
                f"{name} {kind} {error.instance_path}: {error.message[:200]}"
                for error in checks[kind].iter_errors(item)
            ]
    assert wrong == []
    assert {
        "charge",
        "credit_note",
        "dispute",
        "invoice",
        "payout",
        "refund",
        "subscription",
        "topup",
        "transfer",
    } <= swept


def _objects(world: World) -> Iterator[dict[str, Any]]:
    for shelf in world.shelves.values():
        for item in shelf:
            shown = json.loads(shelf.encoded(item["id"]))
            yield shown
            if shown["object"] == "event":
                yield shown["data"]["object"]


@pytest.mark.parametrize("name", ["10-dispute-won", "20-payout-of-twelve-thousand", "41-twelve-months-of-history"])
def test_the_same_seed_gives_the_same_bytes(name: str) -> None:
    _, world, _ = played(name)
    scenario, again, _ = library.opened(name, 1, crowd_limit=_CROWD)
    again.advance_to(scenario.ended)
    assert dump(again) == dump(world)
    assert encode(again.balance()) == encode(world.balance())
    scenario, other, _ = library.opened(name, 2, crowd_limit=_CROWD)
    other.advance_to(scenario.ended)
    assert dump(other) != dump(world)
