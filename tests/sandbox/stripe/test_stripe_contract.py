"""Every answer of the sandbox has the shape that Stripe declares for the pinned API version."""

import jsonschema_rs
import pytest
from stripe_asking import ask, walk

from sandbox.stripe.reading import COLLECTIONS
from sandbox.stripe.world import World
from sandbox.testing import running_stripe


def validator(schema, object_type):
    return jsonschema_rs.validator_for({**schema["objects"][object_type], "$defs": schema["$defs"]})


def errors(check, item):
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in check.iter_errors(item)]


@pytest.mark.parametrize(("segment", "object_type"), COLLECTIONS.items())
def test_every_listed_object_fits_the_schema(fortnight, schema, segment, object_type):
    check = validator(schema, object_type)
    items = walk(fortnight, f"/v1/{segment}")
    assert items, f"the fortnight has no {object_type}: this test would prove nothing"
    assert [(item["id"], errors(check, item)) for item in items if errors(check, item)] == []


@pytest.mark.parametrize(("segment", "object_type"), COLLECTIONS.items())
def test_one_object_is_what_its_list_shows(fortnight, segment, object_type):
    page = ask(fortnight, f"/v1/{segment}?limit=1").body
    assert page.keys() == {"object", "url", "has_more", "data"}
    assert (page["object"], page["url"]) == ("list", f"/v1/{segment}")
    assert ask(fortnight, f"/v1/{segment}/{page['data'][0]['id']}").body == page["data"][0]


@pytest.mark.parametrize(("path", "object_type"), [("/v1/account", "account"), ("/v1/balance", "balance")])
def test_account_and_balance_fit_the_schema(get, schema, path, object_type):
    assert errors(validator(schema, object_type), get(path).body) == []


def test_event_snapshots_fit_the_schema_of_their_object(fortnight, schema):
    wrong, checks = [], {}
    for event in walk(fortnight, "/v1/events"):
        snapshot = event["data"]["object"]
        kind = snapshot["object"]
        check = checks[kind] = checks.get(kind) or validator(schema, kind)
        wrong += [(event["type"], text) for text in errors(check, snapshot)]
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "object_type"),
    [
        ("/v1/balance_transactions?expand[]=data.source.customer", "balance_transaction"),
        ("/v1/charges?expand[]=data.balance_transaction&expand[]=data.payment_intent.customer", "charge"),
        ("/v1/charges?expand[]=data.refunds", "charge"),
        ("/v1/invoices?expand[]=data.discounts&expand[]=data.payments.data.payment", "invoice"),
        ("/v1/invoices?expand[]=data.lines.data.discounts", "invoice"),
        ("/v1/invoice_payments?expand[0]=data.payment.payment_intent", "invoice_payment"),
        ("/v1/prices?expand[]=data.product", "price"),
        ("/v1/refunds?expand[]=data.charge.balance_transaction", "refund"),
        ("/v1/payouts?expand[]=data.balance_transaction", "payout"),
    ],
)
def test_expanded_objects_fit_the_schema(get, schema, path, object_type):
    check = validator(schema, object_type)
    page = get(f"{path}&limit=100").body
    assert [text for item in page["data"] for text in errors(check, item)] == []


def test_a_deleted_customer_leaves_a_stub_that_fits_the_schema(world: World, schema):
    kept, gone = world.create_customer("Stays"), world.create_customer("Goes")
    world.delete_customer(gone["id"])
    with running_stripe(world) as stripe:
        stub = ask(stripe, f"/v1/customers/{gone['id']}").body
        listed = walk(stripe, "/v1/customers")
    assert errors(validator(schema, "deleted_customer"), stub) == []
    assert [customer["id"] for customer in listed] == [kept["id"]]
