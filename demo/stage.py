"""Sets the demo's stage: two sandboxes, a database, Airflow's processes. Promises to take it all down again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.airflow_api import AirflowApi
from demo.children import Children, stop_remembered
from demo.database import start_postgres, stop_postgres
from demo.environment import Servers, airflow_environment, base_environment, bin_path, free_port
from demo.folder import ROOT, Folder

_UI_PORT = 8080
_AIRFLOW = {
    "api-server": ["api-server", "--workers", "1"],
    # The tasks' logs lie on this machine; without its log server nothing listens beyond the API server.
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}


@dataclass
class Stage:
    """Everything that runs, and where. `tell` prints a line of progress."""

    folder: Folder
    tell: Callable[[str], None]
    url: str = field(default="", init=False)
    env: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self.children = Children(self.folder)

    def set_up(self) -> AirflowApi:
        """Start everything and return the logged-in API. What an earlier demo left running is stopped first."""
        if left := stop_remembered(self.folder):
            self.tell(f"stopped what an earlier demo left running: {', '.join(left)}")
        servers = self._start_sandboxes()
        database_url = start_postgres(self.folder)
        port = free_port(_UI_PORT)
        self.url = f"http://127.0.0.1:{port}"
        self.env = airflow_environment(self.folder, database_url, servers, port)
        self._airflow_once("db", "migrate")
        for name, arguments in _AIRFLOW.items():
            preload = {"PYTHONPATH": str(ROOT / "demo" / "preload")} if name == "scheduler" else {}
            self.children.start(name, [bin_path("airflow"), *arguments], {**self.env, **preload})
        api = AirflowApi(self.url, self.folder.secrets().admin_password, self.children.check)
        api.wait_until_healthy()
        return api

    def start_triggerer(self) -> None:
        """Start the process that deferred tasks need; our DAGs have none, Airflow's home page would show it missing."""
        self.children.start("triggerer", [bin_path("airflow"), "triggerer", "--skip-serve-logs"], self.env)

    def take_down(self) -> None:
        """Stop everything that this stage started, and its database."""
        self.children.stop()
        stop_postgres(self.folder)

    def _start_sandboxes(self) -> Servers:
        python = [sys.executable, "-m", "sandbox"]
        env = base_environment()
        # Airflow runs tasks in parallel, and each of them paces itself by what Stripe allows: together they would wait.
        self.children.start("stripe", [*python, "stripe", "--port", "0", "--no-rate-limits"], env)
        books = ["--state", str(self.folder.netsuite_books)]
        self.children.start("netsuite", [*python, "netsuite", "--port", "0", *books], env)
        return Servers(
            stripe_url=self.children.first_json_line("stripe")["url"],
            netsuite_url=self.children.first_json_line("netsuite")["url"],
        )

    def _airflow_once(self, *arguments: str) -> None:
        done = subprocess.run(
            [bin_path("airflow"), *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"airflow {' '.join(arguments)} failed\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
