"""Two runs at once, over the same window and the same staging database: together they write everything once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from sandbox.netsuite.protocol.faults import Rule
from stripe_netsuite import pipeline
from stripe_netsuite.errors import LeaseHeld, LeaseLost, RetriableError
from stripe_netsuite.load.writer import LEASE_TTL_S
from tests.pipeline.company import FIRST_DAY, TODAY, Company, PacedClock
from tests.pipeline.trade import Trade, busy_week, one_sale, opened
from tests.safety.books import assert_complete, committed, intents, records, wait_for
from tests.safety.conftest import OpenCompany
from tests.safety.working_process import start_working

pytestmark = pytest.mark.e2e
END = TODAY.replace(hour=0)
# How many requests a writer begins with (the governor's start).
SIDE_BY_SIDE = 4


class HurriedClock(PacedClock):
    """Tells the same time as another clock, and feels every wait as ten minutes, without sleeping."""

    def __init__(self, clock: PacedClock) -> None:
        super().__init__(clock.origin, clock.speed, clock.anchor_s)
        self._waited_s = 0.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self._waited_s

    def sleep(self, duration_s: float) -> None:
        del duration_s
        self._waited_s += 600


def many_payments(number: int = 30) -> Trade:
    """More payments than a writer sends with one journal entry."""
    trade = opened()
    for amount in range(number):
        trade.world.charge(1000 + amount, customer=trade.customer)
    return trade


def stage(company: Company, run: pipeline.Run) -> None:
    """Everything before the first write."""
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)


def load(company: Company, run: pipeline.Run, *steps: pipeline.LoadStep) -> None:
    """These load steps, as tasks of the run."""
    with company.services() as services:
        for step in steps:
            pipeline.load(services, run, step)


def in_thread(action: Callable[[], object]) -> Future[object]:
    """Begin in a thread of its own."""
    future: Future[object] = Future()

    def call() -> None:
        try:
            future.set_result(action())
        except BaseException as error:  # noqa: BLE001 - handed to the test
            future.set_exception(error)

    threading.Thread(target=call, daemon=True).start()
    return future


def test_two_runs_at_the_same_moment(company_on: OpenCompany) -> None:
    """Both read, both want to write. The lease lets one after the other; whoever gave up is run again."""
    company = company_on(busy_week().world, speed=30, latency_ms=3)
    barrier = threading.Barrier(2)

    def whole_run(run: pipeline.Run) -> object:
        barrier.wait(timeout=30)
        return company.execute(run)

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(whole_run, company.make_run(FIRST_DAY, END)) for _ in range(2)]
        errors = [run.exception(timeout=60) for run in runs]
    assert None in errors
    assert all(error is None or isinstance(error, RetriableError) for error in errors)
    assert company.findings() == {}
    company.run_all()
    assert_complete(company)
    assert committed(company) == records(company)


def test_two_processes_at_the_same_moment(company_on: OpenCompany) -> None:
    """The same, with nothing in common but the staging database."""
    company = company_on(busy_week().world, speed=30)
    processes = [start_working(company) for _ in range(2)]
    wait_for(lambda: all(one.exitcode is not None for one in processes), "the end of both")
    assert 0 in [one.exitcode for one in processes]
    company.run_all()
    assert_complete(company)
    assert committed(company) == records(company)


def test_whoever_waits_too_long_for_the_lease_fails_retriably(company_on: OpenCompany) -> None:
    """The error names the holder; the repetition finds everything done."""
    company = company_on(many_payments(3).world)
    first, second = company.make_run(FIRST_DAY, END), company.make_run(FIRST_DAY, END)
    stage(company, first)
    load(company, first, pipeline.LoadStep.CUSTOMERS)
    held = Rule("delay", method="PUT", path_contains="/customerPayment/", times=100, delay_ms=2000)
    company.netsuite.faults.set([held])
    writing = in_thread(lambda: load(company, first, pipeline.LoadStep.PAYMENTS))
    wait_for(lambda: held.times < 100, "a payment on its way")
    with company.services() as services:
        # Its patience ends at once; the lease does not.
        services.clock = HurriedClock(company.clock)
        with pytest.raises(LeaseHeld, match=f"{first.run_id}/payments"):
            pipeline.load(services, second, pipeline.LoadStep.PAYMENTS)
    writing.result(timeout=30)
    requests = company.write_requests()
    load(company, second, pipeline.LoadStep.PAYMENTS)
    assert company.write_requests() == requests
    assert_complete(company)


@pytest.mark.parametrize("how", ["its lease expires", "its task is started again"])
def test_a_writer_that_lost_its_lease_journals_nothing_more(company_on: OpenCompany, how: str) -> None:
    """It hangs in its first requests; another one takes over and does everything; awake, it learns so and stops."""
    company = company_on(many_payments().world)
    first = company.make_run(FIRST_DAY, END)
    again = how == "its task is started again"
    second = company.make_run(FIRST_DAY, END, run_id=first.run_id if again else None)
    stage(company, first)
    load(company, first, pipeline.LoadStep.CUSTOMERS)
    held = Rule("delay", method="PUT", path_contains="/customerPayment/", times=100, delay_ms=2000)
    company.netsuite.faults.set([held])
    paused = in_thread(lambda: load(company, first, pipeline.LoadStep.PAYMENTS))
    wait_for(lambda: held.times == 100 - SIDE_BY_SIDE, "its payments on their way")
    company.netsuite.faults.set([])
    before = intents(company)
    if not again:
        company.clock.skip(LEASE_TTL_S)
    load(company, second, pipeline.LoadStep.PAYMENTS)
    taken = intents(company)
    with pytest.raises(LeaseLost, match=first.run_id):
        paused.result(timeout=30)
    assert intents(company) == taken
    assert len(before) < 30
    assert before[-1][1] < taken[-1][1]
    assert_complete(company)
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests


def test_two_tasks_reconcile_one_payout(company_on: OpenCompany) -> None:
    """The second looks for a deposit before there is one, and at the payments after: it is the same deposit, no finding."""
    trade, _, _ = one_sale()
    company = company_on(trade.world)
    first, second = company.make_run(FIRST_DAY, END), company.make_run(FIRST_DAY, END)
    stage(company, first)
    load(company, first, *pipeline.LoadStep)
    (payout,) = (one["id"] for one in trade.world.shelves["payout"])
    writing = Rule("delay", method="PUT", path_contains="/deposit/", delay_ms=800)
    look_up, look_at = Rule("delay", path_contains="/suiteql"), Rule("delay", path_contains="/suiteql", delay_ms=1500)
    with company.services() as mine, company.services() as other:
        for services in (mine, other):
            services.books(services.accounts(first)[0])
        company.netsuite.faults.set([writing])
        booking = in_thread(lambda: pipeline.reconcile_payout(mine, first, "acct_sandbox_us", payout))
        wait_for(lambda: writing.times == 0, "the deposit on its way")
        company.netsuite.faults.set([look_up, look_at])
        late = pipeline.reconcile_payout(other, second, "acct_sandbox_us", payout)
        assert look_at.times == 0
        assert booking.result(timeout=30)["state"] == "booked"
    assert late["state"] == "booked"
    assert committed(company)["deposit"] == 1
    assert_complete(company)
