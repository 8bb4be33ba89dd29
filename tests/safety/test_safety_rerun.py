"""What was booked stays booked once, whichever intervals are run again, and in whichever order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.pipeline.company import FIRST_DAY
from tests.pipeline.trade import busy_week
from tests.safety.books import assert_complete, committed, records
from tests.safety.conftest import OpenCompany

START, END = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)
DAYS = range(2, 10)


def test_any_interval_again_in_any_order_sends_no_write(company_on: OpenCompany) -> None:
    """Windows that overlap, shuffled, until all is booked; then days, hours and windows of any length.

    No request that could write reaches NetSuite after the first pass.
    """
    company = company_on(busy_week().world)
    choose = random.Random(20261102)
    cuts = [
        (START + timedelta(hours=hour), START + timedelta(hours=hour + length))
        for hour, length in ((0, 40), (24, 30), (30, 100), (100, 60), (96, 96))
    ]
    for begin, end in choose.sample(cuts, len(cuts)):
        company.run(begin, end, "hourly" if begin.hour else "daily")
    company.run(END - timedelta(hours=1), END)  # what waited for an object of a later window
    assert_complete(company)
    assert committed(company) == records(company)
    requests = company.write_requests()
    assert requests == records(company).total()
    again = [company.run_day(day, kind=choose.choice(["daily", "hourly"])) for day in choose.sample(DAYS, 4)]
    for _ in range(4):
        begin = START + timedelta(hours=choose.randrange(160))
        again.append(company.run(begin, begin + timedelta(hours=choose.randrange(1, 90)), "daily"))
    again.append(company.run(START - timedelta(days=2), END, "manual"))
    assert {result.finish["written"] for result in again} == {0}
    assert company.write_requests() == requests
    assert_complete(company)


def test_a_run_retried_under_its_own_id_writes_nothing_more(company_on: OpenCompany) -> None:
    """As a cleared Airflow run is: same id, same interval, the lease is its own."""
    company = company_on(busy_week().world)
    run = company.make_run(FIRST_DAY, END)
    first = company.execute(run)
    requests = company.write_requests()
    again = company.execute(run)
    assert company.write_requests() == requests
    assert again.finish["written"] == first.finish["written"] == records(company).total()
    assert_complete(company)
