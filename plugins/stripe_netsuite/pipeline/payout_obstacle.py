"""What keeps NetSuite from answering about a payout: a permission that is missing, or an outage that lasts.

An outage is Airflow's to repeat, with growing pauses; after a day of it a person should know (product rule of Stripe's
own connector). A refused search is a finding at once: repeating cannot help.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.errors import NetSuiteRefused, RetriableError
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.findings import open_findings, record_findings

_ALARM_AFTER = timedelta(hours=24)
_SINCE = "since"
_OUTAGE = "transient_netsuite_error"


def search_failed(stripe_account: str, payout_id: str, error: NetSuiteRefused) -> Finding:
    """Return the finding of a payout whose records or deposit NetSuite would not show."""
    return Finding(
        code="deposit_search_failed",
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=stripe_account,
        object_type="payout",
        stripe_id=payout_id,
        message="NetSuite refused to show the payout's records or deposits, so nothing was posted.",
        expected="transactions and their links, by SuiteQL; deposits, by REST",
        found=f"{error.code}: {error.detail}",
        suggestion="Give the integration's role the permission that NetSuite names (Find Transaction, Deposit: view).",
    )


def note_outage(services: Services, run: Run, account_id: str, payout_id: str, error: RetriableError) -> None:
    """Note that NetSuite could not answer for a payout: a warning at first, critical once it has lasted a day.

    The payout's next turn that comes through resolves it.
    """
    if run.dry_run:
        return
    now = services.clock.now()
    with services.engine.begin() as connection:
        since = next(
            (
                datetime.fromisoformat(dict(row.finding.details)[_SINCE])
                for row in open_findings(connection, account_id)
                if row.finding.code == _OUTAGE and row.finding.stripe_id == payout_id
            ),
            now,
        )
        finding = _alarm if now - since >= _ALARM_AFTER else _warning
        record_findings(connection, [finding(account_id, payout_id, error, since)], run.run_id, now)


def _warning(stripe_account: str, payout_id: str, error: RetriableError, since: datetime) -> Finding:
    return Finding(
        code=_OUTAGE,
        severity=Severity.WARNING,
        stage="reconcile",
        stripe_account=stripe_account,
        object_type="payout",
        stripe_id=payout_id,
        message="NetSuite could not answer while the payout was reconciled; it is tried again by itself.",
        found=str(error),
        suggestion="Nothing, as long as it does not last.",
        details=((_SINCE, since.isoformat()),),
    )


def _alarm(stripe_account: str, payout_id: str, error: RetriableError, since: datetime) -> Finding:
    return Finding(
        code=_OUTAGE,
        severity=Severity.CRITICAL,
        stage="reconcile",
        stripe_account=stripe_account,
        object_type="payout",
        stripe_id=payout_id,
        message="NetSuite has not answered for the payout for more than a day.",
        found=f"since {since:%Y-%m-%d %H:%M} UTC: {error}",
        suggestion="Look at NetSuite's status page, its concurrency limit, and what else uses the integration's role.",
        details=((_SINCE, since.isoformat()),),
    )
