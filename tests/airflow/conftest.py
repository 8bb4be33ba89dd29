"""Sets Airflow's environment before anything imports Airflow, and shares the fixtures of `tests.airflow.fixtures`."""

from __future__ import annotations

from tests.airflow import place
from tests.airflow.fixtures import airflow_home, collected, dagbag, pytest_collection_modifyitems

place.prepare()

__all__ = ["airflow_home", "collected", "dagbag", "pytest_collection_modifyitems"]
