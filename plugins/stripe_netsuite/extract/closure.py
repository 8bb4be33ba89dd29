"""Completes what was read: no ledger row without its charge, no payment without its invoice, no payout without members.

Asks Stripe for what staged objects refer to and staging has not, until nothing is missing. An id that Stripe does not
know (404) is asked once a run and becomes a finding.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.window import Window
from stripe_netsuite.extract.fetching import fetch_objects, list_objects
from stripe_netsuite.extract.fields import row_type
from stripe_netsuite.extract.hints import LIST_FROM
from stripe_netsuite.extract.payout_members import PayoutMembers
from stripe_netsuite.extract.receiver import Receiver
from stripe_netsuite.extract.streams import STREAM_BY_TYPE, Stream
from stripe_netsuite.staging.objects import staged_ids
from stripe_netsuite.staging.schema import balance_transaction, staged_object
from stripe_netsuite.stripe_api.client import StripeClient

MAX_LOOKUPS = 500
"""Above so many charges without a known invoice, invoice payments are listed instead of asked for one by one."""

# An invoice payment is as old as its invoice, which may be paid at the end of its term.
_INVOICE_TERM = timedelta(days=35)


class Closure:
    """What one run still has to ask for. `listed` names the types whose window was listed already."""

    def __init__(
        self,
        client: StripeClient,
        receiver: Receiver,
        span: Window,
        listed: Collection[str],
        *,
        only_ids: Collection[str] | None = None,
        reads_members: bool = True,
    ) -> None:
        self.findings: list[Finding] = []
        self._client = client
        self._receiver = receiver
        self._span = span
        self._listed = set(listed)
        self._gone: set[str] = set()
        self._asked: set[str] = set()
        self._payouts = PayoutMembers(client, receiver, only_ids, is_wanted=reads_members)

    @property
    def payouts_ready(self) -> list[str]:
        """Payouts whose members were staged in this run and add up."""
        return self._payouts.ready

    def complete(self) -> None:
        """Ask until nothing is missing. Each round either stages something new or is the last one."""
        while True:
            self._receiver.flush()
            asked = [self._close_references(), self._close_ledger(), self._close_intents(), self._close_shared()]
            if not any(asked) and not self._payouts.stage_next():
                break
        self.findings.extend(self._payouts.settle())

    def refresh(self, object_type: str, ids: Collection[str]) -> bool:
        """Read staged objects again that this run has not read yet."""
        table = staged_object.c
        query = sa.select(table.stripe_id).where(
            table.stripe_account == self._receiver.account,
            table.object_type == object_type,
            table.stripe_id.in_(ids),
            table.run_id != self._receiver.run_id,
        )
        self._receiver.flush()
        with self._receiver.engine.connect() as conn:
            stale = set(conn.execute(query).scalars())
        return self.fetch(STREAM_BY_TYPE[object_type], stale)

    def list_span(self, stream: Stream, span: Window) -> None:
        """List the objects of a type that were created in `span`."""
        self._listed.add(stream.object_type)
        for page in list_objects(self._client, stream, span):
            self._receiver.take_objects(stream, page)
        self._receiver.flush()

    def fetch(self, stream: Stream, ids: Collection[str], *, is_hint: bool = False) -> bool:
        """Read objects by id and stage them; ids that Stripe does not know become findings, but for hints."""
        wanted = set(ids) - self._gone
        for rows, unknown in fetch_objects(self._client, stream, wanted):
            self._receiver.take_objects(stream, rows)
            if is_hint:
                continue
            self._gone |= unknown
            self.findings.extend(
                _gone_finding(self._receiver.account, stream, identity) for identity in sorted(unknown)
            )
        self._receiver.flush()
        return bool(wanted)

    def _close_references(self) -> bool:
        missing = self._receiver.missing(self._gone)
        for object_type, ids in missing.items():
            stream = STREAM_BY_TYPE[object_type]
            left = ids
            if self._list_instead(stream, ids):
                with self._receiver.engine.connect() as conn:
                    left = ids - staged_ids(conn, self._receiver.account, object_type, ids)
            self.fetch(stream, left)
        return bool(missing)

    def _close_ledger(self) -> bool:
        """Read the objects behind ledger rows that are not staged, or that a new row has changed (a payout that failed)."""
        asked = False
        for object_type in ("charge", "refund", "dispute", "payout"):
            stream = STREAM_BY_TYPE[object_type]
            ids = self._open_sources(stream)
            if self._list_instead(stream, ids):
                ids = self._open_sources(stream)
            asked = self.fetch(stream, ids) or asked
        return asked

    def _close_intents(self) -> bool:
        """Ask which invoices the new charges paid, where no invoice payment told it."""
        intents, self._receiver.open_intents = self._receiver.open_intents, set()
        if not intents:
            return False
        stream = STREAM_BY_TYPE["invoice_payment"]
        invoices: set[str] = set()
        if len(intents) > MAX_LOOKUPS:
            for page in list_objects(self._client, stream, self._span.widened(_INVOICE_TERM)):
                self._receiver.take_objects(stream, page)
                invoices.update(row.invoice for row in page if row.payment and row.payment.payment_intent in intents)
        else:
            with ThreadPoolExecutor(max_workers=self._client.limits.workers) as pool:
                for rows in pool.map(partial(self._payments, "payment_intent"), sorted(intents)):
                    self._receiver.take_objects(stream, rows)
                    invoices.update(row.invoice for row in rows)
        # The invoice was staged as open, perhaps: its payment is news to us.
        self.refresh("invoice", invoices)
        return True

    def _close_shared(self) -> bool:
        """Ask for the other payments of invoices that several payments pay: one may be of another window."""
        invoices = self._receiver.shared_invoices - self._asked
        self._asked |= invoices
        if not invoices:
            return False
        with ThreadPoolExecutor(max_workers=self._client.limits.workers) as pool:
            for rows in pool.map(partial(self._payments, "invoice"), sorted(invoices)):
                self._receiver.take_objects(STREAM_BY_TYPE["invoice_payment"], rows)
        return True

    def _payments(self, of: Literal["payment_intent", "invoice"], identity: str) -> list[Any]:
        stream = STREAM_BY_TYPE["invoice_payment"]
        by_intent = {"payment": {"type": "payment_intent", "payment_intent": identity}}
        chosen: dict[str, Any] = {"invoice": identity} if of == "invoice" else {**by_intent}
        pages = self._client.list_pages(
            stream.path,
            {**dict(stream.params), **chosen},
            row_type=row_type(stream.object_type),
            object_type=stream.object_type,
        )
        return [row for page in pages for row in page]

    def _list_instead(self, stream: Stream, ids: Collection[str]) -> bool:
        """List the window once where that is cheaper than asking for each id; tell whether it was done."""
        if len(ids) <= LIST_FROM or stream.object_type in self._listed:
            return False
        self.list_span(stream, self._span)
        return True

    def _open_sources(self, stream: Stream) -> set[str]:
        ledger, staged = balance_transaction.c, staged_object.c
        is_of_type = sa.or_(*(ledger.source_id.startswith(one, autoescape=True) for one in stream.id_prefixes))
        is_here = sa.and_(ledger.created >= self._span.start_s, ledger.created < self._span.end_s)
        is_open = sa.or_(
            staged.stripe_id.is_(None),
            # A new ledger row is news about its source (captured later, refund succeeded), whatever events said.
            sa.and_(ledger.run_id == self._receiver.run_id, staged.run_id != self._receiver.run_id),
        )
        joined = balance_transaction.outerjoin(
            staged_object,
            sa.and_(
                staged.stripe_account == ledger.stripe_account,
                staged.object_type == stream.object_type,
                staged.stripe_id == ledger.source_id,
            ),
        )
        query = (
            sa.select(ledger.source_id)
            .distinct()
            .select_from(joined)
            .where(ledger.stripe_account == self._receiver.account, is_of_type, is_open)
        )
        found: set[str] = set()
        with self._receiver.engine.connect() as conn:
            found.update(conn.execute(query.where(is_here)).scalars())
            for payout_id in self._payouts.staged:
                found.update(conn.execute(query.where(ledger.payout_id == payout_id)).scalars())
        return found - self._gone


def _gone_finding(account: str, stream: Stream, identity: str) -> Finding:
    return Finding(
        code="stripe_object_missing",
        severity=Severity.WARNING,
        stage="extract",
        stripe_account=account,
        stripe_id=identity,
        object_type=stream.object_type,
        message=f"Stripe does not know this {stream.object_type} any more, though something refers to it",
        expected=f"a {stream.object_type}",
        found="404 resource_missing",
        suggestion="what refers to it is booked without it, or waits; check in Stripe whether it was deleted",
    )
