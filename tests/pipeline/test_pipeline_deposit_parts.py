"""A payout with more lines than one deposit takes: parts whose sum is the payout, each written once (ACCOUNTING F11)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.netsuite.protocol.faults import Faults, Rule
from stripe_netsuite.errors import NetSuiteUnavailable
from tests.pipeline.company import PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import opened
from tests.safety.books import committed, linked, records, unsettled, written


class InTurn(Faults):
    """One rule after the other: each waits until the one before it is used up."""

    def __init__(self, *rules: Rule) -> None:
        super().__init__()
        self._turns = [rule for rule in rules if rule.times]

    def take(self, method: str, path: str) -> Rule | None:
        """The fault for a request."""
        while self._turns and not self._turns[0].times:
            self._turns.pop(0)
        self.set(self._turns[:1])
        return super().take(method, path)


def crowd(company_of: OpenCompany) -> tuple[Company, str]:
    """25 payments and a refund in one payout; ten lines are the most that a deposit may have."""
    trade = opened()
    charges = [trade.world.charge(1000 + number, customer=trade.customer) for number in range(25)]
    trade.world.refund(charges[0]["id"], 500)
    trade.at(6)
    company = company_of(trade.world, speed=100)
    company.edit("policy.yaml", lambda policy: policy.update(max_deposit_lines=10))
    return company, str(next(iter(trade.world.shelves["payout"]))["id"])


def deposits(company: Company) -> dict[str, Decimal]:
    """The total of each deposit by external id."""
    rows = company.netsuite.books.rows(
        "SELECT externalid, foreigntotal FROM \"transaction\" WHERE type = 'Deposit' ORDER BY externalid"
    )
    return {row["externalid"]: Decimal(str(row["foreigntotal"])) for row in rows}


def assert_whole(company: Company, payout: str) -> None:
    """Every part once, their sum the payout, proven; another run writes nothing."""
    amount = Decimal(company.world.get("payout", payout)["amount"]).scaleb(-2)
    assert sum(deposits(company).values()) == amount
    assert committed(company)["deposit"] == records(company)["deposit"] == len(deposits(company))
    assert linked(company) == written(company)
    assert unsettled(company) == []
    assert company.findings() == {}
    assert company.netsuite.is_balanced()
    before = company.write_requests()
    again = company.run_all()
    assert company.write_requests() == before
    assert {code: again.proofs[code] for code in PROVEN} == PROVEN


def test_the_parts_are_the_payout(company_of: OpenCompany) -> None:
    """Three deposits for 26 payments and refunds and a fee line; none is negative, and read back they tie."""
    company, payout = crowd(company_of)
    result = company.run_all()
    assert result.state_of(payout) == "booked"
    assert set(deposits(company)) == {payout, f"{payout}-2", f"{payout}-3"}
    assert min(deposits(company).values()) > 0
    assert_whole(company, payout)


@pytest.mark.parametrize("written_first", [0, 1, 2])
def test_a_crash_between_two_parts_doubles_nothing(company_of: OpenCompany, written_first: int) -> None:
    """The run ends before the next part is written; the next run takes up where it stopped."""
    company, payout = crowd(company_of)
    company.netsuite.account.faults = InTurn(
        Rule("delay", method="PUT", path_contains="/deposit/eid:", times=written_first),
        Rule("drop_before", method="PUT", path_contains="/deposit/eid:", times=2),
    )
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    assert len(deposits(company)) == written_first
    assert company.run_all().state_of(payout) == "booked"
    assert set(deposits(company)) == {payout, f"{payout}-2", f"{payout}-3"}
    assert_whole(company, payout)


@pytest.mark.parametrize("written_first", [0, 1, 2])
def test_a_part_whose_answer_was_lost_is_found_again(company_of: OpenCompany, written_first: int) -> None:
    """The part stands, but nobody noted it: it is linked, and what it took is not deposited twice."""
    company, payout = crowd(company_of)
    company.netsuite.account.faults = InTurn(
        Rule("delay", method="PUT", path_contains="/deposit/eid:", times=written_first),
        Rule("drop_after_commit", method="PUT", path_contains="/deposit/eid:"),
        Rule("drop_before", path_contains="/suiteql", times=5),
    )
    with pytest.raises(NetSuiteUnavailable):
        company.run_all()
    assert len(deposits(company)) == written_first + 1
    company.run_all()
    assert_whole(company, payout)


def test_a_part_that_somebody_deleted_breaks_the_proof(company_of: OpenCompany) -> None:
    """H1: the deposits that are left are less than the payout."""
    company, payout = crowd(company_of)
    company.run_all()
    company.delete("deposit", company.internal_id(f"{payout}-2"))
    assert company.run_all().proofs["H1"] == "broken"
