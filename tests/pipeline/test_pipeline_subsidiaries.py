"""Two Stripe accounts in two subsidiaries of one NetSuite: what both use is there for both, whoever comes first (B1, B5)."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.stripe.billing.invoice_lines import Line
from sandbox.stripe.world import World
from stripe_netsuite.staging.schema import staged_object
from tests.pipeline.company import ACCOUNT, PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import opened

GERMAN = "acct_sandbox_de"


def one_week(seed: int, **options: Any) -> World:
    """A one-off line, a coupon of a name that both accounts use, a charge of nobody; all paid out."""
    trade = opened(seed, **options)
    trade.world.create_coupon("TEN", percent_off=Decimal(10))
    trade.sale(Line(amount=5000, description="Advice"), coupon="TEN")
    charge = trade.world.charge(2500, description="Somebody")
    trade.world.refund(charge["id"], 500)
    trade.at(9)
    return trade.world


def two_companies(company_of: OpenCompany) -> Company:
    """Acme Inc and Acme GmbH, each with its Stripe account."""
    german = one_week(2, settlement_currencies=("eur",), country="DE", account_id=GERMAN, account_name="Acme GmbH")
    company = company_of(worlds={"stripe_default": one_week(1), "stripe_de": german})

    def add(entities: dict[str, Any]) -> None:
        second = deepcopy(entities["stripe_accounts"][0])
        second.update(id=GERMAN, connection="stripe_de", subsidiary={"name": "Acme GmbH"}, base_currency="eur")
        second.update(banks={"eur": {"number": "1030"}}, clearing={}, opening_balances={"eur": "0.00"})
        entities["stripe_accounts"].append(second)

    company.edit("entities.yaml", add)
    return company


def subsidiaries(company: Company, kind: str, external_id: str) -> list[str]:
    """Where an item may be sold."""
    return sorted(str(one["id"]) for one in company.body(kind, external_id)["subsidiary"]["items"])


@pytest.mark.parametrize("first", [ACCOUNT, GERMAN])
def test_items_and_the_customer_of_nobody_serve_both(company_of: OpenCompany, first: str) -> None:
    """Nothing is refused; the shared items are offered in both subsidiaries, each has its customer for nobody's charges."""
    company = two_companies(company_of)
    company.run_all(accounts=(first,))
    result = company.run_all()
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert company.differences() == []
    assert {payout["state"] for payout in result.payouts} == {"booked"}
    assert subsidiaries(company, "serviceSaleItem", "stripe-item") == ["1", "2"]
    assert subsidiaries(company, "discountItem", "TEN") == ["1", "2"]
    nobody = "stripe-unallocated-charges"
    assert company.body("customer", nobody)["subsidiary"]["id"] == "1"
    other = company.body("customer", f"{nobody}-subsidiary-2")
    assert (other["subsidiary"]["id"], other["entityId"]) == ("2", "Stripe Unallocated Charges Acme GmbH")
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before


def test_a_refused_offer_holds_what_needs_the_item_until_it_is_cured(company_of: OpenCompany) -> None:
    """A person may add the subsidiary by hand, or NetSuite may take the change later: what waited goes on."""
    company = two_companies(company_of)
    company.run_all(accounts=(ACCOUNT,))
    twin = company.by_hand("serviceSaleItem", {**company.body("serviceSaleItem", "stripe-item"), "itemId": "Twin"})
    rename(company, twin, "Stripe Item")
    company.run_all()
    assert "record_change_refused" in company.findings()
    rename(company, twin, "Twin")
    number = company.internal_id("stripe-item")
    company.by_hand("serviceSaleItem", {"subsidiary": {"items": [{"id": "1"}, {"id": "2"}]}}, number)
    result = company.run_all()
    assert result.proofs == PROVEN
    assert company.findings() == {}
    assert company.differences() == []


def test_what_was_left_out_until_something_needed_it_is_loaded_then(company_of: OpenCompany) -> None:
    """B1, B5: customer, price and coupon without a sale are excluded; with their first sale they are loaded."""
    trade = opened()
    trade.world.create_coupon("TEN", percent_off=Decimal(10))
    company = company_of(trade.world)
    company.run_all()
    assert states(company) == {"excluded"}
    trade.at(3)
    trade.sale(Line(price=trade.price), coupon="TEN")
    trade.sale(Line(price=trade.other_price))
    trade.at(8)
    company.run_all()
    assert company.findings() == {}
    assert states(company, trade.customer, trade.price, trade.other_price, "TEN") == {"loaded"}
    assert states(company, trade.euro_price) == {"excluded"}


def rename(company: Company, item: int, name: str) -> None:
    """Let an item have a name, even one that another has: NetSuite takes no change of either then."""
    with company.netsuite.books.writing():
        company.netsuite.books.execute("UPDATE item SET itemid = ? WHERE id = ?", (name, item))


def states(company: Company, *stripe_ids: str) -> set[str]:
    """What became of these staged objects, or of all."""
    query = sa.select(staged_object.c.state)
    chosen = query.where(staged_object.c.stripe_id.in_(stripe_ids)) if stripe_ids else query
    with company.engine.connect() as connection:
        return set(connection.execute(chosen).scalars())
