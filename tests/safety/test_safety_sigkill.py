"""A process that is killed while its writes are on their way: the next one finds out what NetSuite has, and goes on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from subprocess import DEVNULL, Popen

import pytest
import sqlalchemy as sa

from sandbox.netsuite.protocol.faults import Rule
from stripe_netsuite import pipeline
from stripe_netsuite.errors import LeaseHeld
from stripe_netsuite.load.writer import LEASE_TTL_S
from stripe_netsuite.staging.lease import acquire
from stripe_netsuite.staging.schema import lease
from tests.pipeline.company import ACCOUNT, FIRST_DAY, TODAY, Company
from tests.pipeline.trade import busy_week
from tests.safety.books import assert_complete, committed, in_flight, is_quiet, records, unsettled, wait_for
from tests.safety.conftest import OpenCompany
from tests.safety.few import few_of_each
from tests.safety.working_process import PYTHON_PATH, start_working

LEASE = f"writer:{ACCOUNT}"
STEPS = (
    ("customer", 1),
    ("serviceSaleItem", 1),
    ("invoice", 2),
    ("customerPayment", 3),
    ("creditMemo", 1),
    ("customerRefund", 1),
    ("deposit", 0),
)

END = TODAY.replace(hour=0)

pytestmark = pytest.mark.e2e


def start_command(company: Company, command: str) -> Popen[bytes]:
    """Start the command line over the fortnight, with the company's connections in its environment."""
    connections = {
        **company.connections(),
        "staging_default": {"conn_type": "postgres", "extra": {"url": company.staging_url}},
    }
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        **{f"AIRFLOW_CONN_{name.upper()}": json.dumps(fields) for name, fields in connections.items()},
        "STRIPE_NETSUITE_MAPPINGS": str(company.mappings),
        "PYTHONPATH": PYTHON_PATH,
    }
    window = ("--start", "2026-11-01", "--end", "2026-11-15")
    return Popen([sys.executable, "-m", "stripe_netsuite", command, *window], env=environment, stdout=DEVNULL)


def go_by_the_machines_clock(company: Company) -> None:
    """The command line has no other; NetSuite checks signatures against it as well."""
    set_pace(company, datetime.now(UTC), 1.0)


def set_pace(company: Company, now: datetime, speed: float) -> None:
    """Let the company's time go on from `now` at this speed."""
    company.clock.origin, company.clock.anchor_s, company.clock.speed = now, time.time(), speed


def kill_while_writing(
    company: Company, start: Callable[[], Popen[bytes] | BaseProcess], record_type: str, quick: int, delay_s: float
) -> None:
    """Start a process; kill it when so many records of the type are committed, and another one has reached NetSuite.

    NetSuite takes `delay_s` for that, and commits it after the death: nobody hears of it.
    """
    path = f"/{record_type}/"
    answered = Rule("delay", method="PUT", path_contains=path, times=quick)
    received = Rule("delay", method="PUT", path_contains=path, times=100, delay_ms=delay_s * 1000)
    company.netsuite.faults.set([answered, received])
    target = committed(company)[record_type] + quick
    process = start()
    try:
        wait_for(
            lambda: (
                _exit_code(process) is not None or (committed(company)[record_type] >= target and received.times < 100)
            ),
            f"{record_type} on its way",
        )
    finally:
        process.kill()
    assert wait_for_end(process) == -signal.SIGKILL
    assert in_flight(company, record_type) > 0
    company.netsuite.faults.set([])


def wait_for_end(process: Popen[bytes] | BaseProcess) -> int | None:
    """Wait until the process is gone; return its exit code."""
    wait_for(lambda: _exit_code(process) is not None, "the end of the process")
    return _exit_code(process)


def _exit_code(process: Popen[bytes] | BaseProcess) -> int | None:
    return process.poll() if isinstance(process, Popen) else process.exitcode


def holder(company: Company) -> tuple[str | None, datetime]:
    """Who has the writer's lease, and until when."""
    with company.engine.connect() as connection:
        row = connection.execute(sa.select(lease.c.holder, lease.c.expires_at).where(lease.c.name == LEASE)).one()
    return row.holder, row.expires_at


def test_process_after_process_dies_in_the_next_step_until_one_comes_through(company_on: OpenCompany) -> None:
    """Each new process begins with what its killed predecessor left behind, in every kind of record."""
    company = company_on(busy_week().world)
    for record_type, quick in STEPS:
        before = records(company)
        kill_while_writing(company, partial(start_working, company), record_type, quick, delay_s=0.5)
        assert unsettled(company) != []
        assert holder(company)[0] is not None
        company.clock.skip(LEASE_TTL_S)
        wait_for(lambda: is_quiet(company), "the last writes of the dead")
        assert records(company)[record_type] > before[record_type]
        assert company.differences() != []
    assert wait_for_end(start_working(company)) == 0
    assert_complete(company)
    requests = company.write_requests()
    company.run_all()
    assert company.write_requests() == requests


def test_the_writes_of_a_dead_process_arrive_after_those_of_the_next_one(company_on: OpenCompany) -> None:
    """NetSuite takes longer than the lease lives: the next one has looked, found nothing, and sent the same records."""
    company = company_on(busy_week().world)
    kill_while_writing(company, partial(start_working, company), "invoice", 2, delay_s=3)
    company.clock.skip(LEASE_TTL_S)
    run = company.make_run(FIRST_DAY, END)
    with company.services() as services:
        pipeline.begin(services, run)
        for step in (pipeline.LoadStep.CUSTOMERS, pipeline.LoadStep.ITEMS, pipeline.LoadStep.INVOICES):
            pipeline.load(services, run, step)
    assert in_flight(company, "invoice") > 0
    wait_for(lambda: is_quiet(company), "the last writes of the dead")
    assert committed(company)["invoice"] > records(company)["invoice"]
    company.run_all()
    assert_complete(company)


def test_the_command_line_is_killed_and_the_next_run_waits_for_the_lease_and_finishes(company_on: OpenCompany) -> None:
    """`sync` dies among payments. The lease outlives it, but not its term; the next run waits that long by itself."""
    company = company_on(few_of_each().world)
    go_by_the_machines_clock(company)
    kill_while_writing(company, partial(start_command, company, "sync"), "customerPayment", 1, delay_s=0.5)
    dead, until = holder(company)
    assert dead is not None
    assert dead.startswith("cli sync")
    assert company.clock.now() < until <= company.clock.now() + timedelta(seconds=LEASE_TTL_S)
    with pytest.raises(LeaseHeld, match="cli sync"):
        acquire(company.engine, LEASE, "somebody else", LEASE_TTL_S, company.clock)
    set_pace(company, company.clock.now(), 100.0)
    company.run_all()
    assert company.clock.now() > until
    assert_complete(company)


def test_the_command_line_is_killed_in_a_deposit(company_on: OpenCompany) -> None:
    """`reconcile` dies after one deposit, the second on its way; the next run adopts it. Each payout has one deposit."""
    company = company_on(busy_week().world)
    run = company.make_run(FIRST_DAY, END)
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        for step in pipeline.LoadStep:
            pipeline.load(services, run, step)
    assert company.differences(has_deposits=False) == []
    go_by_the_machines_clock(company)
    kill_while_writing(company, partial(start_command, company, "reconcile"), "deposit", 1, delay_s=0.5)
    wait_for(lambda: is_quiet(company), "the last write of the dead")
    assert committed(company)["deposit"] == 2
    company.clock.skip(LEASE_TTL_S)
    result = company.run_all()
    assert {one["state"] for one in result.payouts} == {"booked"}
    assert committed(company)["deposit"] == 2
    assert_complete(company)
