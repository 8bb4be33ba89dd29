"""What happens on the stage: a fortnight backfilled by the daily DAG, its last hours by the hourly one, the payouts.

Receives Airflow's API and a function that prints; gives the runs and the count of task instances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.airflow_api import AirflowApi
from stripe_netsuite_airflow.context import run_id_of

DAILY, HOURLY, PAYOUTS = "stripe_to_netsuite_daily", "stripe_to_netsuite_hourly", "payout_reconciliation"
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 14
HOURS = 3


@dataclass
class Outcome:
    """The runs that ended, by DAG, with their task instances."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    task_states: Counter[str] = field(default_factory=Counter)

    @property
    def last_run_id(self) -> str:
        """The product's id of the run that ended last: the payouts'."""
        return run_id_of(self.runs[-1]["dag_id"], self.runs[-1]["dag_run_id"])

    @property
    def failed(self) -> list[str]:
        """The runs that failed."""
        return [f"{run['dag_id']} {run['dag_run_id']}" for run in self.runs if run["state"] != "success"]


class Play:
    """One performance; `tell` prints a line of progress."""

    def __init__(self, api: AirflowApi, tell: Callable[[str], None]) -> None:
        self.api = api
        self.tell = tell
        self.outcome = Outcome()

    def perform(self) -> Outcome:
        """Run all three DAGs, one after the other, and return what became of them."""
        self.api.wait_for_dags([DAILY, HOURLY, PAYOUTS])
        self.api.create_pool("netsuite", 5, "Requests to NetSuite at the same time")
        end = FIRST_DAY + timedelta(days=DAYS)
        self.tell(f"backfilling {DAYS} days with {DAILY}")
        self._backfill(DAILY, FIRST_DAY, end - timedelta(days=1), DAYS)
        self.tell(f"backfilling the last {HOURS} hours with {HOURLY}")
        self._backfill(HOURLY, end - timedelta(hours=HOURS), end - timedelta(hours=1), HOURS)
        self.tell(f"running {PAYOUTS}")
        self._trigger(PAYOUTS, {"start": FIRST_DAY.isoformat(), "end": end.isoformat()})
        return self.outcome

    def _backfill(self, dag_id: str, start: datetime, last: datetime, count: int) -> None:
        self.api.unpause(dag_id)
        backfill = self.api.backfill(dag_id, start, last)

        def ours(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
            found = [run for run in runs if run["run_type"] == "backfill"]
            return found if len(found) >= count else []

        self.api.watch(dag_id, ours, self._ended)
        self.api.close_backfill(backfill)

    def _trigger(self, dag_id: str, params: dict[str, str]) -> None:
        self.api.unpause(dag_id)
        run_id = self.api.trigger(dag_id, params)
        self.api.watch(dag_id, lambda runs: [run for run in runs if run["dag_run_id"] == run_id], self._ended)

    def _ended(self, run: dict[str, Any]) -> None:
        tasks = self.api.tasks(run["dag_id"], run["dag_run_id"])
        self.outcome.runs.append(run)
        self.outcome.task_states.update(str(task["state"]) for task in tasks)
        self.tell(f"  {run['state']:8} {_interval(run):34} {len(tasks):3} tasks {_seconds(run):6.1f} s")
        for task in tasks:
            label = task.get("rendered_map_index")
            if label or task["state"] in ("failed", "upstream_failed"):
                self.tell(f"             {task['state'] or '':8} {task['task_id']} {label or ''}")


def _interval(run: dict[str, Any]) -> str:
    start, end = run.get("data_interval_start"), run.get("data_interval_end")
    if run["run_type"] != "backfill" or not start or not end:
        return str(run["dag_run_id"]).split(".")[0]
    return f"{start[:16].replace('T', ' ')} to {end[:16].replace('T', ' ')}"


def _seconds(run: dict[str, Any]) -> float:
    if not run.get("start_date") or not run.get("end_date"):
        return 0.0
    return (datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])).total_seconds()
