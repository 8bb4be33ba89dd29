"""The DAGs load, say what they do, and have the shape that operators rely on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.airflow import place

LOADS = ["load_customers", "load_items", "load_invoices", "load_payments", "load_refunds", "load_disputes"]
ORDER = {
    "stripe_to_netsuite_hourly": ["extract", "validate", *LOADS, "finish"],
    "stripe_to_netsuite_daily": ["extract", "validate", *LOADS, "prove", "finish"],
    "payout_reconciliation": ["discover", "reconcile", "questions", "ask", "prove", "finish"],
}
APPROVAL = "payout_approval"
FILES = sorted((place.ROOT / "dags").glob("*.py"))


def test_no_import_errors_and_exactly_these_dags(dagbag: Any) -> None:
    assert dagbag.import_errors == {}
    assert sorted(dagbag.dags) == sorted([*ORDER, APPROVAL])


@pytest.mark.parametrize("dag_id", ORDER)
def test_tasks_run_in_this_order(dagbag: Any, dag_id: str) -> None:
    """Each task follows the one before it; what a later task reads from an earlier one adds no other order."""
    assert [task.task_id for task in dagbag.dags[dag_id].topological_sort()] == ORDER[dag_id]
    for before, after in zip(ORDER[dag_id], ORDER[dag_id][1:], strict=False):
        assert after in dagbag.dags[dag_id].get_task(before).downstream_task_ids


def test_load_steps_are_the_pipelines_in_its_order(dagbag: Any) -> None:
    from stripe_netsuite.pipeline import LoadStep

    assert [f"load_{step.value}" for step in LoadStep] == LOADS


@pytest.mark.parametrize(
    ("dag_id", "cron"), [("stripe_to_netsuite_hourly", "0 * * * *"), ("stripe_to_netsuite_daily", "0 0 * * *")]
)
def test_schedules_give_data_intervals(dagbag: Any, dag_id: str, cron: str) -> None:
    """A bare cron string would give empty intervals, and runs that read nothing."""
    timetable = dagbag.dags[dag_id].timetable
    assert type(timetable).__name__ == "CronDataIntervalTimetable"
    assert timetable.expression == cron
    assert "UTC" in str(timetable.timezone)


def test_payouts_are_woken_by_the_asset_and_swept_daily(dagbag: Any) -> None:
    timetable = dagbag.dags["payout_reconciliation"].timetable
    assert type(timetable).__name__ == "AssetOrTimeSchedule"
    assert [asset.name for asset in timetable.asset_condition.objects] == ["stripe_payouts"]


@pytest.mark.parametrize("dag_id", ORDER)
def test_no_catch_up_one_run_at_a_time_and_a_form(dagbag: Any, dag_id: str) -> None:
    dag = dagbag.dags[dag_id]
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert {"dry_run", "stripe_accounts", "only_ids", "start", "end"} <= set(dag.params)
    assert dag.params["dry_run"] is False


def test_a_question_that_is_open_keeps_no_other_from_being_asked(dagbag: Any) -> None:
    """One run a question, started by the payouts' DAG alone, at once, and as many as there are."""
    dag = dagbag.dags[APPROVAL]
    assert [task.task_id for task in dag.tasks] == ["decide"]
    assert type(dag.timetable).__name__ == "NullTimetable"
    assert dag.max_active_runs >= 1000
    assert dag.is_paused_upon_creation is False


@pytest.mark.parametrize("dag_id", [*ORDER, APPROVAL])
def test_every_task_repeats_by_the_error_it_met(dagbag: Any, dag_id: str) -> None:
    from stripe_netsuite_airflow.retry import RETRY_POLICY

    for task in dagbag.dags[dag_id].tasks:
        operator = task.partial_kwargs if task.is_mapped else vars(task)
        assert operator["retry_policy"] is RETRY_POLICY, task.task_id


def test_only_what_writes_to_netsuite_takes_its_pool(dagbag: Any) -> None:
    slots = {
        (dag_id, task.task_id): task.pool_slots
        for dag_id, dag in dagbag.dags.items()
        for task in dag.tasks
        if task.pool == "netsuite"
    }
    loads = {
        (dag_id, load): 5 for dag_id in ("stripe_to_netsuite_hourly", "stripe_to_netsuite_daily") for load in LOADS
    }
    assert slots == {**loads, ("payout_reconciliation", "reconcile"): 1}


@pytest.mark.parametrize("dag_id", ORDER)
def test_what_closes_a_run_runs_whatever_happened(dagbag: Any, dag_id: str) -> None:
    for task_id in {"questions", "prove", "finish"} & set(ORDER[dag_id]):
        assert dagbag.dags[dag_id].get_task(task_id).trigger_rule == "all_done"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_dag_file_is_short_and_is_its_own_runbook(file: Any) -> None:
    """At most 120 lines; the docstring tells an operator what is seen and what to do."""
    text = file.read_text()
    assert len(text.splitlines()) <= 120
    docstring = re.match(r'"""(.*?)"""', text, re.DOTALL)
    assert docstring is not None
    assert "it means" in docstring[1].lower()
    assert "Dry run" in docstring[1]
    assert "doc_md=__doc__" in text
