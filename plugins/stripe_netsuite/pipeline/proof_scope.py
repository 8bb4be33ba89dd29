"""What a proof may be made over: is Stripe's ledger read without a gap since the sync start?"""

from __future__ import annotations

from datetime import timedelta

from stripe_netsuite.extract.extraction import COVERED_STREAM
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.watermarks import coverage

LOOK_BACK = timedelta(days=35)
"""How far before its window a run looks at records again."""


def ledger_gap(services: Services, run: Run, account: StripeAccount) -> str | None:
    """Return why a proof about the whole ledger cannot be made yet, None where it can."""
    with services.engine.connect() as connection:
        covered = coverage(connection, account.id, COVERED_STREAM)
    if any(part.start <= account.sync_start_utc and part.end >= run.window.end for part in covered):
        return None
    read = ", ".join(map(str, covered)) or "nothing"
    return f"not provable yet: the ledger is not read without a gap since the sync start (read: {read})"
