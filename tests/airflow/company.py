"""A company on Airflow: both sandboxes served, Airflow's connections leading to them, a staging database of its own."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite
from sandbox.testing import RunningStripe, running_stripe


@dataclass(frozen=True)
class AirflowCompany:
    """What a test asks: the two sandboxes, and the staging database's URL."""

    stripe: RunningStripe
    netsuite: RunningNetSuite
    staging_url: str


def stripe_connection(url: str, key: str = "sk_test_sandbox") -> str:
    """Return connection `stripe_default` as Airflow's JSON."""
    return json.dumps({"conn_type": "stripe", "password": key, "host": url})


def netsuite_connection(url: str, **changed: str) -> str:
    """Return connection `netsuite_default` as Airflow's JSON; `changed` replaces credentials."""
    extra = {
        "account": "SANDBOX_SB1",
        "consumer_key": "sandbox-consumer-key",
        "consumer_secret": "sandbox-consumer-secret",
        "token_id": "sandbox-token-id",
        "token_secret": "sandbox-token-secret",
        **changed,
    }
    return json.dumps({"conn_type": "netsuite", "host": url, "extra": extra})


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set environment variables, and put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def running_company(folder: Path) -> Iterator[AirflowCompany]:
    """Serve both sandboxes and lead Airflow's connections to them."""
    staging = f"sqlite:///{folder / 'staging.db'}"
    with running_stripe() as stripe, running_netsuite(control=True) as netsuite:
        variables = {
            "AIRFLOW_CONN_STRIPE_DEFAULT": stripe_connection(stripe.url),
            "AIRFLOW_CONN_NETSUITE_DEFAULT": netsuite_connection(netsuite.url),
            "AIRFLOW_CONN_STAGING_DEFAULT": json.dumps({"conn_type": "sqlite", "extra": {"url": staging}}),
        }
        with environment(**variables):
            yield AirflowCompany(stripe, netsuite, staging)


def run_dag(dag: Any, *, logical_date: datetime | None = None, params: dict[str, Any] | None = None) -> Any:
    """Run a DAG for real in this process, and return its DAG run."""
    # In one process the parsed DAG keeps the params of the run before: say them all.
    conf = {"dry_run": False, "stripe_accounts": [], "only_ids": [], "start": None, "end": None, **(params or {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own
        return dag.test(logical_date=logical_date, run_conf=conf)


def states(dag_run: Any) -> dict[str, list[str]]:
    """Return the states of a run's task instances, by task."""
    found: dict[str, list[str]] = {}
    for instance in sorted(dag_run.get_task_instances(), key=lambda instance: instance.map_index):
        found.setdefault(instance.task_id, []).append(str(instance.state))
    return found
