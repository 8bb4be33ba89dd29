"""The environment of the demo's Airflow: loopback only, free ports, one database, connections to the two sandboxes."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from demo.folder import ROOT, Folder
from stripe_netsuite_airflow.provider import SENSITIVE_FIELDS

# What the sandboxes accept; they are reachable from this machine alone and hold nothing real.
_STRIPE_KEY = "sk_test_sandbox"
_NETSUITE = {
    "account": "SANDBOX_SB1",
    "consumer_key": "sandbox-consumer-key",
    "consumer_secret": "sandbox-consumer-secret",
    "token_id": "sandbox-token-id",
    "token_secret": "sandbox-token-secret",
}

# Tasks that run at once.
_PARALLELISM = 8


@dataclass(frozen=True)
class Servers:
    """Where the two sandboxes listen."""

    stripe_url: str
    netsuite_url: str


def bin_path(program: str) -> str:
    """Return a program of the virtual environment that runs this demo."""
    return str(Path(sys.executable).with_name(program))


def free_port(preferred: int) -> int:
    """Return the preferred loopback port if nobody listens there, else any free one."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def base_environment() -> dict[str, str]:
    """Return this process's environment without what would lead Airflow or Python elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "STRIPE_NETSUITE_"))}
    # Uncached bytecode doubles the start of every process.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept["PYTHONUNBUFFERED"] = "1"
    return kept


def airflow_environment(folder: Folder, database_url: str, servers: Servers, port: int) -> dict[str, str]:
    """Return the environment for every Airflow process of the demo."""
    secrets = folder.secrets()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": str(_PARALLELISM),
        "CORE__FERNET_KEY": secrets.fernet_key,
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__SENSITIVE_VAR_CONN_NAMES": ",".join(SENSITIVE_FIELDS),
        "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder.passwords_file()),
        "DATABASE__SQL_ALCHEMY_CONN": database_url,
        # Only the API's "wait for a run" needs the asynchronous connection, and one more driver with it.
        "DATABASE__SQL_ALCHEMY_CONN_ASYNC": "",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": url,
        "API__WORKERS": "1",
        "API__SECRET_KEY": secrets.api_secret,
        "API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.05",
        # The seeded fortnight lies in the past: only what is asked for runs, not the hours that pass meanwhile.
        "SCHEDULER__USE_JOB_SCHEDULE": "False",
    }
    return {
        **base_environment(),
        "AIRFLOW_HOME": str(folder.airflow_home),
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        **connections(servers),
    }


def connections(servers: Servers) -> dict[str, str]:
    """Return the Airflow connections to the sandboxes, as `AIRFLOW_CONN_…` variables in JSON."""
    return {
        "AIRFLOW_CONN_STRIPE_DEFAULT": json.dumps(
            {"conn_type": "stripe", "password": _STRIPE_KEY, "host": servers.stripe_url}
        ),
        "AIRFLOW_CONN_NETSUITE_DEFAULT": json.dumps(
            {"conn_type": "netsuite", "host": servers.netsuite_url, "extra": _NETSUITE}
        ),
    }
