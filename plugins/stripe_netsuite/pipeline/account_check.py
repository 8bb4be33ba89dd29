"""Which Stripe accounts of a run can be booked at all: the others get a finding, and do not stop those that can.

NetSuite may have lost the subsidiary, Undeposited Funds or the receivable account, or show them to the role no more.
"""

from __future__ import annotations

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.errors import BooksUnavailable
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.findings import settle_findings


def bookable_accounts(services: Services, run: Run) -> list[StripeAccount]:
    """Return the run's accounts whose books can be assembled; note the findings of the others.

    Raises BooksUnavailable where that is none of them, and in a dry run, which notes nothing.
    """
    accounts = services.accounts(run)
    errors: dict[str, BooksUnavailable] = {}
    for account in accounts:
        try:
            services.books(account)
        except BooksUnavailable as error:
            if run.dry_run:
                raise
            errors[account.id] = error
    if not run.dry_run:
        _note(services, run, accounts, errors)
    if errors and len(errors) == len(accounts):
        raise next(iter(errors.values()))
    return [account for account in accounts if account.id not in errors]


def is_bookable(services: Services, account: StripeAccount) -> bool:
    """Whether the account's books can be assembled."""
    try:
        services.books(account)
    except BooksUnavailable:
        return False
    return True


def _note(services: Services, run: Run, accounts: list[StripeAccount], errors: dict[str, BooksUnavailable]) -> None:
    now = services.clock.now()
    with services.engine.begin() as connection:
        for account in accounts:
            findings = [_finding(account, errors[account.id])] if account.id in errors else []
            settle_findings(
                connection,
                findings,
                account=account.id,
                run_id=run.run_id,
                now=now,
                stage="load",
                stripe_ids={account.id},
            )


def _finding(account: StripeAccount, error: BooksUnavailable) -> Finding:
    match error.missing:
        case "subsidiaries":
            code = "subsidiary_search_failed"
        case "subsidiary":
            code = "subsidiary_not_found"
        case "accounts":
            code = "undep_funds_account_fetch_error"
        case "undeposited_funds":
            code = "undep_funds_account_not_found"
        case _:
            code = "missing_netsuite_account_mapping"
    return Finding(
        code=code,
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=account.id,
        object_type="account",
        stripe_id=account.id,
        message=f"Nothing of this Stripe account is booked: {error.message}.",
        expected=error.missing.replace("_", " "),
        found=error.saw,
        suggestion=f"To go on, {error.next_step}; everything that waits is booked by itself.",
    )
