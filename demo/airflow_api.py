"""What the demo asks of Airflow, over its public REST API: log in, unpause, backfill, trigger, watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

_DONE = ("success", "failed")


class AirflowApi:
    """One logged-in session. `check` is called while waiting and raises when a process has died."""

    def __init__(self, url: str, password: str, check: Callable[[], None]) -> None:
        self.url = url
        self._password = password
        self._check = check
        self._session = requests.Session()
        self._session.trust_env = False  # loopback: never through a proxy

    def wait_until_healthy(self, patience_s: float = 120) -> None:
        """Wait for the database, the scheduler and the DAG processor, then log in."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._check()
            if self._is_healthy():
                self._log_in()
                return
            time.sleep(0.2)
        raise TimeoutError(f"Airflow is not healthy after {patience_s:.0f} s")

    def wait_for_dags(self, dag_ids: list[str], patience_s: float = 120) -> None:
        """Wait until the DAG processor has found the DAGs. Raises RuntimeError with Airflow's import errors."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._check()
            errors = self._get("importErrors")["import_errors"]
            if errors:
                raise RuntimeError("\n".join(error["stack_trace"] for error in errors))
            found = {dag["dag_id"] for dag in self._get("dags", limit=100)["dags"]}
            if found.issuperset(dag_ids):
                return
            time.sleep(0.2)
        raise TimeoutError(f"Airflow did not find all of {', '.join(dag_ids)}")

    def create_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool, or leave the one that is there."""
        body = {"name": name, "slots": slots, "description": description}
        self._send("POST", "pools", body, accept=(201, 409))

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self._send("PATCH", f"dags/{dag_id}", {"is_paused": False})

    def backfill(self, dag_id: str, start: datetime, end: datetime) -> int:
        """Create a backfill over the intervals that start from `start` to `end`; what ran before runs again."""
        body = {
            "dag_id": dag_id,
            "from_date": start.isoformat(),
            "to_date": end.isoformat(),
            "max_active_runs": 1,
            "reprocess_behavior": "completed",
        }
        return int(self._send("POST", "backfills", body)["id"])

    def close_backfill(self, backfill_id: int) -> None:
        """Say that a backfill is over; Airflow itself would notice half a minute later, and refuse another one so long."""
        self._send("PUT", f"backfills/{backfill_id}/cancel", None, accept=(200, 409))

    def trigger(self, dag_id: str, params: dict[str, Any]) -> str:
        """Start a run now with these params and return its id."""
        body = {"logical_date": None, "conf": params}
        return str(self._send("POST", f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the DAG's runs, oldest interval first."""
        return list(self._get(f"dags/{dag_id}/dagRuns", order_by="run_after", limit=100)["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        path = f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances"
        return list(self._get(path, limit=1000)["task_instances"])

    def watch(
        self,
        dag_id: str,
        ours: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
        finished: Callable[[dict[str, Any]], None],
        patience_s: float = 600,
    ) -> list[dict[str, Any]]:
        """Call `finished` for each run as it ends and return the runs. `ours` chooses among the DAG's runs."""
        told: set[str] = set()
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._check()
            runs = ours(self.runs(dag_id))
            for run in runs:
                if run["state"] in _DONE and run["dag_run_id"] not in told:
                    told.add(run["dag_run_id"])
                    finished(run)
            if runs and all(run["state"] in _DONE for run in runs):
                return runs
            time.sleep(0.3)
        raise TimeoutError(f"the runs of {dag_id} did not end within {patience_s:.0f} s")

    def _is_healthy(self) -> bool:
        try:
            health = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
        except (requests.RequestException, ValueError):
            return False
        return all(
            health.get(part, {}).get("status") == "healthy" for part in ("metadatabase", "scheduler", "dag_processor")
        )

    def _log_in(self) -> None:
        answer = self._session.post(
            f"{self.url}/auth/token", json={"username": "admin", "password": self._password}, timeout=30
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self._session.get(f"{self.url}/api/v2/{path}", params=query, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def _send(self, method: str, path: str, body: Any, accept: tuple[int, ...] = (200, 201)) -> dict[str, Any]:
        answer = self._session.request(method, f"{self.url}/api/v2/{path}", json=body, timeout=30)
        if answer.status_code not in accept:
            raise RuntimeError(f"Airflow answered {answer.status_code} to {method} {path}: {answer.text[:500]}")
        return dict(answer.json())
