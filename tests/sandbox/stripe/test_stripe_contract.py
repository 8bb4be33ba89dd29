"""Every answer of the sandbox has the shape that Stripe declares for the pinned API version."""

import jsonschema_rs
import pytest
from stripe_asking import ask, walk

from sandbox.stripe.api.event_versions import CLOVER
from sandbox.stripe.api.expansion import FIELDS, INCLUDABLE
from sandbox.stripe.base.resources import COLLECTIONS, LINES, NESTED
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

# Where the schema's name of a type is not the type's.
SCHEMA_NAMES = {
    "checkout.session": "checkout_session",
    "invoiceitem": "invoice_item",
    "line_item": "invoice_line_item",
    "reporting.report_run": "report_run",
    "reporting.report_type": "report_type",
}
LISTED = {
    segment: kind for segment, kind in COLLECTIONS.items() if kind not in {"subscription_item", "reporting.report_run"}
}


@pytest.fixture(scope="session")
def check(schema):
    """What is wrong with an object of a type, as texts; validators are kept."""
    kept = {}

    def errors(item, kind=None):
        kind = kind or item["object"]
        name = SCHEMA_NAMES.get(kind, kind)
        if name not in kept:
            shape = schema["objects"].get(name) or {"$ref": "#/$defs/LineItem"}  # of quotes and checkout sessions
            kept[name] = jsonschema_rs.validator_for({**shape, "$defs": schema["$defs"]})
        return [
            f"{item.get('id')} {'.'.join(map(str, error.instance_path))}: {error.message[:200]}"
            for error in kept[name].iter_errors(item)
        ]

    return errors


@pytest.mark.parametrize(("segment", "kind"), LISTED.items())
def test_every_listed_object_fits_the_schema(wide, check, segment, kind):
    items = walk(wide, f"/v1/{segment}", "status=all&limit=100" if kind == "subscription" else "limit=100")
    assert items, f"the world has no {kind}: this test would prove nothing"
    assert [text for item in items for text in check(item, kind)] == []


@pytest.mark.parametrize("segment", ["charges", "balance_transactions", "invoices", "customers", "payouts", "refunds"])
def test_every_listed_object_of_the_fortnight_fits_the_schema(fortnight, check, segment):
    items = walk(fortnight, f"/v1/{segment}")
    assert items
    assert [text for item in items for text in check(item)] == []


@pytest.mark.parametrize(("segment", "kind"), LISTED.items())
def test_one_object_is_what_its_list_shows(wide, segment, kind):
    page = ask(wide, f"/v1/{segment}?limit=1").body
    assert page.keys() == {"object", "url", "has_more", "data"}
    assert (page["object"], page["url"]) == ("list", f"/v1/{segment}")
    assert ask(wide, f"/v1/{segment}/{page['data'][0]['id']}").body == page["data"][0]


@pytest.mark.parametrize("path", [*NESTED, *LINES])
def test_objects_that_belong_to_another_fit_the_schema_and_are_all_told(wide, check, path):
    """Walked in small steps, each list has each member once, and none of another owner's."""
    nested = NESTED.get(path)
    owner = nested.owner if nested else LINES[path][0]
    found = 0
    for item in list(wide.world.shelves[owner])[:60]:
        url = f"/v1/{path.format(id=item['id'])}"
        members = walk(wide, url, "limit=2")
        assert [text for member in members for text in check(member)] == []
        assert len({member["id"] for member in members}) == len(members)
        if nested:
            assert {member[nested.by] for member in members} <= {item["id"]}
            assert not nested.has_single or all(ask(wide, f"{url}/{each['id']}").body == each for each in members[:2])
        found += len(members)
    assert found, f"nothing has {path}: this test would prove nothing"


def test_items_of_subscriptions_fit_the_schema(wide, check):
    for subscription in list(wide.world.shelves["subscription"]):
        items = walk(wide, "/v1/subscription_items", f"subscription={subscription['id']}&limit=1")
        assert items
        assert [text for item in items for text in check(item)] == []
    assert ask(wide, "/v1/subscription_items").body["error"]["code"] == "parameter_missing"


@pytest.mark.parametrize("path", ["account", "balance", "accounts/acct_sandbox_us"])
def test_account_and_balance_fit_the_schema(wide, check, path):
    assert check(ask(wide, f"/v1/{path}").body) == []


def test_report_types_fit_the_schema(wide, check):
    types = walk(wide, "/v1/reporting/report_types")
    assert types
    assert [text for item in types for text in check(item)] == []
    assert ask(wide, f"/v1/reporting/report_types/{types[0]['id']}").body == types[0]


