"""Customers from end to end (ACCOUNTING B1 to B4): created, linked, matched, updated, given currencies."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_netsuite.staging.findings import open_findings
from tests.pipeline.company import ACCOUNT, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, one_sale, opened


def policy(company: Company, **changes: Any) -> None:
    """Change customers.yaml."""
    company.edit("customers.yaml", lambda customers: customers.update(changes))


def customers(company: Company) -> set[str | None]:
    """The external ids of all NetSuite customers."""
    rows = company.netsuite.books.rows("SELECT externalid FROM sandbox_record WHERE type = 'customer'")
    return {row["externalid"] for row in rows}


def entity_of(company: Company, charge: str) -> str:
    """Whose customer payment it is, as an internal id."""
    return str(company.body("customerPayment", charge)["customer"]["id"])


def existing(company: Company, name: str = "Ada Ltd", **fields: Any) -> str:
    """A customer that somebody entered in NetSuite."""
    body = {"companyName": name, "entityId": name, "subsidiary": {"id": "1"}, "currency": {"id": "1"}, **fields}
    return str(company.by_hand("customer", body))


@pytest.mark.parametrize(("choice", "idle_is_there"), [("create", False), ("create_always", True)])
def test_customers_are_created_at_the_first_transaction_or_at_once(
    company_of: OpenCompany, choice: str, idle_is_there: bool
) -> None:
    """B1: `create` waits until a customer buys; `create_always` does not. Either way it exists once afterwards."""
    trade = opened()
    idle = trade.world.create_customer("Idle Inc")["id"]
    trade.sale()
    company = company_of(trade.world)
    policy(company, policy=choice)
    company.run_all()
    assert customers(company) == {trade.customer} | ({idle} if idle_is_there else set())
    trade.sale(customer=idle)
    company.run_all()
    assert customers(company) == {trade.customer, idle}
    assert company.differences() == []


def test_the_global_policy_books_everything_on_one_customer(company_of: OpenCompany) -> None:
    """B1: one `Stripe Unallocated Charges`, for charges with and without a customer."""
    trade = opened()
    _, first = trade.sale()
    second = trade.world.charge(800)
    company = company_of(trade.world)
    policy(company, policy="global")
    company.run_all()
    assert customers(company) == {"stripe-unallocated-charges"}
    assert entity_of(company, first["id"]) == entity_of(company, second["id"])
    assert company.differences() == []


def test_link_only_waits_with_a_finding_until_somebody_links_the_customer(company_of: OpenCompany) -> None:
    """B1: nothing is created; a row in customers.csv lets all of it through, and the finding resolves."""
    trade, _, charge = one_sale()
    company = company_of(trade.world)
    policy(company, policy="link_only")
    held = company.run_all()
    assert company.write_requests() == company.committed()["PUT serviceSaleItem"]
    assert set(company.findings()) == {"customer_not_linked"}
    assert {p["state"] for p in held.payouts} == {"waiting_on_records"}
    mine = existing(company)
    company.append("customers.csv", ACCOUNT, trade.customer, mine)
    company.run_all()
    assert entity_of(company, charge["id"]) == mine
    assert company.findings() == {}
    assert company.differences() == []


@pytest.mark.parametrize("way", ["sheet", "metadata", "match", "external id"])
def test_an_existing_customer_is_used_and_not_doubled(company_of: OpenCompany, way: str) -> None:
    """B2: link sheet, metadata, field pair (without regard to case and blanks), external id of another connector."""
    trade, _, charge = one_sale()
    company = company_of(trade.world)
    mine = existing(company, email="ADA @example.test", externalId=trade.customer if way == "external id" else None)
    match way:
        case "sheet":
            company.append("customers.csv", ACCOUNT, trade.customer, mine)
        case "metadata":
            trade.world.update_metadata("customer", trade.customer, {"netsuite_customer_id": mine})
        case "match":
            policy(company, match={"stripe": "email", "netsuite": "email"})
    company.run_all()
    assert entity_of(company, charge["id"]) == mine
    assert len(customers(company)) == 1
    assert company.differences() == []


def test_a_dead_reference_is_a_finding_until_it_is_corrected(company_of: OpenCompany) -> None:
    """B2: a link sheet that names nobody holds the customer's records, and no others."""
    trade, _, charge = one_sale()
    other = trade.world.create_customer("Other")["id"]
    free = trade.world.charge(300, customer=other)
    company = company_of(trade.world)
    company.append("customers.csv", ACCOUNT, trade.customer, "999999")
    company.run_all()
    assert set(company.findings()) == {"invalid_record_reference"}
    assert {free["id"], other} <= company.external_ids()
    assert charge["id"] not in company.external_ids()
    sheet = company.mappings / "customers.csv"
    sheet.write_text(sheet.read_text().replace("999999", existing(company)))
    company.run_all()
    assert company.findings() == {}
    assert company.differences() == []


