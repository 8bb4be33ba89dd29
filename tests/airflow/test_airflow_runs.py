"""Real DAG runs against both sandboxes: a day, its repetition, the payouts, a dry run, and what happens on failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_netsuite.staging.database import open_staging
from stripe_netsuite.staging.schema import balance_transaction, journal, payout_state
from tests.airflow.company import AirflowCompany, environment, netsuite_connection, run_dag, running_company, states

DAILY, HOURLY, PAYOUTS = "stripe_to_netsuite_daily", "stripe_to_netsuite_hourly", "payout_reconciliation"
FORTNIGHT = {"start": "2026-11-01T00:00:00Z", "end": "2026-11-15T00:00:00Z"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowCompany]:
    """One company for the tests of this file, which follow each other like the days of a close."""
    with running_company(tmp_path_factory.mktemp("company")) as company:
        yield company


def scalar(company: AirflowCompany, query: Any) -> int:
    engine = open_staging(company.staging_url)
    try:
        with engine.connect() as connection:
            return int(connection.execute(query).scalar_one())
    finally:
        engine.dispose()


def writes(company: AirflowCompany) -> int:
    """How many records NetSuite says it has written."""
    return sum(company.netsuite.requests["writes"].values())


def test_a_dry_run_plans_and_writes_nothing(company: AirflowCompany, dagbag: Any) -> None:
    run = run_dag(dagbag.dags[DAILY], logical_date=datetime(2026, 11, 3, tzinfo=UTC), params={"dry_run": True})
    assert run.state == "success"
    assert writes(company) == 0
    assert scalar(company, sa.select(sa.func.count()).select_from(journal)) == 0


def test_the_daily_dag_brings_a_fortnight_into_netsuite(company: AirflowCompany, dagbag: Any) -> None:
    """The params' window replaces the interval; every task succeeds; NetSuite wrote what the journal says."""
    run = run_dag(dagbag.dags[DAILY], params=FORTNIGHT)
    assert run.state == "success"
    assert {state for of_task in states(run).values() for state in of_task} == {"success"}
    committed = sa.select(sa.func.count()).select_from(journal).where(journal.c.outcome == "committed")
    assert writes(company) == scalar(company, committed) > 100


def test_again_writes_nothing(company: AirflowCompany, dagbag: Any) -> None:
    before = writes(company)
    assert run_dag(dagbag.dags[DAILY], params=FORTNIGHT).state == "success"
    assert writes(company) == before


def test_an_hour_within_it_writes_nothing(company: AirflowCompany, dagbag: Any) -> None:
    before = writes(company)
    run = run_dag(dagbag.dags[HOURLY], logical_date=datetime(2026, 11, 14, 22, tzinfo=UTC))
    assert run.state == "success"
    assert writes(company) == before


def test_payouts_become_deposits_and_labels_tell_which(company: AirflowCompany, dagbag: Any) -> None:
    """What Stripe has paid is booked; what is in transit is skipped, with the reason in its label."""
    run = run_dag(dagbag.dags[PAYOUTS], params=FORTNIGHT)
    assert run.state == "success"
    booked = scalar(
        company, sa.select(sa.func.count()).select_from(payout_state).where(payout_state.c.state == "booked")
    )
    labels = {task.rendered_map_index: str(task.state) for task in run.get_task_instances() if task.map_index >= 0}
    assert len(labels) == len(states(run)["reconcile"])
    assert all(label.startswith("po_") and " USD " in label for label in labels)
    assert sum(state == "success" for state in labels.values()) == booked >= 8
    waiting = [label for label, state in labels.items() if state == "skipped"]
    assert waiting
    assert all("waiting_on_reconciliation" in label for label in waiting)


def test_payouts_again_book_nothing(company: AirflowCompany, dagbag: Any) -> None:
    before = writes(company)
    run = run_dag(dagbag.dags[PAYOUTS], params=FORTNIGHT)
    assert run.state == "success"
    assert set(states(run)["reconcile"]) == {"skipped"}
    assert writes(company) == before


def test_every_ledger_line_of_the_fortnight_is_booked_or_waits_for_its_payout(
    company: AirflowCompany, dagbag: Any
) -> None:
    engine = open_staging(company.staging_url)
    with engine.connect() as connection:
        query = sa.select(balance_transaction.c.id, balance_transaction.c.type, balance_transaction.c.state)
        lines = connection.execute(query).all()
    engine.dispose()
    assert len(lines) > 100
    assert [line for line in lines if line.state not in ("booked", "waiting")] == []


def test_a_broken_proof_fails_its_task(company: AirflowCompany, dagbag: Any) -> None:
    """A booked ledger line that says it waits: `prove` is red and not tried again; put right, the run is green."""
    line = sa.select(balance_transaction.c.id).where(balance_transaction.c.state == "booked").limit(1)
    chosen = (
        sa.update(balance_transaction)
        .where(balance_transaction.c.id == line.scalar_subquery())
        .returning(balance_transaction.c.id)
    )
    engine = open_staging(company.staging_url)
    try:
        with engine.begin() as connection:
            (line_id,) = connection.execute(chosen.values(state="waiting")).one()
        run = run_dag(dagbag.dags[PAYOUTS], params=FORTNIGHT)
        assert (run.state, states(run)["prove"]) == ("failed", ["failed"])
        assert {task.try_number for task in run.get_task_instances() if task.task_id == "prove"} == {1}
        undo = sa.update(balance_transaction).where(balance_transaction.c.id == line_id)
        with engine.begin() as connection:
            connection.execute(undo.values(state="booked"))
    finally:
        engine.dispose()
    assert run_dag(dagbag.dags[PAYOUTS], params=FORTNIGHT).state == "success"


def test_a_refused_login_fails_at_once_and_the_run_tells_the_truth(company: AirflowCompany, dagbag: Any) -> None:
    """No retry for what a person has to change; the run is closed all the same, and is red."""
    refused = netsuite_connection(company.netsuite.url, token_secret="wrong")
    with environment(AIRFLOW_CONN_NETSUITE_DEFAULT=refused):
        run = run_dag(dagbag.dags[DAILY], logical_date=datetime(2026, 11, 5, tzinfo=UTC))
    assert run.state == "failed"
    seen = states(run)
    assert seen["load_customers"] == ["failed"]
    assert seen["load_items"] == ["upstream_failed"]
    assert seen["finish"] == ["failed"]
    tries = {task.task_id: task.try_number for task in run.get_task_instances()}
    assert tries["load_customers"] == 1
