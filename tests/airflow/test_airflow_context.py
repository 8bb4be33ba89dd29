"""The window of a run: its interval, or the params; never the wall clock. And which errors are repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from stripe_netsuite import errors
from stripe_netsuite.domain.window import Window
from stripe_netsuite_airflow.context import run_id_of, run_of, window_of

NIGHT = datetime(2026, 11, 5, 0, 0, tzinfo=UTC)


def context(
    *, start: datetime | None = None, end: datetime | None = None, run_after: datetime = NIGHT, **params: Any
) -> dict[str, Any]:
    return {
        "dag_run": SimpleNamespace(dag_id="some_dag", run_id="manual__1", run_after=run_after),
        "params": params,
        "data_interval_start": start,
        "data_interval_end": end,
    }


def test_the_data_interval_decides() -> None:
    begin = NIGHT - timedelta(days=1)
    assert window_of(context(start=begin, end=NIGHT), "daily") == Window(begin, NIGHT)


def test_params_replace_the_interval() -> None:
    given = context(start=NIGHT, end=NIGHT + timedelta(days=1), params=None)
    given["params"] = {"start": "2026-10-01T00:00:00Z", "end": "2026-10-03T02:00:00+02:00"}
    assert window_of(given, "daily") == Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "start"), [("hourly", datetime(2026, 11, 5, 13, tzinfo=UTC)), ("daily", datetime(2026, 11, 4, tzinfo=UTC))]
)
def test_without_an_interval_the_last_complete_one_before_the_run(kind: Any, start: datetime) -> None:
    """A run made by hand has no logical date; an empty interval is as good as none."""
    moment = datetime(2026, 11, 5, 14, 37, 12, tzinfo=UTC)
    for given in (context(run_after=moment), context(start=moment, end=moment, run_after=moment)):
        assert window_of(given, kind).start == start


@pytest.mark.parametrize(
    "params",
    [
        {"start": "2026-10-01T00:00:00Z"},
        {"end": "2026-10-01T00:00:00Z"},
        {"start": "2026-10-02T00:00:00Z", "end": "2026-10-01T00:00:00Z"},
        {"start": "yesterday", "end": "2026-10-01T00:00:00Z"},
    ],
)
def test_params_that_make_no_window_are_refused(params: dict[str, str]) -> None:
    given = context()
    given["params"] = params
    with pytest.raises(errors.ConfigurationError):
        window_of(given, "daily")


def test_a_run_carries_the_params_and_an_id_of_its_own(airflow_home: object) -> None:
    """Airflow's run ids repeat from one DAG to the next: two DAGs of the same hour must not share a run."""
    given = context(start=NIGHT - timedelta(days=1), end=NIGHT)
    given["params"] = {"dry_run": True, "stripe_accounts": ["acct_1"], "only_ids": ["ch_1"]}
    run = run_of(given, "daily")
    assert (run.dry_run, run.accounts, run.only_ids, run.kind) == (True, ("acct_1",), ("ch_1",), "daily")
    assert run.run_id == run_id_of("some_dag", "manual__1") != run_id_of("other_dag", "manual__1")
    assert run.link == "http://127.0.0.1:8080/dags/some_dag/runs/manual__1"


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (errors.NetSuiteUnavailable("away"), "retry"),
        (errors.StripeUnavailable("away"), "retry"),
        (errors.LeaseHeld("busy"), "retry"),
        (errors.ConfigurationError("wrong"), "fail"),
        (errors.MappingError("wrong"), "fail"),
        (errors.NetSuiteAuthenticationFailed("refused"), "fail"),
        (errors.InvariantBroken("wrong"), "fail"),
        (KeyError("a program error"), "fail"),
        (ConnectionError("the machine"), "default"),
    ],
)
def test_the_error_decides_whether_airflow_repeats(airflow_home: object, error: Exception, action: str) -> None:
    from stripe_netsuite_airflow.retry import RETRY_POLICY

    assert RETRY_POLICY.evaluate(error, 1, 5).action.value == action