def test_two_matches_are_a_finding_and_no_guess(company_of: OpenCompany) -> None:
    """B2: the link sheet decides, and the payout goes through."""
    trade, _, charge = one_sale()
    company = company_of(trade.world)
    policy(company, match={"stripe": "email", "netsuite": "email"})
    one, _ = (existing(company, name, email="ada@example.test") for name in ("Ada One", "Ada Two"))
    company.run_all()
    assert set(company.findings()) == {"ambiguous_match"}
    assert charge["id"] not in company.external_ids()
    company.append("customers.csv", ACCOUNT, trade.customer, one)
    company.run_all()
    assert entity_of(company, charge["id"]) == one
    assert company.findings() == {}
    assert company.differences() == []


@pytest.mark.parametrize(
    ("rule", "email", "phone"),
    [
        ("never", "ada@example.test", None),
        ("fill_empty", "ada@example.test", "+1 555"),
        ("overwrite", "new@example.test", "+1 555"),
    ],
)
def test_changes_of_a_customer_follow_the_policy_of_each_field(
    company_of: OpenCompany, rule: str, email: str, phone: str | None
) -> None:
    """B3: never, fill what is empty, or overwrite; and a second pass does not write it again."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    policy(company, updates={"name": "never", "email": rule, "phone": rule})
    company.run_all()
    trade.world.update_customer(trade.customer, email="new@example.test", phone="+1 555")
    company.run_all()
    body = company.body("customer", trade.customer)
    assert (body["email"], body.get("phone")) == (email, phone)
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests


def test_a_refused_change_is_told_and_holds_nobody_up(company_of: OpenCompany) -> None:
    """B3: NetSuite does not take the new address; the customer's next sale is booked; a right address closes it."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    policy(company, updates={"name": "never", "email": "overwrite", "phone": "never"})
    company.run_all()
    trade.world.update_customer(trade.customer, email=f"{'a' * 260}@example.test")
    later, _ = trade.sale()
    company.run_all()
    with company.engine.connect() as connection:
        assert [row.finding.code for row in open_findings(connection)] == ["customer_update_refused"]
    assert later["id"] in company.external_ids()
    trade.world.update_customer(trade.customer, email="right@example.test")
    company.run_all()
    assert company.body("customer", trade.customer)["email"] == "right@example.test"
    with company.engine.connect() as connection:
        assert open_findings(connection) == []


def test_a_customer_gets_each_currency_when_it_first_needs_it(company_of: OpenCompany) -> None:
    """B4: one PATCH for the new currency, which keeps the old one; none when it buys in it again."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    company.run_all()
    _buy_in_euros(trade)
    company.run_all()
    assert company.committed()["PATCH customer"] == 1
    listed = company.body("customer", trade.customer)["currencyList"]["items"]
    assert sorted(item["currency"]["id"] for item in listed) == ["1", "2"]
    _buy_in_euros(trade)
    company.run_all()
    assert company.committed()["PATCH customer"] == 1
    assert company.differences() == []


def test_a_linked_customer_that_has_the_currency_is_left_alone(company_of: OpenCompany) -> None:
    """B4: what NetSuite holds already is not written."""
    trade, _, _ = one_sale()
    company = company_of(trade.world)
    currencies = {"items": [{"currency": {"id": "1"}}, {"currency": {"id": "2"}}]}
    company.append("customers.csv", ACCOUNT, trade.customer, existing(company, currencyList=currencies))
    _buy_in_euros(trade)
    company.run_all()
    assert company.committed()["PATCH customer"] == 0
    assert company.differences() == []


def test_a_name_that_is_taken_holds_its_customer_and_no_other(company_of: OpenCompany) -> None:
    """NetSuite refuses one record: a finding with its words; everything else is booked; a link lets it through."""
    trade, _, charge = one_sale()
    other = trade.world.create_customer("Other")["id"]
    trade.sale(customer=other)
    company = company_of(trade.world)
    policy(company, entity_id="name")
    mine = existing(company)
    company.run_all()
    found = company.findings()
    assert set(found) == {"name_taken"}
    assert found["name_taken"].finding.stripe_id == trade.customer
    assert "already exists" in (found["name_taken"].finding.found or "")
    assert other in company.external_ids()
    assert charge["id"] not in company.external_ids()
    company.append("customers.csv", ACCOUNT, trade.customer, mine)
    company.run_all()
    assert company.findings() == {}
    assert company.differences() == []


def _buy_in_euros(trade: Trade) -> None:
    trade.world.charge(4000, "eur", customer=trade.customer)
