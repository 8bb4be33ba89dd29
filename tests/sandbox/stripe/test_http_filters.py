"""Every filter of every list selects exactly what a look at all objects selects, and refuses what Stripe refuses."""

import gzip
import json

import pytest
from sharp_spec import SPEC
from stripe_asking import ask, walk

from sandbox.stripe.api.filters import FILTERS, WITHOUT_CREATED
from sandbox.stripe.base.resources import COLLECTIONS
from sandbox.stripe.base.shelf import field_at

SEGMENTS = {kind: segment for segment, kind in COLLECTIONS.items()}
ENDED = {"canceled", "incomplete_expired"}


def first(wide, kind, path, wanted=lambda value: value is not None):
    """A value that some object has at `path`."""
    return next(field_at(item, path) for item in wide.world.shelves[kind] if wanted(field_at(item, path)))


def items_have(path, value):
    return lambda item: value in [field_at(each, path) for each in item["items"]["data"]]


def has(path, value):
    return lambda item: field_at(item, path) == value


# kind, query (with {} for a value that an object has), the path of that value, and what is selected.
BY_VALUE = [
    ("application_fee", "charge", "charge"),
    ("balance_transaction", "source", "source"),
    ("balance_transaction", "type", "type"),
    ("charge", "customer", "customer"),
    ("charge", "payment_intent", "payment_intent"),
    ("charge", "transfer_group", "transfer_group"),
    ("checkout.session", "customer", "customer"),
    ("checkout.session", "payment_intent", "payment_intent"),
    ("checkout.session", "status", "status"),
    ("credit_note", "customer", "customer"),
    ("credit_note", "invoice", "invoice"),
    ("customer", "email", "email"),
    ("dispute", "charge", "charge"),
    ("dispute", "payment_intent", "payment_intent"),
    ("invoice", "collection_method", "collection_method"),
    ("invoice", "customer", "customer"),
    ("invoice", "status", "status"),
    ("invoice", "subscription", "parent.subscription_details.subscription"),
    ("invoice_payment", "invoice", "invoice"),
    ("invoice_payment", "status", "status"),
    ("invoiceitem", "customer", "customer"),
    ("invoiceitem", "invoice", "invoice"),
    ("payment_intent", "customer", "customer"),
    ("payout", "destination", "destination"),
    ("payout", "status", "status"),
    ("plan", "product", "product"),
    ("price", "currency", "currency"),
    ("price", "product", "product"),
    ("price", "type", "type"),
    ("price", "recurring[interval]", "recurring.interval"),
    ("promotion_code", "code", "code"),
    ("promotion_code", "coupon", "promotion.coupon"),
    ("quote", "customer", "customer"),
    ("quote", "status", "status"),
    ("refund", "charge", "charge"),
    ("refund", "payment_intent", "payment_intent"),
    ("subscription", "customer", "customer"),
    ("subscription", "collection_method", "collection_method"),
    ("topup", "status", "status"),
    ("transfer", "destination", "destination"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "path"), BY_VALUE)
def test_a_filter_by_value_selects_all_that_have_it(wide, kind, name, path):
    value = first(wide, kind, path)
    every = "&status=all" if kind == "subscription" else ""
    found = walk(wide, f"/v1/{SEGMENTS[kind]}", f"{name}={value}&limit=3{every}")
    expected = {item["id"] for item in wide.world.shelves[kind] if field_at(item, path) == value}
    assert {item["id"] for item in found} == expected
    assert len(found) == len(expected) > 0


def always(_item):
    return True


def never(_item):
    return False


def in_list(path, value):
    return lambda item: field_at(item, path) in value


# kind, query, what it selects.
BY_RULE = [
    ("coupon", "created[gt]=0", always),
    ("event", "type=charge.dispute.*", lambda item: item["type"].startswith("charge.dispute.")),
    ("event", "types[]=payout.paid&types[]=payout.failed", in_list("type", {"payout.paid", "payout.failed"})),
    ("event", "delivery_success=true", always),
    ("event", "delivery_success=false", never),
    ("invoiceitem", "pending=false", lambda item: item["invoice"] is not None),
    ("invoiceitem", "pending=true", lambda item: item["invoice"] is None),
    ("plan", "active=true", has("active", True)),
    ("price", "active=false", has("active", False)),
    ("product", "active=true", has("active", True)),
    ("product", "shippable=false", has("shippable", False)),
    ("promotion_code", "active=true", has("active", True)),
    ("tax_rate", "inclusive=false", has("inclusive", False)),
    ("tax_rate", "active=false", has("active", False)),
    ("topup", "amount[gte]=1&amount[lt]=100001", lambda item: 1 <= item["amount"] < 100_001),
    ("topup", "amount=1", has("amount", 1)),
    ("subscription", "", lambda item: item["status"] != "canceled"),
    ("subscription", "status=all", always),
    ("subscription", "status=canceled", has("status", "canceled")),
    ("subscription", "status=ended", in_list("status", ENDED)),
    ("subscription", "status=all&automatic_tax[enabled]=false", has("automatic_tax.enabled", False)),
    ("subscription", "status=all&automatic_tax[enabled]=true", has("automatic_tax.enabled", True)),
    ("invoice", "due_date[gt]=0", lambda item: item["due_date"] is not None),
    ("payout", "arrival_date[lte]=0", never),
    ("checkout.session", "customer_details[email]=nobody", never),
    ("quote", "test_clock=clock_1", never),
    ("product", "ids[]=prod_nobody", never),
    ("price", "lookup_keys[]=nothing", never),
]


