"""An Airflow of the tests' own: its home, settings and database in a temporary folder, set before Airflow is imported."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def settings(home: Path) -> dict[str, str]:
    """Return the environment of an Airflow that reads this checkout and keeps everything in `home`."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES": "consumer_key,certificate_id,client_id",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,vera:viewer",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__API__BASE_URL": "http://127.0.0.1:8080",
        "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-these-tests-and-long-enough-to-sign-with",
    }


def prepare() -> None:
    """Set the environment, once a process: Airflow reads it when it is imported."""
    if is_prepared():
        return
    home = Path(tempfile.mkdtemp(prefix="airflow-tests-"))
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[name]
    os.environ.update(settings(home))


def load_dags() -> Any:
    """Create Airflow's database and return the DagBag of `dags/`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own
        from airflow.dag_processing.dagbag import DagBag
        from airflow.utils import db

        db.initdb()
        return DagBag(str(ROOT / "dags"))


def is_prepared() -> bool:
    """Tell whether `prepare` ran in this process."""
    return Path(os.environ.get("AIRFLOW_HOME", "/")).name.startswith("airflow-tests-")
