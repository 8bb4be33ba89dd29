"""The tasks that DAGs are made of: each opens the services, calls one function of the pipeline, returns its counts.

Imports stay inside the functions: Airflow parses DAG files all the time. XCom carries run ids and counts, never rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from stripe_netsuite_airflow.assets import PAYOUTS, PAYOUTS_IF_ANY
from stripe_netsuite_airflow.context import Kind, open_services, run_of

if TYPE_CHECKING:
    from stripe_netsuite.pipeline import Run, Services

# The pool bounds what all tasks together ask of NetSuite: as many slots as the integration may use connections.
# A load task takes its connection's default of five; a payout, which writes one record, takes one.
NETSUITE_POOL = "netsuite"
LOAD_POOL_SLOTS = 5


@task
def extract(kind: Kind) -> dict[str, Any]:
    """Open the run, read Stripe over its window, stage what is new or changed."""
    from stripe_netsuite import pipeline

    with _services(kind) as (services, run):
        pipeline.begin(services, run)
        return pipeline.extract(services, run)


@task
def validate(kind: Kind) -> dict[str, Any]:
    """Check what is staged by the business rules; quarantine exactly the rows that break a critical one."""
    from stripe_netsuite import pipeline

    with _services(kind) as (services, run):
        return pipeline.validate(services, run)


@task(pool=NETSUITE_POOL, pool_slots=LOAD_POOL_SLOTS)
def load(kind: Kind, step: str) -> dict[str, Any]:
    """Plan one kind of record against NetSuite, then write the plan; with `dry_run` only plan."""
    return _load(kind, step)


@task(pool=NETSUITE_POOL, pool_slots=LOAD_POOL_SLOTS, outlets=[PAYOUTS_IF_ANY])
def load_and_announce(kind: Kind, step: str, extracted: Mapping[str, Any]) -> dict[str, Any]:
    """As `load`; then wake `payout_reconciliation` if the run's extraction found payouts that are ready."""
    counts = _load(kind, step)
    context = get_current_context()
    if extracted["payouts_ready"] and not context["params"].get("dry_run"):
        context["outlet_events"][PAYOUTS_IF_ANY].add(PAYOUTS, extra={"payouts_ready": extracted["payouts_ready"]})
    return counts


@task
def discover() -> list[dict[str, Any]]:
    """Open the run; return the payouts that are not booked yet: account, payout id, label."""
    from stripe_netsuite import pipeline

    with _services("payout") as (services, run):
        pipeline.begin(services, run)
        return pipeline.discover_payouts(services, run)


@task(trigger_rule=TriggerRule.ALL_DONE)
def questions() -> list[dict[str, Any]]:
    """Return what a person has to decide about payouts: a run of `payout_approval` for each, known by its question.

    And by when it was first asked: one that was withdrawn, and comes up again, is a question of its own.
    """
    from stripe_netsuite import pipeline

    with _services("payout") as (services, run):
        found = [] if run.dry_run else pipeline.open_questions(services, run)
    return [
        {
            "trigger_run_id": f"{one['payout_id']}-{one['key'][:8]}-{one['asked_at']}",
            "conf": one,
            "note": one["label"],
        }
        for one in found
    ]


@task(trigger_rule=TriggerRule.ALL_DONE)
def prove(kind: Kind) -> dict[str, Any]:
    """Read totals back from both sides and store the proofs. Fails with what is broken, where a proof is.

    A dry run, and one over a few objects, leave things open on purpose: their broken proofs are findings alone.
    """
    from stripe_netsuite import pipeline

    with _services(kind) as (services, run):
        answer = pipeline.prove(services, run)
        broken = pipeline.broken_proofs(services, run)
    if broken and not (run.dry_run or run.only_ids):
        raise AirflowFailException(f"{len(broken)} proofs do not hold: {'; '.join(broken)}")
    return answer


@task(trigger_rule=TriggerRule.ALL_DONE)
def finish(kind: Kind) -> dict[str, Any]:
    """Close the run: stage counts and outcome. Fails if a task before it failed, so that the DAG run tells the truth."""
    from stripe_netsuite import pipeline

    with _services(kind) as (services, run):
        counts = pipeline.finish(services, run)
    failed = failed_tasks(get_current_context())
    if failed:
        raise AirflowFailException(f"the run is closed, but did not do all its work: {', '.join(failed)} failed")
    return counts


def failed_tasks(context: Mapping[str, Any]) -> list[str]:
    """Return the names of the run's tasks that failed, or could not start because one before them failed."""
    dag_run = context["dag_run"]
    states = context["ti"].get_task_states(dag_id=dag_run.dag_id, run_ids=[dag_run.run_id])
    return sorted(
        name for name, state in states.get(dag_run.run_id, {}).items() if state in ("failed", "upstream_failed")
    )


def _load(kind: Kind, step: str) -> dict[str, Any]:
    from stripe_netsuite import pipeline

    with _services(kind) as (services, run):
        return pipeline.load(services, run, pipeline.LoadStep(step))


@contextmanager
def _services(kind: Kind) -> Iterator[tuple[Services, Run]]:
    run = run_of(get_current_context(), kind)
    with open_services() as services:
        yield services, run