@pytest.mark.parametrize(
    ("kind", "query", "selects"), BY_RULE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_filter_by_rule_selects_what_the_rule_says(wide, kind, query, selects):
    found = walk(wide, f"/v1/{SEGMENTS[kind]}", f"{query}&limit=4")
    shelf = [item for item in wide.world.shelves[kind] if "deleted" not in item]
    assert {item["id"] for item in found} == {item["id"] for item in shelf if selects(item)}


def test_subscriptions_are_found_by_price_plan_and_period(wide):
    subscription = next(iter(wide.world.shelves["subscription"]))
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    for query in (
        f"price={item['price']['id']}",
        f"plan={item['plan']['id']}",
        f"current_period_start={start}",
        f"current_period_end[gte]={end}&current_period_end[lte]={end}",
    ):
        assert subscription["id"] in {each["id"] for each in walk(wide, "/v1/subscriptions", f"status=all&{query}")}
    for query in ("price=price_nobody", f"current_period_start[gt]={end}", "plan=plan_nobody"):
        assert walk(wide, "/v1/subscriptions", f"status=all&{query}") == []


def test_every_parameter_of_the_document_is_known_and_no_other(wide):
    """What the OpenAPI document lists as parameters of a list is accepted by name; any other name is refused."""
    paths = json.loads(gzip.decompress(SPEC.read_bytes()))["paths"]
    for segment, kind in COLLECTIONS.items():
        declared = {
            parameter["name"] for parameter in paths.get(f"/v1/{segment}", {}).get("get", {}).get("parameters", [])
        }
        own = FILTERS[kind].keys() | (set() if kind in WITHOUT_CREATED else {"created"})
        own |= {"limit", "starting_after", "ending_before", "expand"} | (
            {"payout"} if kind == "balance_transaction" else set()
        )
        assert declared == own, kind
        for name in ("updated", "offset", "page", "total_count"):
            error = ask(wide, f"/v1/{segment}?{name}=1").body["error"]
            assert (error["code"], error["param"]) == ("parameter_unknown", name)


@pytest.mark.parametrize(
    ("path", "code", "param"),
    [
        ("invoices?status=", "parameter_invalid_empty", "status"),
        ("charges?customer[]=cus_1", None, "customer"),
        ("charges?created[gte][x]=1", None, "created[gte]"),
        ("charges?created[gte]=1.5", "parameter_invalid_integer", "created[gte]"),
        ("charges?created=%D9%A1", "parameter_invalid_integer", "created"),
        ("charges?limit=1_0", "parameter_invalid_integer", "limit"),
        ("charges?created=9223372036854775808", "parameter_invalid_integer", "created"),
        ("charges?expand=customer", None, "expand"),
        ("charges?]=1", "parameter_unknown", "]"),
        ("prices?active=yes", None, "active"),
        ("quotes?created=1", "parameter_unknown", "created"),
        ("subscription_items?subscription=sub_nobody", "resource_missing", "subscription"),
        ("disputes?charge=ch_nobody", "resource_missing", "charge"),
        ("events?" + "&".join(f"types[]=a.{number}" for number in range(21)), None, "types"),
        ("events?type=a&types[]=b", None, None),
        ("charges?starting_after=ch_1&ending_before=ch_2", None, None),
        ("subscriptions?status=gone", None, "status"),
        ("subscriptions?automatic_tax[x]=1", "parameter_unknown", "automatic_tax[x]"),
        ("checkout/sessions?customer_details[name]=x", "parameter_unknown", "customer_details[name]"),
        ("customers/cus_nobody/balance_transactions", "resource_missing", "customer"),
        ("invoices/in_nobody/lines", "resource_missing", "invoice"),
        ("charges/ch_nobody/refunds", "resource_missing", "charge"),
        ("transfers?amount=1", "parameter_unknown", "amount"),
    ],
)
def test_values_that_stripe_refuses_are_refused_by_name(wide, path, code, param):
    answer = ask(wide, f"/v1/{path}")
    error = answer.body["error"]
    assert (answer.status in {400, 404}, error.get("code"), error.get("param")) == (True, code, param)
    assert error["type"] == "invalid_request_error"


def test_one_of_another_owner_is_not_found_below_this_one(wide):
    refunds = list(wide.world.shelves["refund"])
    other = next(each for each in refunds if each["charge"] != refunds[0]["charge"])
    assert ask(wide, f"/v1/charges/{refunds[0]['charge']}/refunds/{refunds[0]['id']}").status == 200
    assert ask(wide, f"/v1/charges/{refunds[0]['charge']}/refunds/{other['id']}").status == 404
