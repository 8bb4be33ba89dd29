"""The client against the sandbox NetSuite: what is written is found, read back and adds up; what is lost is adopted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from stripe_netsuite.errors import (
    NetSuiteAuthenticationFailed,
    NetSuiteDuplicate,
    NetSuiteNotFound,
    NetSuitePeriodClosed,
    NetSuiteRefused,
    NetSuiteUnavailable,
)
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.deposit_queries import taken_records
from stripe_netsuite.netsuite_api.lookup import lookup_customers_by_field, lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import gl_lines, lookup_applications, lookup_transactions, read_deposit
from stripe_netsuite.netsuite_api.reference import ReferenceData, load_reference
from stripe_netsuite.netsuite_api.write_many import WriteRequest
from stripe_netsuite.settings import ClientCredentials, NetSuiteConnection, TokenCredentials
from tests.netsuite_api.conftest import ImpatientClock

CREDENTIALS = TokenCredentials(
    "sandbox-consumer-key", "sandbox-consumer-secret", "sandbox-token-id", "sandbox-token-secret"
)


@dataclass
class Company:
    """A running sandbox, a client of it, and its reference data."""

    sandbox: RunningNetSuite
    client: NetSuiteClient
    reference: ReferenceData

    def account(self, number: str) -> dict[str, str]:
        """A reference to the account with this number."""
        return {"id": self.reference.account_id(number)}

    def customer(self, external_id: str = "cus_1", name: str = "Acme Pty") -> str:
        """Write a customer that trades in dollars and euros."""
        body = {
            "companyName": name,
            "email": f"{external_id}@example.com",
            "subsidiary": {"id": "1"},
            "currency": {"id": "1"},
            "currencyList": {"items": [{"currency": {"id": "1"}}, {"currency": {"id": "2"}}]},
        }
        return self.client.upsert("customer", external_id, body)

    def item(self) -> str:
        """Write a service sale item."""
        body = {
            "itemId": "Plan",
            "incomeAccount": self.account("4000"),
            "subsidiary": {"items": [{"id": "1"}]},
        }
        return self.client.upsert("serviceSaleItem", "price_1", body)

    def invoice_body(self, customer: str, item: str, amount: str, day: str = "2026-11-03") -> dict[str, Any]:
        """The body of an invoice in dollars."""
        return {
            "entity": {"id": customer},
            "currency": {"id": "1"},
            "tranDate": day,
            "item": {"items": [{"item": {"id": item}, "quantity": 1, "amount": Decimal(amount)}]},
        }

    def payment_body(self, customer: str, invoice: str, payment: str, applied: str) -> dict[str, Any]:
        """The body of a payment into Undeposited Funds."""
        return {
            "customer": {"id": customer},
            "currency": {"id": "1"},
            "payment": Decimal(payment),
            "account": self.account("1499"),
            "tranDate": "2026-11-04",
            "apply": {"items": [{"doc": {"id": invoice}, "apply": True, "amount": Decimal(applied)}]},
        }


def connection_to(sandbox: RunningNetSuite) -> NetSuiteConnection:
    return NetSuiteConnection("netsuite_default", "SANDBOX_SB1", CREDENTIALS, sandbox.url, concurrency=5)


@pytest.fixture
def company(clock: ImpatientClock) -> Iterator[Company]:
    with running_netsuite() as sandbox, NetSuiteClient(connection_to(sandbox), clock, timeout_s=20) as client:
        yield Company(sandbox, client, load_reference(client))


def test_the_reference_data_is_the_seeded_company(company: Company) -> None:
    reference = company.reference
    assert reference.account("1499").full_name == "Undeposited Funds"
    assert reference.account_id("Operating Bank USD") == reference.account_id("1000")
    assert (reference.currency_id("usd"), reference.currency_id("eur")) == ("1", "2")
    assert reference.subsidiary("Acme GmbH").currency_id == "2"
    september = reference.period_covering(date(2026, 9, 15))
    following = reference.next_open_period(date(2026, 9, 15))
    assert september is not None
    assert september.is_closed
    assert following is not None
    assert following.start == date(2026, 10, 1)


def test_a_payout_from_invoice_to_deposit_is_written_once_and_reads_back_exactly(company: Company) -> None:
    client = company.client
    customer, item = company.customer(), company.item()
    invoice = client.upsert("invoice", "in_1", company.invoice_body(customer, item, "70.10"))
    payment = client.upsert("customerPayment", "ch_1", company.payment_body(customer, invoice, "75.15", "70.10"))
    deposit_body = {
        "account": company.account("1000"),
        "tranDate": "2026-11-05",
        "payment": {"items": [{"id": int(payment), "deposit": True}]},
        "cashback": {"items": [{"account": company.account("6100"), "amount": Decimal("2.48"), "memo": "fees"}]},
    }
    deposit = client.upsert("deposit", "po_1", deposit_body)

    found = lookup_external_ids(client, "transaction", ["in_1", "ch_1", "po_1", "ch_none"])
    assert {key: (one.internal_id, one.record_type) for key, one in found.items()} == {
        "in_1": (invoice, "invoice"),
        "ch_1": (payment, "customerPayment"),
        "po_1": (deposit, "deposit"),
    }
    states = lookup_transactions(client, [invoice, payment, deposit, "999999"])
    assert set(states) == {invoice, payment, deposit}
    assert (states[invoice].foreign_total, states[invoice].foreign_unpaid) == (Decimal("70.10"), Decimal(0))
    paid = states[payment]
    assert (paid.type, paid.external_id, paid.entity_id, paid.tran_date) == (
        "CustPymt",
        "ch_1",
        customer,
        date(2026, 11, 4),
    )
    assert (paid.foreign_total, paid.foreign_unused) == (Decimal("75.15"), Decimal("5.05"))
    assert (paid.main_account_id, paid.subsidiary_id) == (company.reference.account_id("1499"), "1")
    assert paid.deposit_ids == (deposit,)
    assert not paid.is_voided
    assert lookup_applications(client, [payment]) == {payment: [(invoice, Decimal("70.10"))]}
    read = read_deposit(client, deposit)
    assert (read.total, read.account_id) == (Decimal("72.67"), company.reference.account_id("1000"))
    assert [one.internal_id for one in taken_records(client, [deposit])] == [payment]
    lines = gl_lines(client, [invoice, payment, deposit])
    assert set(lines) == {invoice, payment, deposit}
    for postings in lines.values():
        assert sum(line.debit for line in postings) == sum(line.credit for line in postings) > 0
    assert company.sandbox.is_balanced()


def test_an_upsert_repeated_is_the_same_record(company: Company) -> None:
    assert company.customer() == company.customer()
    assert company.item() == company.item()


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before"])
def test_a_lost_answer_is_unknown_and_a_look_up_tells(company: Company, kind: str) -> None:
    customer, item = company.customer(), company.item()
    body = company.invoice_body(customer, item, "10")
    company.sandbox.fail(kind, method="PUT", path_contains="/invoice/")
    with pytest.raises(NetSuiteUnavailable) as raised:
        company.client.upsert("invoice", "in_1", body)
    assert raised.value.outcome_unknown
    found = lookup_external_ids(company.client, "transaction", ["in_1"])
    assert ("in_1" in found) == (kind == "drop_after_commit")
    again = company.client.upsert("invoice", "in_1", body)
    assert again == lookup_external_ids(company.client, "transaction", ["in_1"])["in_1"].internal_id


@pytest.mark.parametrize("kind", ["status_500", "html_502", "drop_before", "status_429"])
def test_reads_survive_faults(company: Company, kind: str) -> None:
    company.sandbox.fail(kind, path_contains="suiteql", times=3)
    assert company.reference.currency_id("usd") == load_reference(company.client).currency_id("usd")


def test_refusals_have_their_types(company: Company) -> None:
    client = company.client
    customer, item = company.customer(), company.item()
    with pytest.raises(NetSuiteDuplicate):
        company.customer("cus_2", "Acme Pty")
    with pytest.raises(NetSuitePeriodClosed):
        client.upsert("invoice", "in_9", company.invoice_body(customer, item, "10", "2026-09-10"))
    with pytest.raises(NetSuiteNotFound):
        client.get("invoice", "999999")
    with pytest.raises(NetSuiteNotFound):
        client.get("customer", "999999")
    with pytest.raises(NetSuiteRefused, match="item"):
        client.upsert("invoice", "in_9", company.invoice_body(customer, "999999", "10"))
    with pytest.raises(NetSuiteRefused) as misspelt:
        client.upsert("customer", "cus_3", {"companyNaame": "x", "subsidiary": {"id": "1"}})
    assert "companyNaame" in str(misspelt.value)
    assert not lookup_external_ids(client, "transaction", ["in_9"])


def test_customers_are_matched_by_name_and_email(company: Company) -> None:
    first, second = company.customer("cus_1", "Müller & Söhne"), company.customer("cus_2", "O'Brien Ltd")
    by_name = lookup_customers_by_field(
        company.client, "companyname", ["o'brien  LTD", "müller & söhne", "x' OR '1'='1"]
    )
    assert {key: [one.internal_id for one in found] for key, found in by_name.items()} == {
        "o'brien  LTD": [second],
        "müller & söhne": [first],
    }
    by_email = lookup_customers_by_field(company.client, "email", ["CUS_1@example.com"])
    assert [one.external_id for one in by_email["CUS_1@example.com"]] == ["cus_1"]


def test_entities_and_items_are_found_by_external_id(company: Company) -> None:
    customer, item = company.customer(), company.item()
    assert lookup_external_ids(company.client, "entity", ["cus_1"])["cus_1"].internal_id == customer
    found = lookup_external_ids(company.client, "item", ["price_1", "price_none"])
    assert {key: (one.internal_id, one.record_type) for key, one in found.items()} == {
        "price_1": (item, "serviceSaleItem")
    }


def test_many_writes_stay_within_the_limit_and_sign_afresh(company: Company) -> None:
    requests = [
        WriteRequest(f"cus_{n}", "customer", f"cus_{n}", {"companyName": f"Company {n}", "subsidiary": {"id": "1"}})
        for n in range(120)
    ]
    results = list(company.client.write_many(requests))
    assert [result.error for result in results] == [None] * 120
    assert company.client.governor.counts().throttled == 0
    found = lookup_external_ids(company.client, "entity", [request.external_id for request in requests])
    assert {key: one.internal_id for key, one in found.items()} == {one.key: one.internal_id for one in results}


def test_reading_by_key_passes_page_limits(company: Company) -> None:
    """The seeded rates are a thousand rows and more."""
    rows = list(company.client.suiteql_keyset("SELECT r.id FROM currencyrate r", "r.id"))
    paged = list(company.client.suiteql("SELECT r.id FROM currencyrate r ORDER BY r.id"))
    ids = [int(row["id"]) for row in rows]
    assert rows == paged
    assert ids == sorted(set(ids))
    assert len(ids) > 900


def test_a_wrong_secret_stops_at_once(company: Company, clock: ImpatientClock) -> None:
    wrong = replace(CREDENTIALS, token_secret="wrong")
    connection = replace(connection_to(company.sandbox), credentials=wrong)
    with NetSuiteClient(connection, clock) as client, pytest.raises(NetSuiteAuthenticationFailed):
        load_reference(client)


def test_client_credentials_work_like_tokens(clock: ImpatientClock) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with running_netsuite(public_key_pem=public.decode()) as sandbox:
        credentials = ClientCredentials("sandbox-client", "sandbox-certificate", private)
        connection = replace(connection_to(sandbox), credentials=credentials)
        with NetSuiteClient(connection, clock) as client:
            assert load_reference(client).currency_id("usd") == "1"
