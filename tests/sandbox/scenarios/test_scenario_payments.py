"""Scenarios of payments, from Stripe to the bank: books right to the cent, payouts tied, nothing written twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.company import PROVEN
from tests.sandbox.scenarios.bookkeeping import opened


@pytest.mark.parametrize("name", ["01", "13", "14", "15", "25", "37"])
def test_the_scenario_ends_with_every_payout_in_the_bank(name: str, tmp_path: Path) -> None:
    """Both sides agree, no finding needs a person, Undeposited Funds is empty, and another run writes nothing."""
    with opened(name, tmp_path) as books:
        result = books.keep()
        company = books.company
        assert {payout["state"] for payout in result.payouts} == {"booked"}
        assert result.proofs == PROVEN
        assert company.findings() == {}
        assert company.differences() == []
        assert company.netsuite.balance("1499") == 0
        before = company.write_requests()
        books.run()
        assert company.write_requests() == before


def test_a_failed_debit_is_no_credit_to_its_invoice(tmp_path: Path) -> None:
    """Scenario 8: the debit that the bank refused is booked and refunded from itself; its payout ties."""
    with opened("08", tmp_path) as books:
        result = books.keep()
        refused = next(one for one in books.world.shelves["refund"])
        assert result.payouts[0]["state"] == "booked"
        assert {refused["id"], refused["charge"]} <= books.company.external_ids()
        assert f"cm-{refused['id']}" not in books.company.external_ids()
