"""The laws of lists: newest first, each object once, filters select what they say, and nothing else is accepted."""

from datetime import UTC, datetime
from operator import itemgetter

import pytest
from stripe_asking import ask, walk

from sandbox.stripe.base.resources import COLLECTIONS
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.testing import running_stripe


def ids(items):
    return [item["id"] for item in items]


@pytest.mark.parametrize("limit", [1, 3, 10, 99, 100])
@pytest.mark.parametrize("segment", ["charges", "balance_transactions", "customers", "refunds"])
def test_any_page_size_yields_each_object_once_newest_first(fortnight, segment, limit):
    shelf = fortnight.world.shelves[COLLECTIONS[segment]]
    expected = sorted(((item["created"], item["id"]) for item in shelf), reverse=True)
    found = walk(fortnight, f"/v1/{segment}", f"limit={limit}")
    assert [(item["created"], item["id"]) for item in found] == expected


def test_objects_of_one_second_are_ordered_by_id_and_none_is_lost(world):
    made = {world.create_customer(f"Customer {number}")["id"] for number in range(25)}
    with running_stripe(world) as stripe:
        found = ids(walk(stripe, "/v1/customers", "limit=4"))
    assert found == sorted(made, reverse=True)


def test_ending_before_walks_back_to_the_newest(fortnight):
    everything = ids(walk(fortnight, "/v1/charges"))
    page = ask(fortnight, f"/v1/charges?limit=4&ending_before={everything[10]}").body
    assert (ids(page["data"]), page["has_more"]) == (everything[6:10], True)
    page = ask(fortnight, f"/v1/charges?limit=4&ending_before={everything[3]}").body
    assert (ids(page["data"]), page["has_more"]) == (everything[0:3], False)


@pytest.mark.parametrize(
    ("operator", "selects"),
    [
        ("gt", lambda created, edge: created > edge),
        ("gte", lambda created, edge: created >= edge),
        ("lt", lambda created, edge: created < edge),
        ("lte", lambda created, edge: created <= edge),
    ],
)
def test_created_bounds_are_exact(fortnight, operator, selects):
    everything = walk(fortnight, "/v1/charges")
    edge = everything[len(everything) // 2]["created"]
    found = walk(fortnight, "/v1/charges", f"created[{operator}]={edge}&limit=7")
    assert ids(found) == [charge["id"] for charge in everything if selects(charge["created"], edge)]
    exact = walk(fortnight, "/v1/charges", f"created={edge}")
    assert {charge["created"] for charge in exact} == {edge}


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/v1/balance_transactions?type=refund", "type", "refund"),
        ("/v1/balance_transactions?currency=usd", "currency", "usd"),
        ("/v1/invoices?status=open", "status", "open"),
        ("/v1/invoice_payments?status=paid", "status", "paid"),
        ("/v1/payouts?status=in_transit", "status", "in_transit"),
        ("/v1/prices?type=one_time", "type", "one_time"),
        ("/v1/prices?active=true&currency=eur", "currency", "eur"),
        ("/v1/events?type=payout.paid", "type", "payout.paid"),
        ("/v1/events?types[]=payout.paid", "type", "payout.paid"),
    ],
)
def test_a_filter_selects_all_with_its_value_and_no_other(fortnight, path, field, value):
    segment, _, query = path.partition("?")
    shelf = fortnight.world.shelves[COLLECTIONS[segment.rpartition("/")[2]]]
    found = walk(fortnight, segment, f"{query}&limit=50")
    assert found
    assert sorted(ids(found)) == sorted(item["id"] for item in shelf if item[field] == value)


def test_filters_by_other_objects_select_theirs(fortnight):
    charge = next(
        item
        for item in walk(fortnight, "/v1/charges")
        if item["amount_refunded"] and item["description"] == "Payment for Invoice"
    )
    intent, customer = charge["payment_intent"], charge["customer"]
    assert charge["id"] in ids(walk(fortnight, "/v1/charges", f"customer={customer}"))
    assert ids(walk(fortnight, "/v1/charges", f"payment_intent={intent}")) == [charge["id"]]
    refunds = walk(fortnight, "/v1/refunds", f"charge={charge['id']}")
    assert {refund["charge"] for refund in refunds} == {charge["id"]}
    rows = walk(fortnight, "/v1/balance_transactions", f"source={charge['id']}")
    assert ids(rows) == [charge["balance_transaction"]]
    query = f"payment[type]=payment_intent&payment[payment_intent]={intent}"
    payments = walk(fortnight, "/v1/invoice_payments", query)
    assert [payment["payment"]["payment_intent"] for payment in payments] == [intent]
    assert ids(walk(fortnight, "/v1/invoice_payments", f"invoice={payments[0]['invoice']}")) == ids(payments)


