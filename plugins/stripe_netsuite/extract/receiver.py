"""Takes rows as Stripe gives them, stages them in batches, and notes what they refer to.

Promises: nothing waits for HTTP while a database transaction is open; at most one batch of each type is in memory;
per type and currency, as many rows and as much money are staged as were received.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from stripe_netsuite.clock import Clock
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.domain.window import Window
from stripe_netsuite.extract.fields import encode
from stripe_netsuite.extract.streams import LEDGER_TYPE, STREAM_BY_TYPE, Stream
from stripe_netsuite.staging.ledger import stage_ledger
from stripe_netsuite.staging.objects import ObjectState, StagedObject, set_states, stage_objects, staged_ids
from stripe_netsuite.staging.payouts import upsert_payouts
from stripe_netsuite.staging.relations import write_relations
from stripe_netsuite.staging.schema import staged_object
from stripe_netsuite.staging.stage_counts import StageCount
from stripe_netsuite.staging.versions import StageResult

Progress = Callable[[str, int], None]

_BATCH = 1_000
_LEDGER_BATCH = 2_000
_MAX_NEEDED = 5_000
_MAX_INTENTS = 20_000


class Receiver:
    """What one extraction run has received of one Stripe account."""

    def __init__(
        self,
        engine: Engine,
        account: str,
        window: Window,
        run_id: str,
        api_version: str,
        clock: Clock,
        progress: Progress | None,
    ) -> None:
        self.engine = engine
        self.account = account
        self.run_id = run_id
        self.results: dict[str, StageResult] = {}
        # Ids that rows refer to, by object type; `missing` reduces them to those that are not staged.
        self._needed: defaultdict[str, set[str]] = defaultdict(set)
        # Payment intents of new and changed charges for which no invoice payment was received (yet).
        self.open_intents: set[str] = set()
        self._known_intents: set[str] = set()
        # Invoices to which a new payment was attached beside their own one: which came first must be known (D3).
        self.shared_invoices: set[str] = set()
        self._window = window
        self._api_version = api_version
        self._clock = clock
        self._progress = progress
        self._objects: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._ledger: dict[str, BalanceTransaction] = {}
        self._received: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._staged: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def take_objects(self, stream: Stream, rows: Sequence[Any]) -> None:
        """Receive objects of one type; stage them when a batch is full."""
        batch = self._objects[stream.object_type]
        for row in rows:
            # A row that overlapping lists gave twice within a batch is one row; the later answer is the newer.
            if row.id not in batch:
                _count(self._received, stream.object_type, *_money(stream, row))
            else:
                _recount(self._received, stream, batch[row.id], row)
            batch[row.id] = row
            for object_type, identity in stream.references(row):
                self._needed[object_type].add(identity)
        if stream.object_type == "invoice_payment":
            self._note_intents(rows)
        if len(batch) >= _BATCH:
            self._flush_objects(stream)

    def take_ledger(self, rows: Sequence[BalanceTransaction]) -> None:
        """Receive ledger rows; stage them when a batch is full."""
        for row in rows:
            if row.id not in self._ledger:
                _count(self._received, LEDGER_TYPE, row.currency, row.net)
            self._ledger[row.id] = row
        if len(self._ledger) >= _LEDGER_BATCH:
            self._flush_ledger()

    def flush(self) -> None:
        """Stage whatever waits in memory."""
        if self._ledger:
            self._flush_ledger()
        for object_type, batch in list(self._objects.items()):
            if batch:
                self._flush_objects(STREAM_BY_TYPE[object_type])

    def missing(self, gone: set[str]) -> dict[str, set[str]]:
        """Return the ids referred to that are not staged and not known to be gone, and forget the others."""
        self.flush()
        needed, self._needed = self._needed, defaultdict(set)
        with self.engine.connect() as conn:
            found = {kind: ids - gone - staged_ids(conn, self.account, kind, ids) for kind, ids in needed.items()}
        return {kind: ids for kind, ids in found.items() if ids}

    def now(self) -> datetime:
        """Return the current instant."""
        return self._clock.now()

    def stage_counts(self) -> list[StageCount]:
        """Return what came in and what was staged, by type and currency (`""` where there is no money)."""
        return [
            StageCount(
                stage="extract",
                object_type=object_type,
                currency=currency,
                in_count=count,
                in_amount=amount,
                out_count=self._staged[object_type, currency][0],
                out_amount=self._staged[object_type, currency][1],
            )
            for (object_type, currency), (count, amount) in sorted(self._received.items())
        ]

    def _flush_objects(self, stream: Stream) -> None:
        batch = self._objects.pop(stream.object_type)
        fetched_at = self._clock.now()
        staged = [
            StagedObject(
                stripe_account=self.account,
                object_type=stream.object_type,
                stripe_id=row.id,
                # The stub of a deleted object has no creation.
                created=getattr(row, "created", 0) or 0,
                fetched_at=fetched_at,
                api_version=self._api_version,
                payload=encode(row),
                window=self._window,
                run_id=self.run_id,
            )
            for row in batch.values()
        ]
        with self.engine.begin() as conn:
            result = stage_objects(conn, staged)
            if stream.object_type == "invoice":
                set_states(conn, self.account, "invoice", list(_deleted_drafts(staged, batch.values())))
            if stream.object_type == "invoice_payment":
                write_relations(conn, self.account, stream.object_type, _payment_targets(batch.values()))
                if result.new + result.changed:
                    self.shared_invoices |= {
                        batch[one].invoice for one in self._changed(conn, batch, stream) if _is_attached(batch[one])
                    }
            if stream.object_type in ("refund", "dispute"):
                charged = ((row.id, row.charge) for row in batch.values() if row.charge)
                write_relations(conn, self.account, stream.object_type, charged)
            if stream.object_type == "charge" and result.new + result.changed:
                self._note_changed_charges(conn, batch, stream)
            if stream.object_type == "payout":
                upsert_payouts(conn, self.account, list(_readable_payouts(staged)), self.run_id, fetched_at)
        for row in batch.values():
            _count(self._staged, stream.object_type, *_money(stream, row))
        self._done(stream.object_type, result)
        self._prune_needed()

    def _flush_ledger(self) -> None:
        rows = list(self._ledger.values())
        self._ledger = {}
        with self.engine.begin() as conn:
            result = stage_ledger(conn, self.account, rows, self.run_id)
        for row in rows:
            _count(self._staged, LEDGER_TYPE, row.currency, row.net)
        self._done(LEDGER_TYPE, result)

    def _done(self, object_type: str, result: StageResult) -> None:
        self.results[object_type] = self.results.get(object_type, StageResult()) + result
        if self._progress:
            self._progress(object_type, result.new + result.changed + result.unchanged)

    def _prune_needed(self) -> None:
        """Keep memory bounded: ids that are staged by now need not be remembered."""
        for object_type, ids in self._needed.items():
            if len(ids) > _MAX_NEEDED:
                with self.engine.connect() as conn:
                    ids.difference_update(staged_ids(conn, self.account, object_type, ids))

    def _changed(self, conn: Connection, batch: dict[str, Any], stream: Stream) -> Sequence[str]:
        """Return the ids of those that are new or changed in this run."""
        table = staged_object.c
        query = sa.select(table.stripe_id).where(
            table.stripe_account == self.account,
            table.object_type == stream.object_type,
            table.stripe_id.in_(batch),
            table.changed_run_id == self.run_id,
        )
        return conn.execute(query).scalars().all()

    def _note_changed_charges(self, conn: Connection, batch: dict[str, Any], stream: Stream) -> None:
        for identity in self._changed(conn, batch, stream):
            intent = batch[identity].payment_intent
            if intent and intent not in self._known_intents and len(self.open_intents) < _MAX_INTENTS:
                self.open_intents.add(intent)

    def _note_intents(self, rows: Iterable[Any]) -> None:
        for row in rows:
            intent = row.payment.payment_intent if row.payment else None
            if intent:
                self.open_intents.discard(intent)
                # Beyond the bound a known intent may be asked for again: a request more, nothing wrong.
                if len(self._known_intents) < _MAX_INTENTS:
                    self._known_intents.add(intent)


def _deleted_drafts(staged: Sequence[StagedObject], rows: Iterable[Any]) -> Iterator[ObjectState]:
    """Only a draft can be deleted (docs.stripe.com/api/invoices/delete): there is nothing to book, and no amount left."""
    for one, row in zip(staged, rows, strict=True):
        if row.deleted is True:
            yield ObjectState(one.stripe_id, one.content_hash, "excluded", "a draft that was deleted")


def _readable_payouts(staged: Sequence[StagedObject]) -> Iterator[Payout]:
    """Leave out what is no payout of the schema: it is staged all the same, and validation names it."""
    for one in staged:
        with suppress(msgspec.ValidationError):
            yield msgspec.json.decode(one.payload, type=Payout)


def _payment_targets(rows: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Return what each invoice payment is looked up by: its invoice, and its payment intent or its charge."""
    for row in rows:
        yield row.id, row.invoice
        target = (row.payment.payment_intent or row.payment.charge) if row.payment else None
        if target:
            yield row.id, target


def _is_attached(row: Any) -> bool:
    """Tell whether it is a further payment of its invoice: each has one of its own, the default, from the beginning."""
    return row.is_default is False and row.status == "paid"


def _money(stream: Stream, row: Any) -> tuple[str, int]:
    if stream.amount_field is None:
        return "", 0
    return getattr(row, "currency", None) or "", getattr(row, stream.amount_field) or 0


def _count(counts: dict[tuple[str, str], list[int]], object_type: str, currency: str, amount: int) -> None:
    entry = counts[object_type, currency]
    entry[0] += 1
    entry[1] += amount


def _recount(counts: dict[tuple[str, str], list[int]], stream: Stream, before: Any, after: Any) -> None:
    currency, amount = _money(stream, before)
    counts[stream.object_type, currency][0] -= 1
    counts[stream.object_type, currency][1] -= amount
    _count(counts, stream.object_type, *_money(stream, after))
