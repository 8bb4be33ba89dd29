"""Stripe → staging for one account and one window: reads, completes what it read, and notes what is covered.

Hourly follows the ledger and events, daily lists everything created around the window again; both end with the same
closure and so with the same staged set. Running it again stages nothing new.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from stripe_netsuite.clock import Clock
from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.extract.closure import Closure
from stripe_netsuite.extract.fetching import list_ledger, list_objects
from stripe_netsuite.extract.hints import read_hints
from stripe_netsuite.extract.ledger_row import LedgerRow
from stripe_netsuite.extract.payout_members import MISMATCH
from stripe_netsuite.extract.plan import ExtractSettings, Mode, ReadPlan, plan_reading, wait_until_settled
from stripe_netsuite.extract.receiver import Progress, Receiver
from stripe_netsuite.extract.streams import LEDGER_PATH, LEDGER_TYPE, STREAM_BY_TYPE, STREAMS, stream_of_id
from stripe_netsuite.staging.findings import record_findings, resolve_findings
from stripe_netsuite.staging.payouts import PayoutRow, open_payouts
from stripe_netsuite.staging.stage_counts import StageCount, write_stage_counts
from stripe_netsuite.staging.versions import StageResult
from stripe_netsuite.staging.watermarks import coverage, extend_coverage
from stripe_netsuite.stripe_api.client import StripeClient

COVERED_STREAM = "extract"
"""The watermark stream: time for which objects and ledger were read."""


@dataclass(frozen=True, kw_only=True)
class ExtractResult:
    """What one run read and staged. `requests` counts retries too; `reason` says why it read the way it did."""

    results: dict[str, StageResult]
    requests: dict[str, int]
    payouts_ready: list[str]
    stage_counts: list[StageCount]
    findings: list[Finding]
    reason: str

    @property
    def request_count(self) -> int:
        """All requests of this run."""
        return sum(self.requests.values())

    @property
    def changes(self) -> int:
        """Rows that were new or changed."""
        return sum(result.new + result.changed for result in self.results.values())


def extract_window(
    client: StripeClient,
    engine: Engine,
    account: str,
    window: Window,
    run_id: str,
    *,
    mode: Mode,
    clock: Clock,
    settings: ExtractSettings | None = None,
    only_ids: Collection[str] | None = None,
    progress: Progress | None = None,
) -> ExtractResult:
    """Read what happened in `window`, complete it, stage it.

    `only_ids` reads these objects and what they refer to instead, and covers nothing. Raises StripeUnavailable,
    StripeRefused, PageInvariantBroken: then rows may be staged, but the window does not count as covered.
    ConfigurationError: the window ends in the future, or an id is of no known type.
    """
    rules = settings or ExtractSettings()
    before = client.counts
    wait_until_settled(window, rules, clock)
    with engine.connect() as conn:
        plan = plan_reading(window, mode, rules, clock.now(), coverage(conn, account, COVERED_STREAM))
    receiver = Receiver(engine, account, window, run_id, client.api_version, clock, progress)
    listed = () if only_ids or not plan.relist else STREAM_BY_TYPE
    closure = Closure(
        client,
        receiver,
        plan.relist or plan.ledger,
        listed,
        only_ids=only_ids or None,
        reads_members=rules.reads_members,
    )
    if only_ids:
        _read_chosen(client, receiver, closure, only_ids)
    else:
        _read_planned(client, receiver, closure, plan, mode)
    closure.complete()
    counts = receiver.stage_counts()
    with engine.begin() as conn:
        if not only_ids:
            # A re-list has read more than the window: all of that is covered.
            extend_coverage(conn, account, COVERED_STREAM, plan.relist or window, run_id)
        write_stage_counts(conn, run_id, account, "extract", counts)
        record_findings(conn, closure.findings, run_id, clock.now())
        resolve_findings(
            conn,
            account=account,
            run_id=run_id,
            now=clock.now(),
            stage="extract",
            codes=[MISMATCH],
            stripe_ids=closure.payouts_ready,
        )
    return ExtractResult(
        results=dict(sorted(receiver.results.items())),
        requests={
            key: count - before.get(key, 0) for key, count in client.counts.items() if count > before.get(key, 0)
        },
        payouts_ready=closure.payouts_ready,
        stage_counts=counts,
        findings=closure.findings,
        reason="chosen ids" if only_ids else plan.reason,
    )


def _read_planned(client: StripeClient, receiver: Receiver, closure: Closure, plan: ReadPlan, mode: Mode) -> None:
    for page in list_ledger(client, plan.ledger):
        receiver.take_ledger(page)
    if plan.relist:
        for stream in STREAMS:
            for rows in list_objects(client, stream, plan.relist):
                receiver.take_objects(stream, rows)
    if plan.events:
        hints = read_hints(client, plan.events, plan.relist)
        for stream in STREAMS:
            if stream.object_type in hints.by_list:
                closure.list_span(stream, plan.events)
            # A hint may name an object that was deleted since: unknown ids are no finding unless something needs them.
            closure.fetch(stream, hints.by_id.get(stream.object_type, ()), is_hint=True)
    if mode == "daily":
        with receiver.engine.connect() as conn:
            moving = [row.payout_id for row in open_payouts(conn, receiver.account) if _is_moving(row)]
        closure.refresh("payout", moving)


def _read_chosen(client: StripeClient, receiver: Receiver, closure: Closure, only_ids: Collection[str]) -> None:
    by_type: dict[str, set[str]] = {}
    for identity in only_ids:
        stream = stream_of_id(identity)
        if stream is None:
            raise ConfigurationError(
                "the type of this id is unknown",
                subject="only_ids",
                saw=repr(identity),
                expected="ids that start with " + ", ".join(prefix for one in STREAMS for prefix in one.id_prefixes),
            )
        by_type.setdefault(stream.object_type, set()).add(identity)
    for object_type, ids in sorted(by_type.items()):
        closure.fetch(STREAM_BY_TYPE[object_type], ids)
        if object_type in ("charge", "refund", "dispute", "payout"):
            for identity in sorted(ids):
                pages = client.list_pages(
                    LEDGER_PATH, {"source": identity}, row_type=LedgerRow, object_type=LEDGER_TYPE
                )
                for page in pages:
                    receiver.take_ledger(page)


def _is_moving(payout: PayoutRow) -> bool:
    """Tell whether Stripe may still change the payout: only events tell so, and one may be lost."""
    return payout.payout_status in ("pending", "in_transit") or (
        payout.automatic and payout.reconciliation_status == "in_progress"
    )
