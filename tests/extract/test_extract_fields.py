"""The allow-list: keeps what the domain reads, drops everything else, changes nothing on the way."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec import inspect

from stripe_netsuite.domain import stripe_object
from stripe_netsuite.extract.fields import ALLOWED_FIELDS, encode, row_type
from stripe_netsuite.extract.streams import STREAM_BY_TYPE, STREAMS, stream_of_id

DOMAIN = {
    "customer": stripe_object.Customer,
    "product": stripe_object.Product,
    "price": stripe_object.Price,
    "coupon": stripe_object.Coupon,
    "invoice": stripe_object.Invoice,
    "line_item": stripe_object.InvoiceLine,
    "invoice_payment": stripe_object.InvoicePayment,
    "charge": stripe_object.Charge,
    "refund": stripe_object.Refund,
    "dispute": stripe_object.Dispute,
    "payout": stripe_object.Payout,
}


def _paths(kind: inspect.Type, prefix: str = "") -> set[str]:
    """The paths that a domain type decodes, written as the allow-list writes them."""
    match kind:
        case inspect.StructType():
            return {path for one in kind.fields for path in _paths(one.type, f"{prefix}.{one.encode_name}")}
        case inspect.UnionType():
            return {path for one in kind.types for path in _paths(one, prefix)}
        case inspect.ListType():
            return _paths(kind.item_type, f"{prefix}[]")
        case inspect.DictType():
            return {f"{prefix[1:]}{{}}"}
        case inspect.DecimalType():
            return {f"{prefix[1:]}#"}
        case inspect.StrType() if prefix.endswith("[]"):
            return set()  # the id of an object that was not expanded
        case inspect.NoneType():
            return set()
        case _:
            return {prefix[1:]}


@pytest.mark.parametrize("object_type", DOMAIN)
def test_every_field_the_domain_reads_is_allowed(object_type):
    """By introspection: a field added to the domain and forgotten here would always be missing."""
    read = _paths(inspect.type_info(DOMAIN[object_type]))
    assert {"id"} < read
    assert read - set(ALLOWED_FIELDS[object_type]) == set()


def test_every_stream_has_a_list_and_every_id_prefix_its_stream():
    """Streams and allow-lists name the same types; an id's prefix tells one of them."""
    assert set(STREAM_BY_TYPE) | {"line_item"} == set(ALLOWED_FIELDS) == set(DOMAIN)
    for stream in STREAMS:
        for prefix in stream.id_prefixes:
            assert stream_of_id(f"{prefix}123") is stream
    assert stream_of_id("txn_1") is None


PLANTED = {
    "client_secret": "pi_1_secret_abc",
    "receipt_url": "https://pay.stripe.com/receipts/x",
    "hosted_invoice_url": "https://invoice.stripe.com/i/x",
    "invoice_pdf": "https://pay.stripe.com/invoice/x/pdf",
    "fingerprint": "Xt5EWLLDS7FJjR1c",
    "ip": "203.0.113.7",
    "source": {"card": {"last4": "4242", "exp_month": 4, "fingerprint": "F"}},
    "billing_details": {"address": {"line1": "Secret Street 1"}, "email": "x@example.com"},
    "payment_method": "pm_1",
    "outcome": {"type": "authorized", "network_status": "approved", "risk_score": 21, "seller_message": "m"},
    "payment_method_details": {
        "type": "card",
        "card": {"brand": "visa", "last4": "4242", "fingerprint": "F", "network_token": {"used": True}},
    },
    "destination_details": {"type": "card", "card": {"reference": "arn"}},
    "default_source": "card_1",
    "invoice_settings": {"default_payment_method": "pm_1"},
    "bank_account": {"routing_number": "110000000", "last4": "6789"},
}


@pytest.mark.parametrize("object_type", sorted(ALLOWED_FIELDS))
def test_planted_secrets_are_dropped(object_type):
    """Whatever else an object carries, only the listed paths come out."""
    decoder = msgspec.json.Decoder(row_type(object_type))
    row = decoder.decode(json.dumps({"id": "x_1", "object": object_type, **PLANTED}))
    out = json.loads(encode(row))
    allowed = {"id", "object", "outcome", "payment_method_details", "destination_details"}
    assert set(out) <= allowed
    assert out.get("payment_method_details", {"type": "card"}) == {"type": "card"}
    assert out.get("outcome", {}).keys() <= {"type", "network_status"}
    assert out.get("destination_details", {"type": "card"}) == {"type": "card"}
    text = encode(row)
    for word in (b"secret", b"4242", b"fingerprint", b"https", b"203.0", b"routing", b"Secret Street"):
        assert word not in text


def test_an_object_where_an_id_is_due_is_an_error():
    """An expanded customer would bring whatever the customer has: refused, not stored."""
    with pytest.raises(msgspec.ValidationError, match=r"\$\.customer"):
        msgspec.json.decode(
            b'{"id":"ch_1","object":"charge","customer":{"id":"cus_1","phone":"1"}}', type=row_type("charge")
        )


def test_what_is_allowed_comes_out_as_it_came():
    """Null stays null, absent stays absent, numbers keep their digits, unknown texts stay; order does not matter."""
    text = (
        b'{"percent_off":33.3333333333333333,"object":"coupon","name":null,"id":"c","metadata":{"a":"\\u20ac"},"x":1}'
    )
    row = msgspec.json.decode(text, type=row_type("coupon"))
    assert (
        encode(row)
        == '{"id":"c","object":"coupon","name":null,"percent_off":33.3333333333333333,"metadata":{"a":"€"}}'.encode()
    )
