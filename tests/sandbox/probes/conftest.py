"""A running sandbox, and the environment in which `python -m sandbox probe` finds it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.netsuite.testing import RunningNetSuite, running_netsuite


def environment(url: str, **extra: str) -> dict[str, str]:
    """The Airflow connection of a NetSuite at `url`; `extra` overrides the seeded account's fields."""
    fields = {
        "account": "SANDBOX_SB1",
        "consumer_key": "sandbox-consumer-key",
        "consumer_secret": "sandbox-consumer-secret",
        "token_id": "sandbox-token-id",
        "token_secret": "sandbox-token-secret",
        **extra,
    }
    return {"AIRFLOW_CONN_NETSUITE_DEFAULT": json.dumps({"conn_type": "netsuite", "host": url, "extra": fields})}


@pytest.fixture
def netsuite() -> Iterator[RunningNetSuite]:
    with running_netsuite(control=True, concurrency_limit=8) as server:
        yield server
