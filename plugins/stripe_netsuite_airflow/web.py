"""The pages behind the tabs of a DAG run: read from staging, drawn by `stripe_netsuite.report`, for logged-in users.

Whoever may see a DAG's runs in Airflow may see their pages; the rest get 401 or 403 from Airflow itself. Pages only
read. They carry a policy that lets no script run and nothing load from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import quote

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.validation_report import ValidationReport
from stripe_netsuite.errors import ConfigurationError, StripeNetSuiteError
from stripe_netsuite.mapping import load_mapping
from stripe_netsuite.pipeline.reconciliation import reconciliation_lines
from stripe_netsuite.report.csv_export import findings_csv, proofs_csv, reconciliation_csv
from stripe_netsuite.report.files import BYTE_ORDER_MARK, EXPORTS
from stripe_netsuite.report.model import RunReport
from stripe_netsuite.report.pages import run_page, validation_page
from stripe_netsuite.report.reading import read_netsuite_ids, read_run_report
from stripe_netsuite.settings import mappings_folder, netsuite_connection
from stripe_netsuite.staging.database import reading
from stripe_netsuite.staging.runs import RunRow, read_run
from stripe_netsuite.staging.validation_results import read_validation_result
from stripe_netsuite_airflow.connection import connection_fields
from stripe_netsuite_airflow.context import run_id_of, staging_database_url

_HEADERS = {
    # Airflow shows the pages in a frame of its own; nobody else may.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

application = FastAPI(title="Stripe and NetSuite", docs_url=None, redoc_url=None, openapi_url=None)
_may_read_runs = [Depends(requires_access_dag(method="GET", access_entity=DagAccessEntity.RUN))]


@application.get("/runs/{dag_id}/{dag_run_id}", dependencies=_may_read_runs)
def show_run(dag_id: str, dag_run_id: str) -> HTMLResponse:
    """Draw the run's report: stage counts, plan, findings, payouts, proofs."""
    try:
        with reading(staging_database_url()) as connection:
            report = read_run_report(connection, run_id_of(dag_id, dag_run_id), netsuite_account=_netsuite_account())
    except ConfigurationError as error:
        return _message("No report yet", str(error), status=404)
    # Relative to the page's own address, whose last part is the run's id.
    exports = {name: f"{quote(dag_run_id, safe='')}/{file}" for name, file in EXPORTS.items()}
    return HTMLResponse(run_page(report, exports=exports), headers=_HEADERS)


@application.get("/runs/{dag_id}/{dag_run_id}/findings.csv", dependencies=_may_read_runs)
def export_findings(dag_id: str, dag_run_id: str) -> Response:
    """Give the run's open findings as a table."""
    return _export(dag_id, dag_run_id, "findings.csv", lambda _, report: findings_csv(report))


@application.get("/runs/{dag_id}/{dag_run_id}/proofs.csv", dependencies=_may_read_runs)
def export_proofs(dag_id: str, dag_run_id: str) -> Response:
    """Give the run's proofs as a table."""
    return _export(dag_id, dag_run_id, "proofs.csv", lambda _, report: proofs_csv(report))


@application.get("/runs/{dag_id}/{dag_run_id}/reconciliation.csv", dependencies=_may_read_runs)
def export_reconciliation(dag_id: str, dag_run_id: str, payout: str | None = None) -> Response:
    """Give the ledger lines of the run's payouts, or of one of them, with the records and deposits they stand on."""

    def table(connection: Connection, report: RunReport) -> str:
        rows = [one.row for one in report.payouts if payout is None or one.row.payout_id == payout]
        mapping = load_mapping(mappings_folder())
        return reconciliation_csv(reconciliation_lines(connection, mapping, report.netsuite_account, rows))

    return _export(dag_id, dag_run_id, "reconciliation.csv", table)


def _export(dag_id: str, dag_run_id: str, name: str, table: Callable[[Connection, RunReport], str]) -> Response:
    try:
        with reading(staging_database_url()) as connection:
            report = read_run_report(connection, run_id_of(dag_id, dag_run_id), netsuite_account=_netsuite_account())
            text = table(connection, report)
    except ConfigurationError as error:
        return _message("No table yet", str(error), status=404)
    headers = {**_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(BYTE_ORDER_MARK + text, media_type="text/csv; charset=utf-8", headers=headers)


@application.get("/runs/{dag_id}/{dag_run_id}/validation", dependencies=_may_read_runs)
def show_validation(dag_id: str, dag_run_id: str, account: str | None = None) -> HTMLResponse:
    """Draw the run's validation; where the run has several Stripe accounts, a list to choose from."""
    try:
        with reading(staging_database_url()) as connection:
            run = read_run(connection, run_id_of(dag_id, dag_run_id))
            results = _validations(connection, run) if run else {}
            if run is None or not results:
                return _message("No validation yet", "This run has not validated anything.", status=404)
            if account is None and len(results) > 1:
                return _choice(list(results))
            chosen = account or next(iter(results))
            if chosen not in results:
                return _message("No such account", f"This run did not validate {chosen}.", status=404)
            return _validation(connection, run, results[chosen])
    except ConfigurationError as error:
        return _message("No validation yet", str(error), status=404)


def _validation(connection: Connection, run: RunRow, report: ValidationReport) -> HTMLResponse:
    netsuite_account = _netsuite_account()
    ids = {row.stripe_id for rule in report.failed_rules for row in rule.rows}
    known = read_netsuite_ids(connection, netsuite_account, ids)
    page = validation_page(report, run, netsuite_account=netsuite_account, netsuite_ids=known)
    return HTMLResponse(page, headers=_HEADERS)


def _validations(connection: Connection, run: RunRow) -> dict[str, ValidationReport]:
    found = {account: read_validation_result(connection, run.run_id, account) for account in run.stripe_accounts}
    return {account: ValidationReport.from_json(text) for account, text in found.items() if text is not None}


def _netsuite_account() -> str | None:
    """Return the NetSuite account for links; a report is worth reading without them."""
    try:
        conn_id = load_mapping(mappings_folder()).entities.netsuite_connection
        return netsuite_connection(conn_id, connection_fields(conn_id)).realm
    except StripeNetSuiteError:
        return None


def _choice(accounts: list[str]) -> HTMLResponse:
    links = "".join(f'<li><a href="?account={quote(name, safe="")}">{escape(name)}</a></li>' for name in accounts)
    return _page("Validation", f"<p>Choose the Stripe account:</p><ul>{links}</ul>", status=200)


def _message(heading: str, text: str, *, status: int) -> HTMLResponse:
    return _page(heading, f"<p>{escape(text)}</p>", status=status)


def _page(heading: str, body: str, *, status: int) -> HTMLResponse:
    style = "body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:2rem;max-width:50rem}"
    head = f'<meta charset="utf-8"><title>{escape(heading)}</title><style>{style}</style>'
    text = f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{escape(heading)}</h1>{body}</body></html>'
    return HTMLResponse(text, status_code=status, headers=_HEADERS)
