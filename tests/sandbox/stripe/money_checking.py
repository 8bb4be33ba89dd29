"""Checks that hold for any world after anything: the laws of its ledger, and the shape of all its objects."""

import json
from collections import defaultdict
from typing import Any

import jsonschema_rs

from sandbox.stripe.base.shelf import encode
from sandbox.stripe.world import World

MONEY = (
    "application_fee",
    "balance_transaction",
    "charge",
    "dispute",
    "fee_refund",
    "payment_intent",
    "payout",
    "refund",
    "topup",
    "transfer",
    "transfer_reversal",
)


def check_laws(world: World) -> None:
    """Raise AssertionError unless rows, payouts and balance agree to the cent."""
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in world.shelves["balance_transaction"]:
        assert row["net"] == row["amount"] - row["fee"], row
        assert row["fee"] == sum(part["amount"] for part in row["fee_details"]), row
        assert {part["currency"] for part in row["fee_details"]} <= {row["currency"]}, row
        assert row["status"] == ("available" if row["available_on"] <= world.now else "pending"), row
        totals[row["balance_type"], row["currency"]] += row["net"]
    for kind in {kind for kind, _ in totals}:
        summed = {code: sum(pair) for code, pair in world.ledger.balance(kind).items()}
        assert summed == {code: net for (owner, code), net in totals.items() if owner == kind}
    _check_balance_object(world, totals)
    _check_payouts(world)


def _check_balance_object(world: World, totals: dict[tuple[str, str], int]) -> None:
    balance = world.balance()
    shown: defaultdict[str, int] = defaultdict(int)
    for entry in balance["available"] + balance["pending"]:
        shown[entry["currency"]] += entry["amount"]
    payments = {code: net for (kind, code), net in totals.items() if kind == "payments"}
    assert shown == {**dict.fromkeys(world.settlement_currencies, 0), **payments}


def _check_payouts(world: World) -> None:
    settled: list[str] = []
    for payout in world.shelves["payout"]:
        own = world.get("balance_transaction", payout["balance_transaction"])
        assert (own["net"], own["currency"], own["source"]) == (-payout["amount"], payout["currency"], payout["id"])
        members = [world.get("balance_transaction", key[1]) for key in world.ledger.keys_of_payout(payout["id"])]
        assert bool(members) == payout["automatic"], "only an automatic payout tells what it is made of"
        if members:
            others = [row for row in members if row["id"] != own["id"]]
            assert sum(row["net"] for row in others) == payout["amount"]
            assert {row["currency"] for row in members} == {payout["currency"]}
            assert {row["balance_type"] for row in members} == {"payments"}
            settled += [row["id"] for row in others]
    assert len(settled) == len(set(settled)), "a row is in two payouts"


class Shapes:
    """The pinned API version's schemas, compiled once each."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._checks: dict[str, Any] = {}

    def errors(self, item: dict[str, Any]) -> list[str]:
        """What of an object does not fit Stripe's schema of its type."""
        kind = item["object"]
        if kind not in self._checks:
            schema = {**self._schema["objects"][kind], "$defs": self._schema["$defs"]}
            self._checks[kind] = jsonschema_rs.validator_for(schema)
        plain = json.loads(encode(item))
        found = self._checks[kind].iter_errors(plain)
        return [f"{'.'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in found]


def check_shapes(world: World, shapes: Shapes) -> None:
    """Raise AssertionError unless every money object, and every snapshot in an event, fits the schema."""
    wrong = []
    for kind in MONEY:
        for item in world.shelves[kind]:
            wrong += [(item["id"], text) for text in shapes.errors(item)]
    for event in world.shelves["event"]:
        snapshot = json.loads(encode(event["data"]["object"]))
        if snapshot["object"] in MONEY:
            wrong += [(event["type"], text) for text in shapes.errors(snapshot)]
    wrong += [("balance", text) for text in shapes.errors(world.balance())]
    assert wrong == []


def event_types(world: World, item_id: str) -> list[str]:
    """The events of an object, in the order they were written."""
    return [
        event["type"]
        for event in world.shelves["event"]._objects.values()  # as written: within a second, lists go by id
        if json.loads(encode(event["data"]["object"])).get("id") == item_id
    ]


def row_of(world: World, item: dict[str, Any], field: str = "balance_transaction") -> dict[str, Any]:
    """The ledger row that an object names."""
    return world.get("balance_transaction", item[field])


def payout_with(world: World, row_id: str) -> dict[str, Any] | None:
    """The automatic payout that a ledger row is in."""
    for payout in world.shelves["payout"]:
        if row_id in {key[1] for key in world.ledger.keys_of_payout(payout["id"])}:
            return payout
    return None
