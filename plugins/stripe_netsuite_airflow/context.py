"""From a running task to the product: which run this is, over which window, with which services.

Receives Airflow's task context; promises that the same DAG run always gives the same `Run`: the data interval (or the
params `start` and `end`) decides, never the wall clock.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from stripe_netsuite.domain.window import Window, from_unix
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite_airflow.connection import connection_fields, optional_connection_fields

if TYPE_CHECKING:
    from stripe_netsuite.pipeline import Run, Services

Kind = Literal["hourly", "daily", "payout"]

STAGING_CONNECTION = "staging_default"


def run_of(context: Mapping[str, Any], kind: Kind) -> Run:
    """Build the product's `Run` from a task context. Raises ConfigurationError for params that make no window."""
    from stripe_netsuite.pipeline import Run

    dag_run = context["dag_run"]
    params = context["params"]
    return Run(
        run_id=run_id_of(dag_run.dag_id, dag_run.run_id),
        kind=kind,
        window=window_of(context, kind),
        accounts=tuple(params.get("stripe_accounts") or ()),
        dry_run=bool(params.get("dry_run", False)),
        only_ids=tuple(params.get("only_ids") or ()),
        link=_link(dag_run.dag_id, dag_run.run_id),
    )


def run_id_of(dag_id: str, dag_run_id: str) -> str:
    """Return the run id kept in staging: Airflow's run ids repeat from one DAG to the next."""
    return f"{dag_id}/{dag_run_id}"


def window_of(context: Mapping[str, Any], kind: Kind) -> Window:
    """Return the window: the params `start` and `end`, else the data interval, else the last complete hour or day.

    The last case is a run made by hand without a logical date; "last" is counted from the run's `run_after`.
    """
    params = context["params"]
    start, end = params.get("start"), params.get("end")
    if start and end:
        return _checked(_instant(start, "start"), _instant(end, "end"))
    if start or end:
        raise ConfigurationError(
            "only one end of the window is given", subject="params", expected="both start and end, or neither"
        )
    begin, until = context.get("data_interval_start"), context.get("data_interval_end")
    if begin is not None and until is not None and begin < until:
        return Window(from_unix(int(begin.timestamp())), from_unix(int(until.timestamp())))
    return _last_complete(context["dag_run"].run_after, kind)


def open_services() -> Services:
    """Open the product's services over Airflow's connections; a context manager."""
    from stripe_netsuite import pipeline
    from stripe_netsuite.settings import mappings_folder

    return pipeline.open_services(connection_fields, mappings_folder(), staging_database_url())


def staging_database_url() -> str:
    """Return the staging database's URL: connection `staging_default`, else a SQLite file under AIRFLOW_HOME."""
    from stripe_netsuite.staging.database import staging_url

    return staging_url(optional_connection_fields(STAGING_CONNECTION), airflow_home())


def airflow_home() -> Path:
    """Return AIRFLOW_HOME as Airflow itself understands it."""
    return Path(os.path.expandvars(os.environ.get("AIRFLOW_HOME", "~/airflow"))).expanduser()


def _last_complete(instant: datetime, kind: Kind) -> Window:
    end = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if kind == "hourly":
        return Window(end - timedelta(hours=1), end)
    end = end.replace(hour=0)
    return Window(end - timedelta(days=1), end)


def _checked(start: datetime, end: datetime) -> Window:
    if end <= start:
        raise ConfigurationError(
            "the window ends before it starts",
            subject="params",
            saw=f"{start.isoformat()} to {end.isoformat()}",
            expected="an end after the start",
        )
    return Window(start, end)


def _instant(text: str, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            "not an instant", subject=f"param {name}", saw=repr(text), expected="for example 2026-11-01T00:00:00Z"
        ) from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _link(dag_id: str, dag_run_id: str) -> str | None:
    from airflow.sdk import conf

    base_url = conf.get("api", "base_url", fallback="")
    return f"{base_url.rstrip('/')}/dags/{quote(dag_id)}/runs/{quote(dag_run_id, safe='')}" if base_url else None
