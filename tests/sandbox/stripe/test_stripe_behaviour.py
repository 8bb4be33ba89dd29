"""How the sandbox behaves as a server and in time: determinism, the clock, keys, metadata, faults, Stripe's SDK."""

import argparse
import base64
import json
import os
import signal
import subprocess
import sys
import urllib.error
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import stripe as sdk
from stripe_asking import ask, walk

from sandbox.commands import stripe as cli
from sandbox.scenarios.registry import load
from sandbox.stripe.api.reading import read_page
from sandbox.stripe.base.resources import COLLECTIONS
from sandbox.testing import running_stripe

END = datetime(2026, 11, 15, tzinfo=UTC)


def pages(world):
    """The first page of every list that needs no parameter."""
    lists = {name: kind for name, kind in COLLECTIONS.items() if kind != "subscription_item"}
    return {name: read_page(world, kind, f"/v1/{name}", {"limit": "100"}) for name, kind in lists.items()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    first, again, other = (load("fortnight", seed, END) for seed in (1, 1, 2))
    assert pages(first) == pages(again)
    assert pages(first) != pages(other)


def test_a_world_played_in_two_stretches_is_the_world_played_in_one():
    whole = load("fortnight", 1, END)
    halves = load("fortnight", 1, END - timedelta(days=9, hours=7))
    assert pages(halves) != pages(whole)
    halves.advance_to(END)
    assert pages(halves) == pages(whole)


def test_nothing_after_the_clock_exists():
    world = load("fortnight", 1, datetime(2026, 11, 6, tzinfo=UTC))
    newest = max(item["created"] for shelf in world.shelves.values() for item in shelf if "created" in item)
    assert newest <= world.now
    with pytest.raises(ValueError, match="cannot go back"):
        world.advance_to(datetime(2026, 11, 5, tzinfo=UTC))


def test_the_fortnight_has_what_it_promises(fortnight):
    shelves = fortnight.world.shelves
    charges = list(shelves["charge"])
    statuses = Counter(invoice["status"] for invoice in shelves["invoice"])
    assert (statuses["draft"], statuses["open"] >= 1, statuses["paid"] >= 80) == (1, True, True)
    assert sum(charge["customer"] is None for charge in charges) == 1
    assert sum(charge["status"] == "failed" for charge in charges) == 2
    assert sum(charge["status"] == "succeeded" and charge["balance_transaction"] is None for charge in charges) == 1
    assert any(row["exchange_rate"] for row in shelves["balance_transaction"] if row["type"] == "refund")
    assert [refund["status"] for refund in shelves["refund"] if refund["balance_transaction"] is None] == ["pending"]
    names = [customer["name"] or "" for customer in shelves["customer"]]
    assert len(names) == 20
    assert max(map(len, names)) == 200
    assert any(name.startswith("=HYPERLINK(") for name in names)


def test_every_change_leaves_an_event_in_the_accounts_older_version(world):
    charge = world.charge(10_000)
    world.refund(charge["id"], 2_500)
    events = [event["type"] for event in world.shelves["event"]]
    expected = ["charge.succeeded", "charge.updated", "refund.created", "charge.refunded", "payment_intent.succeeded"]
    assert set(expected) <= set(events)
    assert {event["api_version"] for event in world.shelves["event"]} == {"2025-03-31.basil"}


def test_a_snapshot_stays_what_the_object_was(world):
    charge = world.charge(10_000)
    with running_stripe(world) as stripe:
        (event,) = walk(stripe, "/v1/events", "type=charge.succeeded")
        (update,) = walk(stripe, "/v1/events", "type=charge.updated")
    assert event["data"]["object"]["balance_transaction"] is None, "asynchronous capture: the row comes later"
    assert update["data"]["object"]["balance_transaction"] == charge["balance_transaction"]
    assert update["data"]["previous_attributes"] == {"balance_transaction": None}


@pytest.mark.parametrize("authorization", ["", "Bearer sk_test_other", "Basic ???", "Digest sk_test_sandbox"])
def test_a_wrong_key_is_refused(get, authorization):
    answer = get("/v1/charges", Authorization=authorization)
    assert (answer.status, answer.body["error"]["type"]) == (401, "invalid_request_error")


def test_both_keys_and_both_schemes_are_accepted_and_headers_come_back(get):
    basic = base64.b64encode(b"rk_test_sandbox:").decode()
    answer = get("/v1/charges", Authorization=f"Basic {basic}", **{"Stripe-Version": "2026-10-28.endive"})
    assert (answer.status, answer.headers["Stripe-Version"]) == (200, "2026-10-28.endive")
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Request-Id"] != get("/v1/charges").headers["Request-Id"]


def test_a_version_it_cannot_render_is_refused(get):
    assert get("/v1/charges", **{"Stripe-Version": "2022-11-15"}).status == 400


@pytest.mark.parametrize("segment", ["charges", "invoices", "customers", "refunds", "payouts"])
def test_metadata_is_merged_and_an_empty_text_removes(segment):
    with running_stripe() as stripe:
        path = f"/v1/{segment}/{ask(stripe, f'/v1/{segment}?limit=1').body['data'][0]['id']}"
        assert ask(stripe, path, form="metadata[a]=1&metadata[b]=2").body["metadata"] == {"a": "1", "b": "2"}
        assert ask(stripe, path, form="metadata[a]=&metadata[c]=3").body["metadata"] == {"b": "2", "c": "3"}
        before = len(walk(stripe, "/v1/events", f"type={COLLECTIONS[segment]}.updated"))
        assert ask(stripe, path, form="metadata[b]=2").status == 200
        assert len(walk(stripe, "/v1/events", f"type={COLLECTIONS[segment]}.updated")) == before, "nothing changed"
        assert ask(stripe, path, form="metadata=").body["metadata"] == {}
        assert ask(stripe, path).body["metadata"] == {}
        assert ask(stripe, path, form="amount=1").body["error"]["code"] == "parameter_unknown"
        (newest, *_) = walk(stripe, "/v1/events", f"type={COLLECTIONS[segment]}.updated")
        assert newest["created"] == stripe.world.now


def test_the_clock_advances_over_http_and_the_scenario_plays_on():
    with running_stripe(load("fortnight", 1, END - timedelta(days=5))) as stripe:
        before = len(walk(stripe, "/v1/charges"))
        stripe.advance_to(END)
        after = walk(stripe, "/v1/charges")
    assert before < len(after)
    assert pages(stripe.world) == pages(load("fortnight", 1, END))


def test_faults_happen_as_often_as_told_and_are_counted():
    with running_stripe() as stripe:
        stripe.set_faults(
            {"path": "/v1/charges", "status": 429, "times": 2, "reason": "endpoint-rate", "should_retry": True},
            {"path": "/v1/refunds", "status": "drop"},
            {"path": "/v1/payouts", "status": "cut"},
            {"path": "/v1/customers", "status": "empty_page"},
            {"path": "/v1/invoices*", "status": 500},
        )
        limited = ask(stripe, "/v1/charges")
        statuses = [limited.status, *(ask(stripe, "/v1/charges").status for _ in range(2))]
        assert statuses == [429, 429, 200]
        assert limited.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
        assert limited.headers["Stripe-Should-Retry"] == "true"
        with pytest.raises(requests.ConnectionError, match="Remote end closed"):
            ask(stripe, "/v1/refunds")
        with pytest.raises(requests.RequestException, match="IncompleteRead"):
            ask(stripe, "/v1/payouts")
        empty = ask(stripe, "/v1/customers").body
        assert (empty["data"], empty["has_more"]) == ([], True)
        assert ask(stripe, "/v1/invoices/in_1").body["error"]["type"] == "api_error"
        assert ask(stripe, "/v1/refunds").status == 200
        counts = stripe.requests()
    assert counts["operations"]["GET /v1/charges"] == 3
    assert counts["operations"]["GET /v1/invoices/{id}"] == 1
    assert (counts["status_429"], counts["max_in_flight"], counts["total"]) == (2, 1, 8)


def test_a_fault_that_means_nothing_is_refused():
    with running_stripe() as stripe, pytest.raises(urllib.error.HTTPError) as refused:
        stripe.set_faults({"path": "/v1/charges", "status": "explode"})
    with refused.value:
        assert "explode" in json.load(refused.value)["error"]


def test_stripes_own_sdk_reads_all_charges_page_by_page(fortnight, monkeypatch):
    """stripe-python over real HTTP, with the version it pins itself."""
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    client = sdk.StripeClient(fortnight.key, base_addresses={"api": fortnight.url})
    page = client.v1.charges.list({"limit": 7, "expand": ["data.balance_transaction"]})
    found = [(charge.id, charge.amount) for charge in page.auto_paging_iter()]
    assert found == [(charge["id"], charge["amount"]) for charge in walk(fortnight, "/v1/charges")]
    with pytest.raises(sdk.InvalidRequestError, match="No such charge") as refused:
        client.v1.charges.retrieve("ch_nobody")
    assert refused.value.code == "resource_missing"


def test_the_command_line_serves_until_it_is_told_to_stop():
    root = Path(__file__).parents[3]
    command = [sys.executable, "-W", "error", "-m", "sandbox", "stripe", "--port", "0", "--scenario", "empty"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        balance = requests.get(f"{url}/v1/balance", auth=("sk_test_sandbox", ""), timeout=5)
        hidden = requests.get(f"{url}/_sandbox/requests", timeout=5)
        os.kill(process.pid, signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")
    assert balance.json()["object"] == "balance"
    assert hidden.status_code == 404, "the control endpoints are closed unless asked for"


def test_the_command_line_limits_rates_unless_told_not_to_and_knows_restricted_keys():
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    default, free, live, restricted = (
        cli.options_from(parser.parse_args(words))
        for words in (
            [],
            ["--no-rate-limits"],
            ["--rate-limits", "live"],
            ["--restrict", "rk_test_a=charge_read,payout_read"],
        )
    )
    assert default.limits is not None
    assert (default.limits.global_rate, default.limits.endpoint_rate) == (25, 25)
    assert free.limits is None
    assert live.limits is not None
    assert live.limits.global_rate == 100
    assert restricted.permissions == {"rk_test_a": {"charge_read", "payout_read"}}
    assert "rk_test_a" in restricted.keys
    assert "rk_test_a" not in repr(restricted), "keys are not shown"
    with pytest.raises(SystemExit):
        parser.parse_args(["--restrict", "rk_test_a"])
