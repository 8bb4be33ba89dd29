"""The pages in Airflow's UI: behind Airflow's login, from staging alone, and sealed against scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.staging.runs import RunRow, start_run
from tests.airflow.company import AirflowCompany, running_company

DAG, RUN = "stripe_to_netsuite_daily", "scheduled__2026-11-05T00:00:00+00:00"
PAGE = f"/stripe-netsuite/runs/{DAG}/{RUN.replace('+', '%2B')}"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AirflowCompany]:
    """A company whose staging knows one run."""
    with running_company(tmp_path_factory.mktemp("pages")) as company:
        engine = open_staging(company.staging_url)
        migrate(engine)
        with engine.begin() as connection:
            start_run(
                connection,
                RunRow(
                    run_id=f"{DAG}/{RUN}",
                    kind="daily",
                    stripe_accounts=("acct_sandbox_us",),
                    window=Window(datetime(2026, 11, 4, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC)),
                    mapping_version="abc",
                    dry_run=False,
                    started_at=datetime(2026, 11, 5, tzinfo=UTC),
                    link=None,
                ),
            )
        engine.dispose()
        yield company


@pytest.fixture(scope="module")
def client(dagbag: Any) -> Iterator[Any]:
    """Airflow's own API server with our plugin in it."""
    from airflow.api_fastapi.app import cached_app
    from starlette.testclient import TestClient

    with TestClient(cached_app(), base_url="http://127.0.0.1:8080") as client:
        yield client


def token(client: Any) -> dict[str, str]:
    """Log in as Airflow's administrator."""
    import json
    import os
    from pathlib import Path

    file = Path(os.environ["AIRFLOW_HOME"]) / "simple_auth_manager_passwords.json.generated"
    password = json.loads(file.read_text())["admin"]
    answer = client.post("/auth/token", json={"username": "admin", "password": password})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


TABLES = ("findings.csv", "proofs.csv", "reconciliation.csv")


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/validation", *(f"{PAGE}/{name}" for name in TABLES)])
def test_nobody_reads_without_login(client: Any, company: AirflowCompany, path: str) -> None:
    assert client.get(path).status_code == 401


def test_the_run_report_is_drawn_from_staging(client: Any, company: AirflowCompany) -> None:
    answer = client.get(PAGE, headers=token(client))
    assert answer.status_code == 200
    assert RUN in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text


def test_a_run_that_stored_nothing_says_so(client: Any, company: AirflowCompany) -> None:
    for path in (f"{PAGE}/validation", f"/stripe-netsuite/runs/{DAG}/%3Cb%3Eother"):
        answer = client.get(path, headers=token(client))
        assert answer.status_code == 404
        assert "<b>other" not in answer.text


def test_the_tables_are_beside_the_page(client: Any, company: AirflowCompany) -> None:
    """The page links them relative to itself; each is a download; an unknown run has none."""
    page = client.get(PAGE, headers=token(client)).text
    for name in TABLES:
        assert f"%3A00%2B00%3A00/{name}" in page
        answer = client.get(f"{PAGE}/{name}", headers=token(client))
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert client.get(f"/stripe-netsuite/runs/{DAG}/other/{name}", headers=token(client)).status_code == 404
