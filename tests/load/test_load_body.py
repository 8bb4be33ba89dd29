"""Bodies: NetSuite's spelling, exact decimals, and a hash that changes with what is booked and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import InternalId, Link, PaymentMethod, Record, Reference, Transaction
from stripe_netsuite.load.body import payload_hash, rest_body, total_of
from tests.load.records import HUNDRED, customer, deposit, each_kind, invoice, line, payment, refund


def resolve(reference: Reference) -> str:
    """Every linked record has the internal id 1."""
    return reference.value if isinstance(reference, InternalId) else "1"


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    return [leaf for one in value for leaf in _leaves(one)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("record", each_kind(), ids=lambda record: record.record_type.value)
def test_a_body_holds_no_float_and_no_null(record: Record) -> None:
    """Amounts are decimals to the end; a null would empty a field in NetSuite."""
    leaves = _leaves(rest_body(record, resolve))
    assert leaves
    assert {type(leaf) for leaf in leaves} <= {str, int, bool, Decimal}


@pytest.mark.parametrize("record", each_kind(), ids=lambda record: record.record_type.value)
def test_the_external_id_stands_in_the_url_alone(record: Record) -> None:
    """A second one in the body could contradict it."""
    assert "externalId" not in rest_body(record, resolve)


def test_custom_fields_of_reference_type_carry_an_id() -> None:
    """department, class, location, terms take an internal id; custom fields the value as it is."""
    fields = (("class", "4"), ("custbody_number", 7), ("custbody_flag", True))
    body = rest_body(invoice(custom_fields=fields), resolve)
    assert (body["class"], body["custbody_number"], body["custbody_flag"]) == ({"id": "4"}, 7, True)


def test_a_due_date_is_written_where_there_is_one() -> None:
    """`dueDate` is absent otherwise."""
    assert rest_body(invoice(due_date=date(2026, 12, 3)), resolve)["dueDate"] == "2026-12-03"
    assert "dueDate" not in rest_body(invoice(), resolve)


def test_the_payment_method_s_field_is_the_company_s() -> None:
    """`paymentOption` with the Payment Instruments feature, else `paymentMethod`."""
    body = rest_body(payment(payment_method=PaymentMethod("paymentMethod", "7")), resolve)
    assert body["paymentMethod"] == {"id": "7"}
    assert "paymentOption" not in body


def test_a_line_of_no_quantity_has_none() -> None:
    """Stripe's quantity of zero means that nobody counted."""
    body = rest_body(invoice(lines=(replace(line(), quantity=0),)), resolve)
    assert "quantity" not in body["item"]["items"][0]


def test_a_deposit_without_lines_of_a_kind_leaves_the_list_out() -> None:
    """An empty sublist is another request than none."""
    body = rest_body(replace(deposit(), others=(), cashbacks=(), payments=()), resolve)
    assert set(body) == {"account", "tranDate", "memo"}


@pytest.mark.parametrize("record", each_kind(), ids=lambda record: record.record_type.value)
def test_the_hash_is_that_of_the_content(record: Record) -> None:
    """Equal records have equal hashes, the external id's suffix does not count, a custom field does."""
    assert payload_hash(record) == payload_hash(replace(record))
    assert payload_hash(record) == payload_hash(replace(record, external_id=f"{record.external_id}-x1"))
    assert payload_hash(record) != payload_hash(replace(record, custom_fields=(("custbody_a", "b"),)))


@pytest.mark.parametrize(
    "record", [one for one in each_kind() if isinstance(one, Transaction)], ids=lambda record: record.record_type.value
)
def test_a_closed_period_does_not_change_the_hash(record: Transaction) -> None:
    """Moved to December and with its date in the memo, it is the same transaction of 3 November; of the 4th it is not."""
    moved = replace(record, tran_date=date(2026, 12, 1), original_date=date(2026, 11, 3), memo="moved")
    assert payload_hash(moved) == payload_hash(record)
    assert payload_hash(replace(record, tran_date=date(2026, 11, 4))) != payload_hash(record)


def test_the_hash_changes_with_an_amount() -> None:
    """One cent is enough."""
    assert payload_hash(payment(payment=Decimal("100.01"))) != payload_hash(payment())


def test_the_total_is_what_netsuite_must_say() -> None:
    """Customers and items have none."""
    totals = [total_of(record) for record in each_kind()]
    assert totals == [None, None, None, HUNDRED, HUNDRED, HUNDRED, HUNDRED, Decimal("96.80")]


def test_a_person_has_names_and_no_company() -> None:
    """`isPerson` follows the last name."""
    person = customer(company_name=None, first_name="Ada", last_name="Lovelace")
    body = rest_body(person, resolve)
    assert (body["isPerson"], body["firstName"], body["lastName"]) == (True, "Ada", "Lovelace")
    assert "companyName" not in body


def test_a_record_names_what_must_exist_before_it() -> None:
    """Customer, items, documents, payments: the plan waits for them."""
    references = {record.record_type.value: record.references for record in each_kind()}
    sale = (Link("cus_1"), Link("price_1"))
    assert references == {
        "customer": (),
        "serviceSaleItem": (),
        "discountItem": (),
        "invoice": sale,
        "creditMemo": sale,
        "customerPayment": (Link("cus_1"),),
        "customerRefund": (Link("cus_1"), Link("re_1", Role.CREDIT_MEMO)),
        "deposit": (InternalId("501"),),
    }


def test_a_refund_has_no_payment_field() -> None:
    """A customer refund's amount is that of its applications."""
    body = rest_body(refund(), resolve)
    assert "payment" not in body
    assert body["apply"] == {"items": [{"doc": {"id": "1"}, "apply": True, "amount": HUNDRED}]}
