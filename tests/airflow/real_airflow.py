"""A whole Airflow for a test: scheduler, API server, DAG processor, PostgreSQL; what `make demo` runs, on a free port."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from demo.airflow_api import AirflowApi
from demo.children import Children
from demo.environment import Servers, airflow_environment, bin_path, free_port
from demo.folder import ROOT, Folder, write_private
from tests import databases

USERS = {"admin": "admin", "grace": "user", "vera": "viewer"}
"""Who may log in, and in which of Airflow's roles; the password is the demo's for all."""
_PROCESSES = {
    "api-server": ["api-server", "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}


@dataclass(frozen=True)
class User:
    """Somebody who is logged in to Airflow, over the REST API that the UI calls."""

    url: str
    session: requests.Session

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request below `/api/v2`."""
        return self.session.request(method, f"{self.url}/api/v2/{path}", timeout=30, **options)

    def answer(self, run_id: str, option: str, note: str = "") -> requests.Response:
        """Answer the question of a run of `payout_approval`."""
        path = f"dags/payout_approval/dagRuns/{quote(run_id, safe='')}/taskInstances/decide/-1/hitlDetails"
        return self.ask("PATCH", path, json={"chosen_options": [option], "params_input": {"note": note}})


@dataclass(frozen=True)
class RealAirflow:
    """What runs: its API as administrator, and a login for others."""

    api: AirflowApi
    folder: Folder

    def log_in(self, name: str) -> User:
        """Log in by name."""
        session = requests.Session()
        session.trust_env = False
        password = self.folder.secrets().admin_password
        answer = session.post(f"{self.api.url}/auth/token", json={"username": name, "password": password}, timeout=30)
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return User(self.api.url, session)


@contextmanager
def running_airflow(path: Path, variables: Mapping[str, str], port: int = 0) -> Iterator[RealAirflow]:
    """Run Airflow on this checkout's DAGs until the block ends; `variables` are added to its environment."""
    folder = Folder(path)
    children = Children(folder)
    with databases.postgresql_database(databases.postgresql_server_url(), migrated=False) as database_url:
        env = {
            **airflow_environment(folder, database_url, Servers("", ""), free_port(port)),
            **_changes(folder),
            **variables,
        }
        subprocess.run([bin_path("airflow"), "db", "migrate"], env=env, check=True, capture_output=True)
        try:
            for name, arguments in _PROCESSES.items():
                children.start(name, [bin_path("airflow"), *arguments], env)
            api = AirflowApi(env["AIRFLOW__API__BASE_URL"], folder.secrets().admin_password, children.check)
            api.wait_until_healthy()
            api.create_pool("netsuite", 5, "what all tasks together ask of NetSuite")
            yield RealAirflow(api, folder)
        finally:
            children.stop()


def _changes(folder: Folder) -> dict[str, str]:
    """What differs from the demo's environment: users, this checkout first, and nothing that takes the whole machine."""
    write_private(folder.path / "users.json", json.dumps(dict.fromkeys(USERS, folder.secrets().admin_password)))
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder.path / "users.json"),
        "AIRFLOW__CORE__PARALLELISM": "4",
        # Without it no asset event starts a run.
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
        "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("plugins", ".")),
    }
