"""Airflow for the tests of `tests/airflow` and `tests/dags`: in each process one database and one parse of the DAGs."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.airflow import place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Airflow warns of itself."""
    for item in items:
        folder = Path(item.path).relative_to(place.ROOT / "tests").parts[0]
        if folder in ("airflow", "dags") and item.get_closest_marker("airflow") is None:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            item.add_marker(pytest.mark.airflow)


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """Airflow leaves database connections to the garbage collector, which warns: here, not in somebody else's test."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def airflow_home() -> Iterator[Path]:
    """The folder of this session's Airflow, deleted at the end."""
    home = Path(os.environ["AIRFLOW_HOME"])
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def dagbag(airflow_home: Path) -> Any:
    """The parsed DAGs."""
    return place.load_dags()
