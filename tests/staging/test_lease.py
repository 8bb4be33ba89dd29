"""The lease: one writer at a time, and a fence that only grows."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

import stripe_netsuite
from stripe_netsuite.errors import LeaseHeld, LeaseLost
from stripe_netsuite.staging.lease import Lease, acquire, hold_current, release, renew
from stripe_netsuite.staging.schema import lease as lease_table
from tests.staging.samples import NOW, SettableClock

NAME = "load acct_1"

COMPETE = """
import sys
from stripe_netsuite.clock import SystemClock
from stripe_netsuite.errors import LeaseHeld
from stripe_netsuite.staging.database import open_staging
from stripe_netsuite.staging.lease import acquire
engine = open_staging(sys.argv[1])
try:
    print(acquire(engine, "load acct_1", sys.argv[2], 600, SystemClock()).fence)
except LeaseHeld:
    print("held")
engine.dispose()
"""


def test_the_second_holder_waits_until_it_is_released(staging_engine: Engine) -> None:
    """The refusal names who holds it and until when."""
    clock = SettableClock()
    first = acquire(staging_engine, NAME, "run-1", 60, clock)
    assert first == Lease(NAME, "run-1", 1)
    with pytest.raises(LeaseHeld, match=r"run-1 until 2026-11-02 08:31:15 UTC"):
        acquire(staging_engine, NAME, "run-2", 60, clock)
    assert acquire(staging_engine, "load acct_2", "run-2", 60, clock).fence == 1
    release(staging_engine, first)
    assert acquire(staging_engine, NAME, "run-2", 60, clock) == Lease(NAME, "run-2", 2)


def test_an_expired_lease_is_taken_over_and_its_holder_learns_it(staging_engine: Engine) -> None:
    """The old holder can neither renew, nor hold, nor release what is no longer its own."""
    clock = SettableClock()
    old = acquire(staging_engine, NAME, "run-1", 60, clock)
    clock.sleep(59)
    with pytest.raises(LeaseHeld):
        acquire(staging_engine, NAME, "run-2", 60, clock)
    clock.sleep(1)
    new = acquire(staging_engine, NAME, "run-2", 60, clock)
    assert new.fence == old.fence + 1
    with pytest.raises(LeaseLost, match="load acct_1"):
        renew(staging_engine, old, 60, clock)
    with pytest.raises(LeaseLost), staging_engine.begin() as conn:
        hold_current(conn, old)
    release(staging_engine, old)
    with pytest.raises(LeaseHeld):
        acquire(staging_engine, NAME, "run-3", 60, clock)


def test_renewing_keeps_it(staging_engine: Engine) -> None:
    """Also when it had expired, as long as nobody took it."""
    clock = SettableClock()
    lease = acquire(staging_engine, NAME, "run-1", 60, clock)
    clock.sleep(50)
    renew(staging_engine, lease, 60, clock)
    clock.sleep(50)
    with pytest.raises(LeaseHeld):
        acquire(staging_engine, NAME, "run-2", 60, clock)
    clock.sleep(100)
    renew(staging_engine, lease, 60, clock)
    with pytest.raises(LeaseHeld):
        acquire(staging_engine, NAME, "run-2", 60, clock)


def test_a_retried_task_takes_over_from_itself(staging_engine: Engine) -> None:
    """Airflow may run the same task twice at once: the first of the two loses."""
    clock = SettableClock()
    first = acquire(staging_engine, NAME, "run-1", 60, clock)
    second = acquire(staging_engine, NAME, "run-1", 60, clock)
    assert second.fence == first.fence + 1
    with pytest.raises(LeaseLost):
        renew(staging_engine, first, 60, clock)
    renew(staging_engine, second, 60, clock)


def test_of_many_threads_exactly_one_gets_it(staging_engine: Engine) -> None:
    """All ask at the same moment, for a lease that never existed."""
    barrier = threading.Barrier(6)
    got: list[Lease] = []
    refused: list[LeaseHeld] = []

    def compete(holder: str) -> None:
        barrier.wait(timeout=30)
        try:
            got.append(acquire(staging_engine, NAME, holder, 60, SettableClock()))
        except LeaseHeld as error:
            refused.append(error)

    threads = [threading.Thread(target=compete, args=(f"run-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(got), len(refused)) == (1, 5)
    assert got[0].fence == 1


def test_of_many_processes_exactly_one_gets_it(staging_url: str) -> None:
    """The same across processes, with the machine's clock."""
    plugins = str(Path(stripe_netsuite.__file__).parents[1])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COMPETE, staging_url, f"run-{n}"],
            env={"PYTHONPATH": plugins},
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(3)
    ]
    answers = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert answers == ["1", "held", "held"]


def test_nobody_takes_it_while_a_transaction_holds_it_current(staging_engine: Engine) -> None:
    """The take-over waits for the writer's transaction: no intent of an old fence after a new one exists."""
    clock = SettableClock()
    lease = acquire(staging_engine, NAME, "run-1", 60, clock)
    taken = threading.Event()

    def take_over() -> None:
        acquire(staging_engine, NAME, "run-2", 60, SettableClock(NOW + timedelta(hours=1)))
        taken.set()

    thread = threading.Thread(target=take_over)
    with staging_engine.begin() as conn:
        hold_current(conn, lease)
        thread.start()
        assert not taken.wait(timeout=0.5)
    assert taken.wait(timeout=30)
    thread.join(timeout=30)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["acquire", "renew", "release", "wait"]), st.integers(0, 2)), min_size=1, max_size=12
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_fences_only_grow_and_no_two_are_equal(staging_engine: Engine, actions: list[tuple[str, int]]) -> None:
    """Law, for any history of three holders: every grant's fence is higher than all before."""
    clock = SettableClock()
    held: dict[int, Lease] = {}
    with staging_engine.connect() as conn:
        fences = [conn.execute(sa.select(lease_table.c.fence).where(lease_table.c.name == NAME)).scalar() or 0]
    for action, who in actions:
        try:
            if action == "acquire":
                held[who] = acquire(staging_engine, NAME, f"run-{who}", 60, clock)
                fences.append(held[who].fence)
            elif action == "renew" and who in held:
                renew(staging_engine, held[who], 60, clock)
                assert held[who].fence == fences[-1], "an old fence was renewed"
            elif action == "release" and who in held:
                release(staging_engine, held[who])
            else:
                clock.sleep(45)
        except LeaseHeld:
            assert action == "acquire"
        except LeaseLost:
            assert action == "renew"
    assert fences == sorted(set(fences))
    clock.sleep(10_000)
    release(staging_engine, acquire(staging_engine, NAME, "last", 1, clock))
