"""Extraction while Stripe misbehaves: passing faults lose nothing, refusals are loud and the next run heals."""

from __future__ import annotations

import pytest

from stripe_netsuite.errors import PageInvariantBroken, StripeRefused
from stripe_netsuite.extract.extraction import COVERED_STREAM
from stripe_netsuite.extract.plan import ExtractSettings
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.staging.watermarks import coverage
from tests.extract.staged import ACCOUNT, day, extract, ledger, reading, staged

# A re-list covers what it looked back on as well.
LOOK_BACK = ExtractSettings().look_back


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 429, "should_retry": True}, {"status": 500}, {"status": "cut"}, {"status": "drop"}],
    ids=str,
)
def test_passing_faults_lose_nothing(fortnight, engine, tmp_path, fault):
    """Every list fails a few times: the staged set is that of an undisturbed run."""
    other = open_staging(f"sqlite:///{tmp_path}/calm.db")
    migrate(other)
    with reading(fortnight) as client:
        extract(client, other, day(4), "daily")
        fortnight.set_faults({"path": "/v1/*", "times": 9, **fault})
        extract(client, engine, day(4), "daily")
    assert staged(engine) == staged(other)
    assert ledger(engine) == ledger(other)
    other.dispose()


@pytest.mark.parametrize(
    ("status", "error"), [(403, StripeRefused), (400, StripeRefused), ("empty_page", PageInvariantBroken)]
)
@pytest.mark.parametrize(
    "path", ["/v1/balance_transactions", "/v1/events", "/v1/charges", "/v1/invoices", "/v1/customers", "/v1/coupons"]
)
def test_a_refused_list_fails_the_run_and_the_next_one_heals_it(fortnight, engine, tmp_path, path, status, error):
    """Nothing of the window counts as read; the next run of it brings all."""
    with reading(fortnight) as client:
        fortnight.set_faults({"path": path, "status": status, "times": 1})
        with pytest.raises(error):
            extract(client, engine, day(4), "daily", "broken")
        with engine.connect() as conn:
            assert coverage(conn, ACCOUNT, COVERED_STREAM) == []
        extract(client, engine, day(4), "daily", "healing")
        with engine.connect() as conn:
            assert coverage(conn, ACCOUNT, COVERED_STREAM) == [day(4).widened(LOOK_BACK)]
        if path == "/v1/charges" and status == 403:
            other = open_staging(f"sqlite:///{tmp_path}/calm.db")
            migrate(other)
            extract(client, other, day(4), "daily")
            assert staged(engine) == staged(other)
            other.dispose()