def test_event_snapshots_fit_the_schema_of_their_object(wide, check):
    """Those of an account in the pinned version; older ones have older shapes (test_http_event_versions)."""
    events = walk(wide, "/v1/events")
    assert {event["api_version"][:7] for event in events} == {"2025-03"}
    older = {"discount", "promotion_code"}  # what changed its shape between the account's version and the pinned one
    wrong = [
        (event["type"], text)
        for event in events
        for text in check(event["data"]["object"])
        if event["data"]["object"]["object"] not in older and event["data"]["object"].get("discount") is None
    ]
    assert wrong == []
    assert events[0]["api_version"] < CLOVER


def test_everything_that_can_be_expanded_fits_the_schema_expanded(wide, check):
    """Each expandable property of each type, one request for each, of lists of a hundred."""
    wrong, replaced = [], set()
    for segment, kind in LISTED.items():
        fields = FIELDS.get(kind)
        included = {name for owner, name in INCLUDABLE if owner == kind}
        for path in sorted({*fields.expandable, *included} if fields else included):
            if len(path.split(".")) > 3:
                continue
            page = ask(wide, f"/v1/{segment}?limit=100&expand[]=data.{path}").body
            wrong += [f"{kind} {path}: {text}" for item in page["data"] for text in check(item, kind)]
            replaced |= {(kind, path) for item in page["data"] if isinstance(at(item, path), dict)}
    assert wrong == []
    assert len(replaced) >= 40, f"too little was expanded to prove anything: {sorted(replaced)}"


def at(item, path):
    """The first object or value at a dotted path."""
    for name in path.split("."):
        item = item[0] if isinstance(item, list) and item else item
        item = item.get(name) if isinstance(item, dict) else None
    return item[0] if isinstance(item, list) and item else item


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/balance_transactions?expand[]=data.source.customer", "balance_transaction"),
        ("/v1/charges?expand[]=data.balance_transaction&expand[]=data.payment_intent.customer", "charge"),
        ("/v1/invoices?expand[]=data.discounts&expand[]=data.payments.data", "invoice"),
        ("/v1/invoices?expand[]=data.lines.data.discounts", "invoice"),
        ("/v1/invoice_payments?expand[0]=data.payment.payment_intent.latest_charge", "invoice_payment"),
        ("/v1/refunds?expand[]=data.charge.balance_transaction.source", "refund"),
        ("/v1/subscriptions?expand[]=data.items.data.price&expand[]=data.latest_invoice.payments", "subscription"),
        ("/v1/quotes?expand[]=data.line_items.data.price", "quote"),
        ("/v1/checkout/sessions?expand[]=data.line_items.data.price", "checkout.session"),
        ("/v1/customers?expand[]=data.subscriptions&expand[]=data.cash_balance", "customer"),
    ],
)
def test_expansions_through_several_objects_fit_the_schema(wide, check, path, kind):
    page = ask(wide, f"{path}&limit=100").body
    assert page["data"]
    assert [text for item in page["data"] for text in check(item, kind)] == []


@pytest.mark.parametrize(
    "path",
    ["charges?colour=1", "charges/ch_0", "nothing", "charges?expand[]=x", "invoices?status=1", "accounts/acct_0"],
)
def test_refusals_have_the_error_envelope(wide, path):
    body = ask(wide, f"/v1/{path}").body
    assert body.keys() == {"error"}
    assert (
        {"type", "message", "request_log_url"}
        <= body["error"].keys()
        <= {"type", "message", "request_log_url", "code", "doc_url", "param"}
    )
    assert all(isinstance(value, str) for value in body["error"].values())


def test_a_deleted_customer_leaves_a_stub_that_fits_the_schema(world: World, check):
    kept, gone = world.create_customer("Stays"), world.create_customer("Goes")
    charge = world.charge(1_000, customer=gone["id"])
    world.delete_customer(gone["id"])
    with running_stripe(world) as stripe:
        stub = ask(stripe, f"/v1/customers/{gone['id']}").body
        listed = walk(stripe, "/v1/customers")
        expanded = ask(stripe, f"/v1/charges/{charge['id']}?expand[]=customer").body
    assert check(stub, "deleted_customer") == []
    assert [customer["id"] for customer in listed] == [kept["id"]]
    assert expanded["customer"] == stub, "expanding a deleted object gives its stub"
    assert check(expanded) == []
