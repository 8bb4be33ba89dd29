"""Dry runs, chosen ids, several Stripe accounts, and ids that differ by case alone."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest

from sandbox.stripe.base.identity import IdSource
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.staging.load_plans import read_load_plans
from tests.pipeline.company import ACCOUNT, PROVEN, Company, RunResult
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import busy_week, one_sale, opened


def planned(company: Company, result: RunResult, action: str) -> Counter[tuple[str, str]]:
    """The rows of a run's stored plans with this action, as (record type, external id)."""
    with company.engine.connect() as connection:
        plans = read_load_plans(connection, result.run_id)
    rows = [row for plan in plans for row in plan["rows"] if row["action"] == action]
    return Counter((row["record_type"], row["external_id"]) for row in rows)


def test_a_dry_run_writes_nothing_and_plans_what_the_real_run_creates(company_of: OpenCompany) -> None:
    """Counted at NetSuite; credit memos of refunds are in the plan, though no payment is applied yet."""
    company = company_of(busy_week().world)
    dry = company.run_all(dry_run=True)
    assert company.write_requests() == 0
    would = planned(company, dry, "create")
    assert any(kind == "creditMemo" for kind, _ in would)
    real = company.run_all()
    made = planned(company, real, "create")
    deposits = Counter({key: n for key, n in made.items() if key[0] == "deposit"})
    assert would == made - deposits
    assert company.differences() == []


def test_a_dry_run_after_the_books_are_made_plans_nothing(company_of: OpenCompany) -> None:
    """And leaves what is staged, linked and found as it was."""
    company = company_of(busy_week().world)
    company.run_all()
    requests = company.write_requests()
    dry = company.run_all(dry_run=True)
    assert planned(company, dry, "create") == Counter()
    assert company.write_requests() == requests


def test_a_dry_run_of_a_new_currency_changes_no_customer(company_of: OpenCompany) -> None:
    """B4 is a write like every other."""
    trade = opened()
    trade.sale()
    company = company_of(trade.world)
    company.run_all()
    trade.world.charge(4000, "eur", customer=trade.customer)
    requests = company.write_requests()
    company.run_all(dry_run=True)
    assert company.write_requests() == requests


def test_only_ids_books_these_and_what_they_refer_to(company_of: OpenCompany) -> None:
    """One sale of two: its invoice and payment, its customer and item; nothing of the other."""
    trade = opened()
    _, charge = trade.sale()
    other = trade.world.create_customer("Other")["id"]
    trade.sale(customer=other)
    company = company_of(trade.world)
    invoice = next(iter(trade.world.shelves["invoice"]))
    company.run_all(only_ids=(invoice["id"], charge["id"]))
    assert company.external_ids() == {trade.customer, trade.price, invoice["id"], charge["id"]}
    company.run_all()
    assert company.differences() == []


def test_two_stripe_accounts_book_side_by_side(company_of: OpenCompany) -> None:
    """Each with its own connection and ids; both are complete, proven, and one can be run alone."""
    second = busy_week(2).world
    second.account["id"] = "acct_second"
    company = company_of(worlds={"stripe_default": busy_week(1).world, "stripe_eu": second})

    def add_second(entities: dict[str, Any]) -> None:
        first = entities["stripe_accounts"][0]
        entities["stripe_accounts"].append(
            {**deepcopy(first), "id": "acct_second", "connection": "stripe_eu", "clearing": {}}
        )

    company.edit("entities.yaml", add_second)
    # Two items of one name: the second account's would be refused.
    company.edit("items.yaml", lambda items: items.update(one_off_item={"name": "One-off"}))
    alone = company.run_all(accounts=(ACCOUNT,))
    assert alone.proofs["broken"] == 0
    foreign = {
        one for one in company.external_ids() if one in company.stripes["stripe_eu"].world.shelves["charge"]._objects
    }
    assert foreign == set()
    both = company.run_all()
    assert both.proofs == PROVEN
    assert company.differences() == []


def test_a_key_of_another_account_stops_the_run_before_anything_is_staged(company_of: OpenCompany) -> None:
    """It would be booked into the wrong subsidiary."""
    trade = busy_week()
    trade.world.account["id"] = "acct_other"
    company = company_of(trade.world)
    with pytest.raises(ConfigurationError, match="connection stripe_default.*saw acct_other; expected acct_sandbox_us"):
        company.run_all()
    assert company.stripe.requests()["operations"] == {"GET /v1/account": 1}
    assert company.write_requests() == 0


def test_a_restricted_key_that_may_not_read_the_account_is_said_not_refused(company_of: OpenCompany) -> None:
    company = company_of(one_sale()[0].world)
    company.stripe.set_faults({"path": "/v1/account", "status": 403})
    assert company.run_all().extract["accounts_not_confirmed"] == 1
    assert "accounts_not_confirmed" not in company.run_all().extract


class CaseTwins(IdSource):
    """Gives every second charge and customer the id of the one before, in the other case."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._last: dict[str, str] = {}

    def next(self, prefix: str) -> str:
        if prefix not in ("ch", "cus"):
            return super().next(prefix)
        last = self._last.pop(prefix, None)
        if last is not None:
            return f"{prefix}_{last.removeprefix(f'{prefix}_').swapcase()}"
        self._last[prefix] = super().next(prefix)
        return self._last[prefix]


def test_ids_that_differ_by_case_alone_are_two_records(company_of: OpenCompany) -> None:
    """NetSuite takes such external ids for one: the second record gets a suffixed one, in every later run too."""
    trade = opened()
    trade.world.ids = CaseTwins(9)
    first, second = trade.world.create_customer("Big")["id"], trade.world.create_customer("Small")["id"]
    assert first != second
    assert first.lower() == second.lower()
    one = trade.world.charge(1100, customer=first)["id"]
    two = trade.world.charge(2200, customer=second)["id"]
    trade.at(6)
    company = company_of(trade.world)
    company.edit("customers.yaml", lambda customers: customers.update(entity_id="name"))
    for _ in range(2):
        result = company.run_all()
        assert result.proofs == PROVEN
    assert {body["companyName"] for body in _bodies(company, "customer")} == {"Big", "Small"}
    assert sorted(body["payment"] for body in _bodies(company, "customerPayment")) == [11, 22]
    ids = {external_id for external_id in company.external_ids() if external_id.startswith("ch_")}
    assert len(ids & {one, two}) == 1
    assert len({external_id.lower() for external_id in ids}) == 2


def test_a_second_pass_sends_no_write_at_all(company_of: OpenCompany) -> None:
    """Counted at NetSuite, over re-runs of every cut of the same time."""
    company = company_of(one_sale()[0].world)
    company.run_all()
    requests = company.write_requests()
    company.run_all()
    for day in (2, 3, 5):
        company.run_day(day)
        company.run_day(day, kind="hourly")
    assert company.write_requests() == requests


def _bodies(company: Company, kind: str) -> list[dict[str, Any]]:
    rows = company.netsuite.books.rows("SELECT externalid FROM sandbox_record WHERE type = ?", (kind,))
    return [company.body(kind, row["externalid"]) for row in rows if row["externalid"]]
