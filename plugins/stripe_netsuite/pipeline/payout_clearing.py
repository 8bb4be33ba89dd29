"""Makes clearing days out of ledger lines that no payout contains (ACCOUNTING F10), before payouts are discovered."""

from __future__ import annotations

from stripe_netsuite.extract.extraction import COVERED_STREAM
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.clearing import LooseLine, clearing_days
from stripe_netsuite.staging.bulk import lock_account
from stripe_netsuite.staging.clearing import clearing_ids, loose_lines, write_clearing_day
from stripe_netsuite.staging.watermarks import coverage


def begin_clearing_days(services: Services, run: Run, account: StripeAccount) -> int:
    """Begin the clearing days that are over, where the account's lines go that way; return how many.

    A dry run begins none: what a day contains is decided once.
    """
    if run.dry_run or not services.mapping.clears(account):
        return 0
    now = services.clock.now()
    with services.engine.begin() as connection:
        lock_account(connection, account.id)
        covered = coverage(connection, account.id, COVERED_STREAM)
        start, end = account.sync_start_utc, max((part.end_s for part in covered), default=0)
        rows = loose_lines(connection, account.id, created_from=int(start.timestamp()), created_before=end)
        days = clearing_days(
            account.id,
            (LooseLine(*row) for row in rows),
            zone=account.zone,
            start=start,
            covered=covered,
            known_ids=clearing_ids(connection, account.id),
        )
        for day in days:
            write_clearing_day(
                connection,
                account.id,
                day.id,
                currency=day.currency,
                day=day.day,
                amount=day.amount,
                line_ids=day.line_ids,
                run_id=run.run_id,
                now=now,
            )
    return len(days)
