"""The pages behind the tabs of a DAG run: read from staging, rendered by `stripe_netsuite.report`, for logged-in users.

Whoever may see a DAG's runs in Airflow may see their pages; the rest get 401 or 403 from Airflow itself. Pages only
read. They carry a policy that lets no script run and nothing load from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Annotated

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy.engine import Connection

from stripe_netsuite.errors import StripeNetSuiteError
from stripe_netsuite.report.model import read_run_report
from stripe_netsuite.report.pages import run_page, validation_page
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.staging.validation_results import read_validation_results
from stripe_netsuite_airflow.context import run_id_of, staging_database_url

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

application = FastAPI(title="Stripe and NetSuite", docs_url=None, redoc_url=None, openapi_url=None)
MayReadRuns = Annotated[None, Depends(requires_access_dag(method="GET", access_entity=DagAccessEntity.RUN))]
