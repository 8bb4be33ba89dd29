"""Does Stripe pay out as entities.yaml says? (ACCOUNTING F10.) Found before payments pile up in Undeposited Funds.

A payout by hand cannot be listed: an account that pays out by hand needs clearing accounts. Where the key does not show
the schedule, the payouts themselves tell.
"""

from __future__ import annotations

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.findings import settle_findings
from stripe_netsuite.staging.payouts import all_payouts

_BY_HAND = "manual"
_ENOUGH = 2
"""A single payout by hand, or an instant one, is no schedule."""


def compare_schedule(services: Services, run: Run, account: StripeAccount, interval: str | None) -> None:
    """Note that the account pays out otherwise than it is mapped; where it does as mapped, that is resolved.

    `interval` is that of the payout schedule as Stripe shows it, None where the key may not see it.
    """
    if run.dry_run:
        return
    now = services.clock.now()
    with services.engine.begin() as connection:
        if interval is None:
            told = [row.automatic for row in all_payouts(connection, account.id) if row.payout_status != CLEARING]
            interval = _BY_HAND if len(told) >= _ENOUGH and not any(told) else None
        findings = schedule_findings(account, interval, clears=services.mapping.clears(account))
        settle_findings(
            connection,
            findings,
            account=account.id,
            run_id=run.run_id,
            now=now,
            stage="extract",
            codes={"payout_schedule_mismatch"},
        )


def schedule_findings(account: StripeAccount, interval: str | None, *, clears: bool) -> list[Finding]:
    """Return what is wrong: critical where payments stay in Undeposited Funds, a warning where books are only coarser."""
    if interval == _BY_HAND and not clears:
        return [
            Finding(
                code="payout_schedule_mismatch",
                severity=Severity.CRITICAL,
                stage="extract",
                stripe_account=account.id,
                object_type="account",
                stripe_id=account.id,
                message="The account pays out by hand; what such payouts contain Stripe does not tell, so that payments, "
                "refunds and fees wait in Undeposited Funds for good.",
                expected="payouts by Stripe's schedule, as entities.yaml says (payouts: automatic)",
                found="payouts by hand",
                suggestion="Set payouts: by_hand and a clearing account for each currency in entities.yaml, or give the "
                "account a payout schedule in Stripe.",
            )
        ]
    if interval not in (None, _BY_HAND) and account.payouts == "by_hand":
        return [
            Finding(
                code="payout_schedule_mismatch",
                severity=Severity.WARNING,
                stage="extract",
                stripe_account=account.id,
                object_type="account",
                stripe_id=account.id,
                message="The account pays out by a schedule, and is booked through clearing accounts all the same.",
                expected="payouts by hand, as entities.yaml says (payouts: by_hand)",
                found=f"a {interval} payout schedule",
                suggestion="Nothing, if that is wanted (policy clearing: all says so); else set payouts: automatic.",
            )
        ]
    return []
