"""Webhooks: registered, signed so that Stripe's SDK verifies them, repeated, and lost, doubled or late where told."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import stripe as sdk
from stripe_asking import ask
from webhook_receiver import receiver

from sandbox.stripe.api.webhook_delivery import RETRY_AFTER_S
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
PINNED = "2026-10-28.endive"


@pytest.fixture
def served():
    """An empty account, served, and a receiver."""
    with running_stripe(World(1, START)) as stripe, receiver() as received:
        yield stripe, received


def register(stripe, received, events=("*",), **more):
    form = f"url={received.url}&" + "&".join(f"enabled_events[]={event}" for event in events)
    form += "".join(f"&{name}={value}" for name, value in more.items())
    answer = ask(stripe, "/v1/webhook_endpoints", form=form)
    assert answer.status == 200, answer.body
    stripe.deliver_webhooks()  # a write is followed by a look for events: wait for it
    return answer.body


def received_types(received):
    return [json.loads(body)["type"] for body in received.bodies]


def test_a_delivery_is_signed_so_that_stripes_sdk_accepts_it_and_nothing_else(served):
    stripe, received = served
    endpoint = register(stripe, received)
    stripe.world.create_customer("Ada ☃")
    assert stripe.deliver_webhooks() == 1
    body, header = received.bodies[0], received.signatures[0]
    event = sdk.Webhook.construct_event(body, header, endpoint["secret"])
    assert (event.type, event.data.object.name, event.api_version) == ("customer.created", "Ada ☃", PINNED)
    with pytest.raises(sdk.SignatureVerificationError):
        sdk.Webhook.construct_event(body + b" ", header, endpoint["secret"])
    with pytest.raises(sdk.SignatureVerificationError):
        sdk.Webhook.construct_event(body, header, "whsec_other")


def test_the_secret_is_told_once(served):
    stripe, received = served
    endpoint = register(stripe, received, description="books")
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    assert endpoint["secret"].startswith("whsec_")
    shown = {name: value for name, value in endpoint.items() if name != "secret"}
    assert ask(stripe, path).body == shown
    assert ask(stripe, "/v1/webhook_endpoints").body["data"] == [shown]


def test_only_what_happened_since_and_is_wanted_is_sent(served):
    stripe, received = served
    stripe.world.create_customer("Before")
    register(stripe, received, events=("product.created", "charge.succeeded"))
    stripe.world.create_customer("Not wanted")
    stripe.world.create_product("Pro")
    stripe.deliver_webhooks()
    assert received_types(received) == ["product.created"]
    assert stripe.deliver_webhooks() == 0, "nothing is sent twice"


def test_an_endpoint_may_want_an_older_version(served):
    stripe, received = served
    register(stripe, received, events=("charge.succeeded",), api_version="2024-06-20")
    stripe.world.charge(1_000)
    stripe.deliver_webhooks()
    event = json.loads(received.bodies[0])
    assert (event["api_version"], "invoice" in event["data"]["object"]) == ("2024-06-20", True)


def test_what_is_not_accepted_is_repeated_by_the_clock_until_it_is(served):
    stripe, received = served
    register(stripe, received)
    received.answers[:] = [500, 302]
    stripe.world.create_customer("Ada")
    event_id = ask(stripe, "/v1/events").body["data"][0]["id"]
    assert (stripe.deliver_webhooks(), stripe.deliver_webhooks()) == (1, 0)
    assert ask(stripe, f"/v1/events/{event_id}").body["pending_webhooks"] == 1
    assert ask(stripe, "/v1/events?delivery_success=false").body["data"]
    at = START
    for wait in RETRY_AFTER_S[:2]:
        at += timedelta(seconds=wait)
        stripe.advance_to(at)
    assert [each["status"] for each in stripe.webhook_deliveries()] == [500, 302, 200]
    assert [each["attempt"] for each in stripe.webhook_deliveries()] == [1, 2, 3]
    assert len({header.partition(",")[2] for header in received.signatures}) >= 1
    assert ask(stripe, f"/v1/events/{event_id}").body["pending_webhooks"] == 0
    assert ask(stripe, "/v1/events?delivery_success=false").body["data"] == []


def test_after_three_repetitions_stripe_gives_up(served):
    stripe, received = served
    register(stripe, received)
    received.answers[:] = [500] * 20
    stripe.world.create_customer("Ada")
    stripe.advance_to(START + timedelta(days=1))
    mine = [each for each in stripe.webhook_deliveries() if each["attempt"]]
    assert [each["status"] for each in mine] == [500] * (1 + len(RETRY_AFTER_S))


def test_nobody_there_is_not_accepted_either(served):
    stripe, received = served
    register(stripe, type("Gone", (), {"url": "http://127.0.0.1:9/hook"}))
    stripe.world.create_customer("Ada")
    stripe.deliver_webhooks()
    assert [each["status"] for each in stripe.webhook_deliveries()] == [None]


def test_deliveries_are_lost_doubled_and_late_where_told(served):
    stripe, received = served
    register(stripe, received)
    stripe.world.advance_to(START + timedelta(hours=1))
    stripe.set_webhook_faults(
        {"type": "customer.created", "fault": "late"},
        {"type": "coupon.*", "fault": "lost"},
        {"type": "product.created", "fault": "duplicated"},
    )
    stripe.world.create_customer("Late")
    stripe.world.create_coupon("LOST", percent_off=10)
    product = stripe.world.create_product("Twice")
    stripe.world.create_price(product["id"], 100, "usd")
    stripe.deliver_webhooks()
    types = received_types(received)
    assert sorted(types) == ["customer.created", "price.created", "product.created", "product.created"]
    assert types[-1] == "customer.created"
    doubled = [body for body in received.bodies if b"product.created" in body]
    assert json.loads(doubled[0])["id"] == json.loads(doubled[1])["id"]


def test_a_write_over_the_api_is_sent_by_itself(served):
    stripe, received = served
    customer = stripe.world.create_customer("Ada")
    register(stripe, received)
    ask(stripe, f"/v1/customers/{customer['id']}", form="metadata[netsuite]=17")
    stripe.deliver_webhooks()  # waits for what is under way
    assert received_types(received) == ["customer.updated"]


def test_an_endpoint_can_be_changed_silenced_and_deleted(served):
    stripe, received = served
    path = f"/v1/webhook_endpoints/{register(stripe, received)['id']}"
    assert ask(stripe, path, form="disabled=true&description=x").body["status"] == "disabled"
    stripe.world.create_customer("Unheard")
    assert stripe.deliver_webhooks() == 0
    assert ask(stripe, path, form="disabled=false&enabled_events[]=product.created").body["status"] == "enabled"
    client = sdk.StripeClient(stripe.key, base_addresses={"api": stripe.url})
    assert client.v1.webhook_endpoints.delete(path.rpartition("/")[2]).deleted
    assert ask(stripe, path).status == 404


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ("url=http://127.0.0.1/x", "enabled_events"),
        ("enabled_events[]=*", "url"),
        ("url=ftp.example&enabled_events[]=*", "url"),
        ("url=http://127.0.0.1/x&enabled_events[]=*&enabled_events[]=charge.succeeded", "enabled_events"),
        ("url=http://127.0.0.1/x&enabled_events[]=*&api_version=yesterday", "api_version"),
        ("url=http://127.0.0.1/x&enabled_events[]=*&colour=blue", "colour"),
    ],
)
def test_an_endpoint_that_stripe_refuses_is_not_made(served, form, param):
    stripe, _ = served
    answer = ask(stripe, "/v1/webhook_endpoints", form=form)
    assert (answer.status, answer.body["error"]["param"]) == (400, param)
    assert ask(stripe, "/v1/webhook_endpoints").body["data"] == []


def test_a_second_event_may_tell_of_the_same_change(served):
    stripe, received = served
    register(stripe, received)
    customer = stripe.world.create_customer("Ada")
    first = ask(stripe, "/v1/events").body["data"][0]
    second = stripe.duplicate_event(first["id"], later_s=0)
    events = ask(stripe, "/v1/events?type=customer.created").body["data"]
    assert {event["id"] for event in events} == {first["id"], second}
    assert {event["data"]["object"]["id"] for event in events} == {customer["id"]}
    assert len(received.bodies) == 2
