"""The scenarios about kinds of payouts, to the cent: 4 (negative), 16 (fails later), 17 (by hand), 18 (instant)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline.bank import BANK, CLEARING, FUNDS, TRANSIT, balance, paid_out, stripe_balance
from tests.sandbox.scenarios.bookkeeping import opened

_STATES = {
    "4": ["booked", "booked"],
    "16": ["failed", "booked"],
    "17": ["booked", "booked", "booked"],
    "18": ["booked", "booked", "booked"],
}


@pytest.mark.parametrize("name", _STATES)
def test_the_bank_has_what_stripe_paid_out(name: str, tmp_path: Path) -> None:
    """Bank = payouts paid, clearing = Stripe's balance, nothing in transit or undeposited; the second run writes nothing."""
    with opened(name, tmp_path) as books:
        company = books.company
        result = books.keep()
        assert [payout["state"] for payout in result.payouts] == _STATES[name]
        assert result.proofs["broken"] == 0
        assert company.findings() == {}
        assert balance(company, BANK) == paid_out(company)
        clearing = stripe_balance(company) if name in ("17", "18") else Decimal(0)
        assert balance(company, CLEARING) == clearing
        assert balance(company, TRANSIT) == balance(company, FUNDS) == 0
        assert company.netsuite.is_balanced()
        before = company.write_requests()
        assert books.run().proofs["broken"] == 0
        assert company.write_requests() == before
