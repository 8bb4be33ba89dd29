"""The first two stages of a run: Stripe into staging, and staging through the rules."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from stripe_netsuite.extract.account import confirm_account
from stripe_netsuite.extract.extraction import extract_window
from stripe_netsuite.extract.plan import ExtractSettings
from stripe_netsuite.pipeline.payout_schedule import compare_schedule
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.validate.checkpoint import validate_pending


def extract(services: Services, run: Run) -> dict[str, Any]:
    """Stage what the window holds. A manual run reads like the daily one: by lists, with the look-back."""
    policy = services.mapping.policy
    counts: Counter[str] = Counter()
    for account in services.accounts(run):
        settings = ExtractSettings(
            overlap=timedelta(minutes=policy.overlap_minutes),
            look_back=timedelta(days=policy.look_back_days),
            settle_s=policy.settle_seconds,
            reads_members=not services.mapping.clears(account),
        )
        client = services.stripe(account)
        seen = confirm_account(client, account.id, account.connection)
        if not seen.is_confirmed:
            counts["accounts_not_confirmed"] += 1
        result = extract_window(
            client,
            services.engine,
            account.id,
            run.window,
            run.run_id,
            mode="hourly" if run.kind == "hourly" else "daily",
            clock=services.clock,
            settings=settings,
            only_ids=run.only_ids or None,
        )
        compare_schedule(services, run, account, seen.payout_interval)
        counts["new"] += sum(one.new for one in result.results.values())
        counts["changed"] += sum(one.changed for one in result.results.values())
        counts["requests"] += result.request_count
        counts["payouts_ready"] += len(result.payouts_ready)
        counts["findings"] += len(result.findings)
    return dict(counts)


def validate(services: Services, run: Run) -> dict[str, Any]:
    """Run the rules over what is not settled; quarantine the rows that critical ones name."""
    counts: Counter[str] = Counter()
    for account in services.accounts(run):
        report = validate_pending(
            services.engine,
            account.id,
            run.run_id,
            created_before=run.window.end_s,
            only_ids=run.only_ids or None,
            now=services.clock.now(),
        )
        counts["rules"] += len(report.rules)
        counts["failed_rules"] += len(report.failed_rules)
        counts["quarantined"] += report.quarantined
    return dict(counts)
