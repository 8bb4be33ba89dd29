"""Bad weather on either side: everything comes through, or the run fails so that its repetition brings it through."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.netsuite.protocol.faults import Kind, Rule
from tests.safety.books import assert_complete, committed, records, run_until_done
from tests.safety.conftest import OpenCompany
from tests.safety.few import few_of_each
from tests.safety.weather import Storm

# Waits are long in a storm: time goes fast.
SPEED = 200.0


@pytest.mark.parametrize("kind", ["status_429", "status_500", "html_502", "html_503"])
def test_netsuite_answers_nothing_else_for_a_while(company_on: OpenCompany, kind: Kind) -> None:
    """Every request, then every write, twenty times in a row, meets it."""
    company = company_on(few_of_each().world, speed=SPEED)
    company.netsuite.faults.set([Rule(kind, times=20), Rule(kind, method="PUT", times=20)])
    run_until_done(company, most=20)
    assert company.netsuite.faults.left() == 0
    assert_complete(company)
    assert committed(company) == records(company)


@pytest.mark.parametrize(
    "faults",
    [
        [{"status": 429, "times": 8, "reason": "global-rate"}, {"status": 429, "times": 4}],
        [{"status": 500, "times": 8}, {"status": "drop", "times": 8}],
    ],
    ids=["429", "500 and drops"],
)
def test_stripe_answers_nothing_else_for_a_while(company_on: OpenCompany, faults: list[dict[str, Any]]) -> None:
    """Whatever cannot be read is read later; nothing is booked by halves."""
    company = company_on(few_of_each().world, speed=SPEED)
    company.stripe.set_faults(*({"path": "/v1/*", **fault} for fault in faults))
    run_until_done(company, most=20)
    assert_complete(company)
    assert committed(company) == records(company)


@pytest.mark.e2e
def test_the_fortnight_in_a_storm_of_everything(company_on: OpenCompany) -> None:
    """Every sixth request to NetSuite goes wrong in one of five ways, Stripe stumbles: the books are the same."""
    company = company_on(speed=SPEED)
    storm = Storm(
        20261115,
        {"drop_after_commit": 0.05, "drop_before": 0.03, "status_429": 0.05, "status_500": 0.02, "html_502": 0.02},
        times=60,
    )
    company.netsuite.account.faults = storm
    company.stripe.set_faults(
        {"path": "/v1/charges", "status": 429, "times": 3}, {"path": "/v1/invoices", "status": "cut", "times": 2}
    )
    run_until_done(company, most=20)
    assert storm.left() == 0
    assert_complete(company)
    assert committed(company) == records(company)
    requests = company.write_requests()
    company.netsuite.account.faults = Storm(20261116, {}, times=0)
    company.run_all()
    assert company.write_requests() == requests
