"""Writes: metadata on every object that can bear it, its limits, and idempotency keys."""

import pytest
import requests
import stripe as sdk
from stripe_asking import ask, walk

from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.base.resources import COLLECTIONS, UPDATE_EVENTS
from sandbox.testing import running_stripe

SEGMENTS = {kind: segment for segment, kind in COLLECTIONS.items()}


@pytest.fixture(scope="module")
def stripe():
    """The wide world, to be written to."""
    from wide_world import wide_world

    with running_stripe(wide_world(), StripeOptions(control=True)) as running:
        yield running


def one(stripe, kind):
    query = "?limit=1&status=all" if kind == "subscription" else "?limit=1"
    return ask(stripe, f"/v1/{SEGMENTS[kind]}{query}").body["data"][0]


@pytest.mark.parametrize("kind", UPDATE_EVENTS)
def test_metadata_of_every_kind_is_merged_and_tells_an_event(stripe, kind):
    """Stripe has no event for a changed payment intent."""
    item = one(stripe, kind)
    path = f"/v1/{SEGMENTS[kind]}/{item['id']}"
    before = item.get("metadata") or {}
    assert ask(stripe, path, form="metadata[ns]=1&metadata[gone]=x").body["metadata"] == {
        **before,
        "ns": "1",
        "gone": "x",
    }
    changed = ask(
        stripe, path, form="metadata[gone]=&expand[]=customer" if kind == "charge" else "metadata[gone]="
    ).body
    assert changed["metadata"] == {**before, "ns": "1"}
    assert ask(stripe, path).body["metadata"] == changed["metadata"]
    if kind == "charge" and item["customer"]:
        assert changed["customer"]["object"] == "customer"
    if UPDATE_EVENTS[kind]:
        newest = [event["data"]["object"]["id"] for event in walk(stripe, "/v1/events", f"type={UPDATE_EVENTS[kind]}")]
        assert item["id"] in newest


@pytest.mark.parametrize(
    ("form", "param"),
    [
        (f"metadata[{'k' * 41}]=1", "metadata"),
        (f"metadata[k]={'v' * 501}", "metadata[k]"),
        ("&".join(f"metadata[k{number}]=1" for number in range(51)), "metadata"),
        ("metadata=text", "metadata"),
        ("metadata[a][b]=1", "metadata[a]"),
        ("colour=blue", "colour"),
    ],
)
def test_a_form_that_stripe_refuses_changes_nothing(stripe, form, param):
    charge = one(stripe, "charge")
    answer = ask(stripe, f"/v1/charges/{charge['id']}", form=form)
    assert (answer.status, answer.body["error"].get("param")) == (400, param)
    assert ask(stripe, f"/v1/charges/{charge['id']}").body == charge


def test_json_is_no_form(stripe):
    url = f"{stripe.url}/v1/customers/{one(stripe, 'customer')['id']}"
    answer = requests.post(url, json={"metadata": {}}, headers={"Authorization": f"Bearer {stripe.key}"}, timeout=5)
    assert answer.status_code == 400
    assert "application/x-www-form-urlencoded" in answer.json()["error"]["message"]


def test_a_repeated_key_gets_the_first_answer_and_does_nothing_again(stripe):
    path = f"/v1/customers/{one(stripe, 'customer')['id']}"
    first = ask(stripe, path, form="metadata[n]=1", **{"Idempotency-Key": "a"})
    ask(stripe, path, form="metadata[n]=2")
    again = ask(stripe, path, form="metadata[n]=1", **{"Idempotency-Key": "a"})
    assert again.body == first.body
    assert ask(stripe, path).body["metadata"]["n"] == "2", "the repetition was not carried out"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers


def test_a_key_is_for_one_request_only(stripe):
    path = f"/v1/customers/{one(stripe, 'customer')['id']}"
    ask(stripe, path, form="metadata[n]=1", **{"Idempotency-Key": "b"})
    other_form = ask(stripe, path, form="metadata[n]=3", **{"Idempotency-Key": "b"})
    other_path = ask(
        stripe, f"/v1/charges/{one(stripe, 'charge')['id']}", form="metadata[n]=1", **{"Idempotency-Key": "b"}
    )
    too_long = ask(stripe, path, form="metadata[n]=1", **{"Idempotency-Key": "k" * 256})
    for answer, words in ((other_form, "same parameters"), (other_path, "same endpoint"), (too_long, "255")):
        assert (answer.status, answer.body["error"]["type"]) == (400, "idempotency_error")
        assert words in answer.body["error"]["message"]


def test_a_refused_request_leaves_its_key_free(stripe):
    path = f"/v1/customers/{one(stripe, 'customer')['id']}"
    assert ask(stripe, path, form="colour=1", **{"Idempotency-Key": "c"}).status == 400
    assert ask(stripe, path, form="metadata[n]=5", **{"Idempotency-Key": "c"}).body["metadata"]["n"] == "5"


def test_after_a_lost_answer_the_same_key_tells_what_was_done(stripe):
    path = f"/v1/customers/{one(stripe, 'customer')['id']}"
    stripe.set_faults({"path": path, "status": "drop_after", "method": "POST"})
    with pytest.raises(requests.ConnectionError):
        ask(stripe, path, form="metadata[lost]=1", **{"Idempotency-Key": "d"})
    assert ask(stripe, path).body["metadata"]["lost"] == "1", "it was carried out"
    again = ask(stripe, path, form="metadata[lost]=1", **{"Idempotency-Key": "d"})
    assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")


def test_a_method_that_the_sandbox_lacks_is_refused_with_those_it_has(stripe):
    answer = ask(stripe, "/v1/charges", form="amount=100")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    assert answer.body["error"]["type"] == "invalid_request_error"


def test_stripes_sdk_writes_metadata_and_retries_a_conflict(stripe, monkeypatch):
    """409 is repeated by the SDK with the same idempotency key; the second attempt is carried out."""
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    monkeypatch.setattr(sdk._http_client.HTTPClient, "INITIAL_DELAY", 0.01, raising=False)
    client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url}, max_network_retries=1)
    payout = one(stripe, "payout")["id"]
    stripe.set_faults({"path": f"/v1/payouts/{payout}", "status": 409, "code": "lock_timeout"})
    assert client.v1.payouts.update(payout, {"metadata": {"deposit": "17"}}).metadata["deposit"] == "17"
    with pytest.raises(sdk.InvalidRequestError, match="No such payout"):
        client.v1.payouts.update("po_nobody", {"metadata": {"deposit": "17"}})
