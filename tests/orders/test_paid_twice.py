"""An invoice that two payments pay (D3): the later one is the one too many, whichever was loaded first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stripe_netsuite.staging.findings import open_findings
from tests.orders.orders import ORDERS, Order, Stretch, load, load_again
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.test_pipeline_payments import unused
from tests.pipeline.trade import opened

_STRETCH = Stretch("fortnight", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC))
_LAST_FIRST = Order("last first", "daily", 24, is_backwards=True)


@pytest.mark.parametrize(
    "order",
    [ORDERS["backfill"], ORDERS["daily"], _LAST_FIRST, replace(_LAST_FIRST, kind="hourly", hours=8)],
    ids=["at once", "day by day", "last day first", "last hours first"],
)
def test_the_later_of_two_payments_is_one_too_many(company_of: OpenCompany, order: Order) -> None:
    trade = opened()
    invoice, first = trade.sale()
    trade.at(6)
    second = trade.world.pay_invoice_again(invoice["id"])
    trade.at(12, 0)
    company = company_of(trade.world)
    load(company, _STRETCH, order)
    assert unused(company, first) == 0
    assert unused(company, second) == 10000
    with company.engine.connect() as connection:
        found = [(row.finding.code, row.finding.stripe_id) for row in open_findings(connection)]
    assert found == [("duplicate_payment", second["id"])]
    assert load_again(company, _STRETCH) == ({}, 0)
