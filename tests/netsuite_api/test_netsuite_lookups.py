"""Look-ups and read-back from scripted rows: keys as asked, exact amounts, nothing guessed."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from stripe_netsuite.errors import InvariantBroken, NetSuiteProtocolError
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.deposit_queries import taken_records
from stripe_netsuite.netsuite_api.lookup import lookup_customers_by_field, lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import (
    gl_lines,
    lookup_applications,
    lookup_transactions,
    read_deposit,
)
from tests.netsuite_api.nasty_server import NastyServer, json_reply, rows_reply

PAYMENT = {
    "id": "31",
    "type": "CustPymt",
    "recordtype": "customerpayment",
    "externalid": "ch_1",
    "currency": "2",
    "exchangerate": "1.0875",
    "foreigntotal": "-70.10",
    "foreignpaymentamountunused": "-20.10",
    "voided": "F",
    "entity": "7",
    "trandate": "2026-11-03",
    "subsidiary": "1",
    "account": "106",
}


def queries(server: NastyServer) -> list[str]:
    return [json.loads(seen.body)["q"] for seen in server.seen if seen.body]


def test_records_are_found_under_the_external_id_that_was_asked_for(
    client: NetSuiteClient, server: NastyServer
) -> None:
    """NetSuite does not tell cases apart; the answer shows how it stores the id."""
    server.script += [rows_reply([{"id": "31", "externalid": "CH_1", "recordtype": "customerpayment", "voided": "T"}])]
    found = lookup_external_ids(client, "transaction", ["ch_1", "ch_2"])
    assert list(found) == ["ch_1"]
    record = found["ch_1"]
    assert (record.internal_id, record.record_type, record.external_id) == ("31", "customerPayment", "CH_1")
    assert record.is_voided


def test_entities_and_items_carry_rest_type_names(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [
        rows_reply(
            [
                {"id": "7", "externalid": "cus_1", "type": "CustJob", "isinactive": "T"},
                {"id": "8", "externalid": "cus_2", "type": "Vendor", "isinactive": "F"},
            ]
        ),
        rows_reply(
            [
                {"id": "3", "externalid": "price_1", "itemtype": "Service", "subtype": "Sale"},
                {"id": "4", "externalid": "price_2", "itemtype": "NonInvtPart", "subtype": "Resale"},
                {"id": "5", "externalid": "coupon", "itemtype": "Discount"},
                {"id": "6", "externalid": "kit", "itemtype": "Kit"},
            ]
        ),
    ]
    entities = lookup_external_ids(client, "entity", ["cus_1", "cus_2"])
    assert [(one.record_type, one.is_inactive) for one in entities.values()] == [("customer", True), ("Vendor", False)]
    items = lookup_external_ids(client, "item", ["price_1", "price_2", "coupon", "kit"])
    assert [one.record_type for one in items.values()] == [
        "serviceSaleItem",
        "nonInventoryResaleItem",
        "discountItem",
        "Kit",
    ]


def test_customers_match_whole_values_without_case_and_spaces(client: NetSuiteClient, server: NastyServer) -> None:
    row = {"entityid": "Acme", "email": "a@b.example", "subsidiary": "1", "isinactive": "F"}
    server.script += [
        rows_reply([{"id": "7", "companyname": "ACME Inc", **row}, {"id": "9", "companyname": "AcmeInc", **row}])
    ]
    found = lookup_customers_by_field(client, "companyname", ["Acme  Inc", "", "O'Brien"])
    assert {value: [one.internal_id for one in customers] for value, customers in found.items()} == {
        "Acme  Inc": ["7", "9"]
    }
    assert "LOWER(REPLACE(c.companyname, ' ', '')) IN ('acmeinc', 'o''brien')" in queries(server)[0]


def test_customers_match_by_allowed_fields_only(client: NetSuiteClient, server: NastyServer) -> None:
    with pytest.raises(InvariantBroken, match="not matched by this field"):
        lookup_customers_by_field(client, "id) OR (1=1", ["x"])  # type: ignore[arg-type]
    assert not server.seen


def test_a_transaction_state_is_exact_and_without_sign(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [
        rows_reply([PAYMENT, {**PAYMENT, "account": "999"}]),
        rows_reply([{"previousdoc": "31", "nextdoc": "50"}, {"previousdoc": "31", "nextdoc": "51"}]),
    ]
    state = lookup_transactions(client, ["31", "32"])["31"]
    assert (state.foreign_total, state.foreign_unused, state.foreign_unpaid) == (
        Decimal("70.10"),
        Decimal("20.10"),
        None,
    )
    assert (state.exchange_rate, state.main_account_id) == (Decimal("1.0875"), "106")
    assert (state.deposit_ids, state.is_voided) == (("50", "51"), False)
    assert "t.id IN (31, 32)" in queries(server)[0]


def test_an_amount_that_is_no_number_is_refused(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [rows_reply([{**PAYMENT, "foreigntotal": "1.234,50"}])]
    with pytest.raises(NetSuiteProtocolError, match="foreigntotal"):
        lookup_transactions(client, ["31"])


def test_applications_add_up_by_document(client: NetSuiteClient, server: NastyServer) -> None:
    link = {"nextdoc": "31", "previousline": "0", "nextline": "1"}
    server.script += [
        rows_reply(
            [
                {**link, "previousdoc": "20", "foreignamount": "50"},
                {**link, "previousdoc": "20", "foreignamount": "0.10"},
                {**link, "previousdoc": "21", "foreignamount": "20"},
                {**link, "previousdoc": "22"},
                {**link, "previousdoc": "23", "previoustype": "FxReval", "foreignamount": "1"},
            ]
        )
    ]
    assert lookup_applications(client, ["31", "32"]) == {"31": [("20", Decimal("50.10")), ("21", Decimal(20))]}


@pytest.mark.parametrize("total", [68.41, "68.41"])
def test_a_deposit_is_read_with_its_total_and_payments(
    client: NetSuiteClient, server: NastyServer, total: object
) -> None:
    server.script += [
        json_reply(200, {"id": "50", "total": total, "account": {"id": "101", "refName": "Bank"}}),
        rows_reply(
            [
                {"previousdoc": "31", "nextdoc": "50", "foreignamount": "-70.10"},
                {"previousdoc": "32", "nextdoc": "50", "foreignamount": "1.69"},
            ]
        ),
    ]
    deposit = read_deposit(client, "50")
    assert (deposit.total, deposit.account_id) == (Decimal("68.41"), "101")
    taken = taken_records(client, ["50"])
    assert [(one.internal_id, one.amount) for one in taken] == [("31", Decimal("70.10")), ("32", Decimal("1.69"))]
    (asked,) = queries(server)
    assert "k.nextdoc IN (50)" in asked


@pytest.mark.parametrize("body", [{"total": 1}, {"account": {"id": "1"}}, {"total": "one", "account": {"id": "1"}}])
def test_a_deposit_without_total_or_account_is_refused(
    client: NetSuiteClient, server: NastyServer, body: dict[str, object]
) -> None:
    server.script += [json_reply(200, body)]
    with pytest.raises(NetSuiteProtocolError, match="without its total or account"):
        read_deposit(client, "50")


def test_gl_lines_are_grouped_by_transaction(client: NetSuiteClient, server: NastyServer) -> None:
    server.script += [
        rows_reply(
            [
                {"transaction": "31", "transactionline": "0", "account": "106", "debit": "70.10"},
                {"transaction": "31", "transactionline": "1", "account": "105", "credit": "70.10"},
            ]
        )
    ]
    lines = gl_lines(client, ["31"])["31"]
    assert [(line.account_id, line.debit, line.credit) for line in lines] == [
        ("106", Decimal("70.10"), Decimal(0)),
        ("105", Decimal(0), Decimal("70.10")),
    ]
