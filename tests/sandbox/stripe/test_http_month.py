"""The seeded month over HTTP: every object of both its accounts has Stripe's shape, and so has every snapshot."""

from datetime import UTC, datetime

import jsonschema_rs
import pytest
import requests
from test_stripe_contract import SCHEMA_NAMES

from sandbox.scenarios.registry import load_accounts
from sandbox.stripe.api.options import SECRET_KEY
from sandbox.stripe.base.resources import COLLECTIONS
from sandbox.testing import running_stripe

LISTS = {segment: kind for segment, kind in COLLECTIONS.items() if kind != "subscription_item"}


@pytest.fixture(scope="module")
def month():
    """Both accounts on one server: url, and account ids."""
    worlds = load_accounts("month", 1, datetime(2026, 11, 20, tzinfo=UTC))
    with running_stripe(worlds) as stripe:
        yield stripe.url, [world.account["id"] for world in worlds]


def walk(url, account, segment):
    """All objects of a list of an account."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Account": account}
    parameters = {"limit": 100} | ({"status": "all"} if segment == "subscriptions" else {})
    with requests.Session() as session:
        while True:
            page = session.get(f"{url}/v1/{segment}", params=parameters, headers=headers, timeout=10).json()
            yield from page["data"]
            if not page["has_more"]:
                return
            parameters["starting_after"] = page["data"][-1]["id"]


def test_every_object_and_snapshot_of_both_accounts_fits_the_schema(month, schema):
    url, accounts = month
    checks, wrong, seen = {}, [], set()

    def look(item, account):
        name = SCHEMA_NAMES.get(item["object"], item["object"])
        if name not in checks:
            checks[name] = jsonschema_rs.validator_for({**schema["objects"][name], "$defs": schema["$defs"]})
        wrong.extend(f"{account} {item.get('id')} {error.message[:200]}" for error in checks[name].iter_errors(item))
        seen.add((account, item["object"]))

    for account in accounts:
        for segment in LISTS:
            for item in walk(url, account, segment):
                look(item, account)
                if item["object"] == "event" and item["data"]["object"]["object"] not in {"discount", "promotion_code"}:
                    snapshot = item["data"]["object"]
                    if snapshot.get("deleted") is None and not snapshot.get("discount"):
                        look(snapshot, account)
    assert wrong[:10] == []
    assert len(accounts) == 2
    assert {"charge", "invoice", "credit_note", "dispute", "payout", "refund"} <= {kind for _, kind in seen}
