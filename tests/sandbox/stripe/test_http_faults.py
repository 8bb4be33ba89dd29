"""Faults by rule and by seed, and what expansion refuses; Stripe's SDK meets them as it would meet Stripe's."""

import json
from datetime import UTC, datetime

import pytest
import stripe as sdk
from stripe_asking import ask

from sandbox.stripe.api.expansion import EMBEDDED
from sandbox.stripe.api.faults import Fault, fault_from
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

END = datetime(2026, 11, 15, tzinfo=UTC)
OPTIONS = StripeOptions(scenario="empty", control=True)


def test_a_storm_strikes_its_share_of_requests_and_the_same_ones_for_a_seed():
    storms = [Fault("/v1/*", 429, share=0.2, seed=seed) for seed in (1, 1, 2)]
    first, again, other = ([storm.strikes("GET", "/v1/charges") for _ in range(500)] for storm in storms)
    assert first == again != other
    assert 60 < sum(first) < 140
    assert not Fault("/v1/charges", 500, share=1.0).strikes("GET", "/v1/refunds")


def test_a_rule_can_be_for_one_method_and_ends_after_its_times():
    rule = fault_from({"path": "/v1/charges", "status": 500, "method": "POST", "times": 2, "share": 1})
    assert [rule.strikes(method, "/v1/charges") for method in ("GET", "POST", "POST", "POST")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"path": "/v1/x"},
        {"path": "/v1/x", "status": 200},
        {"path": "/v1/x", "status": 500, "share": 2},
        {"path": "/v1/x", "status": 500, "colour": 1},
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule):
    with pytest.raises(ValueError, match=r"rule|status|share"):
        fault_from(rule)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, sdk.InvalidRequestError),
        (401, sdk.AuthenticationError),
        (403, sdk.PermissionError),
        (409, sdk.APIError),
        (429, sdk.RateLimitError),
        (500, sdk.APIError),
        (503, sdk.APIError),
        ("drop", sdk.APIConnectionError),
    ],
)
def test_stripes_sdk_raises_its_own_error_for_each_status(status, error, monkeypatch):
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    with running_stripe(options=OPTIONS) as stripe:
        stripe.set_faults({"path": "/v1/charges", "status": status})
        client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url})
        with pytest.raises(error):
            client.v1.charges.list()
        assert client.v1.charges.list().data == []


def test_stripes_sdk_repeats_a_429_only_where_the_header_says_so(monkeypatch):
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    monkeypatch.setattr(sdk._http_client.HTTPClient, "INITIAL_DELAY", 0.01, raising=False)
    with running_stripe(options=OPTIONS) as stripe:
        client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url}, max_network_retries=2)
        stripe.set_faults({"path": "/v1/charges", "status": 429, "should_retry": True})
        assert client.v1.charges.list().data == []
        stripe.set_faults({"path": "/v1/charges", "status": 429})
        with pytest.raises(sdk.RateLimitError):
            client.v1.charges.list()
        assert stripe.requests()["operations"]["GET /v1/charges"] == 3


def test_stripes_sdk_sees_several_accounts(monkeypatch):
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    worlds = [World(1, END), World(1, END, account_id="acct_sandbox_eu")]
    for world in worlds:
        world.create_customer(world.account["id"])
    with running_stripe(worlds) as stripe:
        client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url})
        names = [
            [customer.name for customer in client.v1.customers.list(options=options).auto_paging_iter()]
            for options in ({}, {"stripe_account": "acct_sandbox_eu"})
        ]
        raw = client.raw_request("get", "/v1/customers", limit=1)
    assert names == [["acct_sandbox_us"], ["acct_sandbox_eu"]]
    assert json.loads(raw.body)["data"][0]["name"] == "acct_sandbox_us"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("charges?expand[]=data.colour", "cannot be expanded (data.colour)"),
        ("charges?expand[]=customer", "expanding 'data.customer' instead"),
        ("charges?expand[]=data", "cannot be expanded (data)"),
        ("charges?expand[]=data.amount", "cannot be expanded"),
        ("charges?expand[]=data.billing_details", "cannot be expanded"),
        ("charges?expand[]=data.customer.colour", "cannot be expanded"),
        ("charges?expand[]=data.payment_intent.latest_charge.payment_intent.customer", "more than 4 levels"),
        ("events?expand[]=data.data.object", "cannot be expanded"),
        ("invoices?expand[]=data.lines.data.nothing", "cannot be expanded"),
        ("balance?expand[]=available", "cannot be expanded"),
    ],
)
def test_what_cannot_be_expanded_is_refused_even_on_an_empty_list(path, words):
    with running_stripe(options=OPTIONS) as stripe:
        answer = ask(stripe, f"/v1/{path}")
    assert (answer.status, words in answer.body["error"]["message"]) == (400, True)


def test_expansion_goes_four_levels_deep_and_changes_nothing_that_is_kept(wide):
    path = "/v1/charges?limit=100"
    before = ask(wide, path).body
    deep = ask(wide, f"{path}&expand[]=data.payment_intent.latest_charge.customer").body["data"]
    customers = [each["payment_intent"]["latest_charge"]["customer"] for each in deep if each["customer"]]
    assert customers
    assert all(customer["object"] == "customer" for customer in customers)
    assert ask(wide, path).body == before


def test_an_included_list_shows_ten_and_the_rest_at_its_url():
    world = World(1, END)
    charge = world.charge(10_000)
    for _ in range(EMBEDDED + 3):
        world.refund(charge["id"], 100)
    with running_stripe(world) as stripe:
        refunds = ask(stripe, f"/v1/charges/{charge['id']}?expand[]=refunds").body["refunds"]
        rest = ask(stripe, f"{refunds['url']}?limit=100").body["data"]
    assert (len(refunds["data"]), refunds["has_more"], len(rest)) == (EMBEDDED, True, EMBEDDED + 3)
    assert rest[:EMBEDDED] == refunds["data"]
