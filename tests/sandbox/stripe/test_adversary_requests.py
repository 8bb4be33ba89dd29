"""Requests that a careless or a hostile client sends: answered as Stripe would, in JSON, and never by a crash."""

from datetime import UTC, datetime

import pytest
import requests

from sandbox.stripe.api.options import SECRET_KEY, StripeOptions
from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World
from sandbox.testing import running_stripe

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def served():
    """A small account without limits and without the control endpoints."""
    world = World(1, datetime(2026, 11, 2, 10, 0, tzinfo=UTC))
    world.create_customer("Ada")
    for amount in range(100, 130):
        world.charge(amount)
    with running_stripe(world, StripeOptions(limits=None)) as stripe:
        yield stripe


def send(served, path, method="GET", *, headers=None, **more):
    """One request with the key, its path sent as it stands."""
    given = {"Authorization": f"Bearer {SECRET_KEY}", **(headers or {})}
    with requests.Session() as session:
        request = requests.Request(method, served.url + path, headers=given, **more).prepare()
        request.url = served.url + path
        return session.send(request, timeout=10)


@pytest.fixture(scope="module")
def gone(served):
    """Path segments and ids of what was deleted."""
    world = served.world
    customer = world.create_customer("Bo")["id"]
    draft = world.create_invoice(customer, [Line(amount=900)], finalize=False)
    item = next(item for item in world.shelves["invoiceitem"] if item["invoice"] == draft["id"])
    world.delete_draft(draft["id"])
    world.create_coupon("GONE", percent_off=10)
    world.delete_coupon("GONE")
    product = world.create_product("X")["id"]
    world.delete_product(product)
    return {"invoices": draft["id"], "invoiceitems": item["id"], "coupons": "GONE", "products": product}


@pytest.mark.parametrize("segment", ["invoices", "invoiceitems", "coupons", "products"])
def test_what_was_deleted_is_not_found(served, gone, segment):
    answer = send(served, f"/v1/{segment}/{gone[segment]}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "resource_missing")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/invoices/{invoices}/lines", 404),
        ("/v1/invoices/{invoices}/payments", 404),
        ("/v1/invoiceitems?invoice={invoices}", 400),
        ("/v1/invoice_payments?invoice={invoices}", 400),
        ("/v1/credit_notes?invoice={invoices}", 400),
        ("/v1/prices?product={products}", 400),
        ("/v1/invoices?starting_after={invoices}", 400),
    ],
)
def test_what_was_deleted_has_no_lists_and_is_no_filter(served, gone, path, status):
    answer = send(served, path.format(**gone))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "resource_missing")


ODD = [
    "/v1/charges/%00",
    "/v1/charges/ch_%2F..",
    "/v1/charges/..%2Fcustomers",
    "/v1/charges/%F0%9F%98%80",
    "/v1/charges/%FF",
    "/v1/charges/",
    "//v1/charges",
    "/v1",
    "/v1/charges/" + "a" * 7_000,
    "/v1/charges?%00=1",
    "/v1/charges?=1",
    "/v1/charges?limit=",
    "/v1/charges?limit=1e3",
    "/v1/charges?limit=%D9%A5",
    "/v1/charges?limit[]=1",
    "/v1/charges?created[gte][x]=1",
    "/v1/charges?created=1&created[gte]=1",
    "/v1/charges?created[gte]=9223372036854775808",
    "/v1/charges?created[gt]=1.5",
    "/v1/charges?a[b=1",
    "/v1/charges?a]=1",
    "/v1/charges?__proto__[x]=1",
    "/v1/charges?expand[]=data..customer",
    "/v1/charges?expand[]=data.",
    "/v1/charges?expand[]=.",
    "/v1/charges?expand[0][a]=customer",
    "/v1/charges?customer[]=x",
    "/v1/charges?starting_after=",
]


@pytest.mark.parametrize("path", ODD, ids=range(len(ODD)))
def test_an_odd_address_is_refused_in_json_with_a_request_id(served, path):
    answer = send(served, path)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"metadata[a]=1", {**FORM, "Content-Encoding": "gzip"}, 400),
        (b"metadata[a]=1" + b"&metadata[b]=1" * 90_000, FORM, 413),
        (b"\xff\xfe=1", FORM, 400),
        (b'{"metadata": {}}', FORM, 400),
        (b"metadata[a]=1", {"Content-Type": "application/json"}, 400),
        (b"metadata[a]=1", {"Content-Type": "multipart/form-data"}, 400),
        (b"metadata[a][b]=1", FORM, 400),
        (b"&".join(b"metadata[k%d]=1" % number for number in range(500)), FORM, 400),
    ],
    ids=["gzip", "large", "no text", "JSON", "JSON type", "multipart", "nested", "500 keys"],
)
def test_a_body_that_cannot_be_read_is_refused_in_json_and_changes_nothing(served, body, headers, status):
    charge = next(iter(served.world.shelves["charge"]))
    answer = send(served, f"/v1/charges/{charge['id']}", "POST", data=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "invalid_request_error")
    assert charge["metadata"] == {}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_a_method_that_an_address_has_not_is_refused(served, method):
    answer = send(served, "/v1/charges", method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_a_walk_finds_every_charge_once_while_others_are_made_in_the_same_second(served):
    there = {charge["id"] for charge in served.world.shelves["charge"]}
    seen, more = [], "/v1/charges?limit=7"
    while more:
        page = send(served, more).json()
        seen += [charge["id"] for charge in page["data"]]
        served.world.charge(5_000)
        more = f"/v1/charges?limit=7&starting_after={seen[-1]}" if page["has_more"] else ""
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Basic xx",
        "Basic /w==",
        "Bearer sk_test_wrong_and_secret",
        "Basic c2tfdGVzdF93cm9uZ19hbmRfc2VjcmV0Og==",
    ],
)
def test_a_wrong_key_is_refused_and_not_repeated(served, authorization):
    answer = send(served, "/v1/charges", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert "wrong_and_secret" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "path", ["clock", "faults", "requests", "webhooks", "webhooks/deliver", "events/duplicate", ""]
)
def test_the_control_endpoints_and_pages_are_closed_unless_they_were_opened(served, path):
    for method in ("GET", "POST"):
        assert send(served, f"/_sandbox/{path}", method, data=b"{}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", b'{"now": 99999999999999999999}'),
        ("clock", b'{"now": "1"}'),
        ("faults", b'{"rules": ["x"]}'),
        ("faults", b'{"rules": {"a": 1}}'),
        ("faults", b'{"rules": [{"path": "/v1/charges", "status": 429, "times": "x"}]}'),
        ("faults", b'{"rules": [{"path": 1, "status": 429}]}'),
        ("webhooks/faults", b'{"rules": [{"type": 1, "fault": "lost"}]}'),
        ("webhooks/faults", b'{"rules": [{"type": "a", "fault": "lost", "times": "x"}]}'),
        ("events/duplicate", b'"x"'),
    ],
)
def test_a_control_request_that_makes_no_sense_is_refused_and_leaves_the_sandbox_working(path, body):
    world = World(1, datetime(2026, 11, 2, 10, 0, tzinfo=UTC))
    with running_stripe(world) as stripe:
        assert send(stripe, f"/_sandbox/{path}", "POST", data=body).status_code == 400
        assert send(stripe, "/v1/charges").status_code == 200