def test_event_wildcards_select_by_beginning(fortnight):
    everything = walk(fortnight, "/v1/events")
    found = walk(fortnight, "/v1/events", "type=payout.*&limit=9")
    assert ids(found) == [event["id"] for event in everything if event["type"].startswith("payout.")]


def test_events_older_than_thirty_days_are_gone(fortnight):
    horizon = fortnight.world.now - 30 * 86_400
    shelf = fortnight.world.shelves["event"]
    old = [event["id"] for event in shelf if event["created"] < horizon]
    assert old, "the fortnight's catalogue is older than the horizon"
    assert min(event["created"] for event in walk(fortnight, "/v1/events")) >= horizon
    assert ask(fortnight, f"/v1/events/{old[0]}").status == 404


def test_an_invoice_embeds_ten_lines_and_lists_all(fortnight):
    invoice = next(item for item in walk(fortnight, "/v1/invoices") if item["lines"]["has_more"])
    embedded = invoice["lines"]
    lines = walk(fortnight, embedded["url"], "limit=3")
    assert (len(embedded["data"]), len(lines)) == (10, 14)
    assert lines[:10] == embedded["data"]
    assert sum(map(itemgetter("amount"), lines)) == invoice["subtotal"]
    back = ask(fortnight, f"{embedded['url']}?limit=2&ending_before={lines[3]['id']}").body
    assert (ids(back["data"]), back["has_more"]) == (ids(lines[1:3]), True)


def test_rows_of_a_payout_are_told_only_once_it_is_reconciled(world):
    world.charge(10_000)
    world.advance_to(datetime(2026, 11, 4, 1, 0, tzinfo=UTC))
    payout = next(iter(world.shelves["payout"]))
    with running_stripe(world) as stripe:
        early = ask(stripe, f"/v1/balance_transactions?payout={payout['id']}")
        world.advance_to(datetime(2026, 11, 4, 3, 0, tzinfo=UTC))
        rows = walk(stripe, "/v1/balance_transactions", f"payout={payout['id']}")
    assert (early.status, early.body["error"]["param"]) == (400, "payout")
    assert sorted(row["type"] for row in rows) == ["charge", "payout"]


@pytest.mark.parametrize(
    ("path", "status", "code", "param"),
    [
        ("/v1/charges?colour=blue", 400, "parameter_unknown", "colour"),
        ("/v1/charges?created[after]=1", 400, "parameter_unknown", "created[after]"),
        ("/v1/charges?payout=po_1", 400, "parameter_unknown", "payout"),
        ("/v1/charges?limit=101", 400, None, "limit"),
        ("/v1/charges?limit=0", 400, None, "limit"),
        ("/v1/charges?limit=many", 400, "parameter_invalid_integer", "limit"),
        ("/v1/charges?starting_after=ch_nobody", 400, "resource_missing", "starting_after"),
        ("/v1/charges?customer=cus_nobody", 400, "resource_missing", "customer"),
        ("/v1/balance_transactions?payout=po_nobody", 400, "resource_missing", "payout"),
        ("/v1/invoices?status=lost", 400, None, "status"),
        ("/v1/invoice_payments?payment[payment_intent]=pi_1", 400, "parameter_missing", "payment[type]"),
        ("/v1/charges/ch_nobody", 404, "resource_missing", "id"),
        ("/v1/charges?expand[]=data.colour", 400, None, "expand"),
        ("/v1/charges?expand[]=customer", 400, None, "expand"),
        ("/v1/charges?expand[]=data.payment_intent.latest_charge.payment_intent.customer", 400, None, None),
        ("/v1/nothing", 404, None, None),
    ],
)
def test_refusals_name_status_code_and_parameter(get, path, status, code, param):
    answer = get(path)
    error = answer.body["error"]
    assert (answer.status, error.get("code"), error.get("param")) == (status, code, param)
    assert error["type"] == "invalid_request_error"


def test_an_expanded_id_is_the_object_it_named(fortnight, world):
    customer = world.create_customer("Ada", email="ada@lovelace.example")
    price = world.create_price(world.create_product("Pro")["id"], 4_900, "usd")
    invoice = world.create_invoice(customer["id"], [Line(price=price["id"])])
    charge = world.pay_invoice(invoice["id"])
    with running_stripe(world) as stripe:
        path = f"/v1/charges/{charge['id']}?expand[]=balance_transaction.source&expand[1]=customer"
        expanded = ask(stripe, path).body
        plain = ask(stripe, f"/v1/charges/{charge['id']}").body
    assert expanded["customer"]["email"] == "ada@lovelace.example"
    assert expanded["balance_transaction"]["source"]["id"] == charge["id"]
    assert plain["customer"] == customer["id"], "expansion must not change what is stored"


def test_a_property_that_this_object_lacks_but_its_type_has_is_left_alone(get):
    assert get("/v1/invoice_payments?expand[]=data.payment.charge").status == 200
    assert get("/v1/balance_transactions?type=payout&expand[]=data.source.customer").status == 200
