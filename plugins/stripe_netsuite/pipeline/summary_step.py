"""Part of load step 4: book the summaries of the clearing days that are over (ACCOUNTING F12).

A day is summed up when every charge of it is booked on its own, left out by rule, or ready to be summed up: one that is
held holds its day. A run that dies goes on with what was stored, so that no charge is in two records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Charge
from stripe_netsuite.netsuite_api.existing import lookup_presence
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.linking import Chosen, link_records
from stripe_netsuite.pipeline.loading import Candidate, Step, batches, load_candidates
from stripe_netsuite.pipeline.payout_clearing import begin_clearing_days
from stripe_netsuite.pipeline.staged import sound_ledger
from stripe_netsuite.pipeline.summaries import read_day, store_day
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.ledger import read_ledger
from stripe_netsuite.staging.objects import excluded_ids
from stripe_netsuite.staging.payouts import PayoutRow, open_payouts
from stripe_netsuite.transform.books import ONE_OFF_ITEM
from stripe_netsuite.transform.outcome import Booked, Waiting
from stripe_netsuite.transform.summary import (
    WAITS_FOR_SUMMARY,
    Sale,
    sale_from_charge,
    summary_ids,
    summary_records,
)


class Summaries:
    """Gathers, while the charges go by, those that wait for their day; then books the days."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._aside: dict[str, Candidate] = {}
        self._sales: dict[str, Sale] = {}

    def set_aside(self, candidates: Sequence[Candidate], charges: Mapping[str, Charge]) -> list[Candidate]:
        """Take those that wait for their day; return the others, and those whose metadata names no item."""
        waiting = {
            one.stripe_id: sale_from_charge(charges[one.stripe_id])
            for one in candidates
            if isinstance(one.outcome, Waiting) and one.outcome.reason == WAITS_FOR_SUMMARY
        }
        wrong = _wrong_items(self._step, list(waiting.values()))
        others: list[Candidate] = []
        for one in candidates:
            if one.stripe_id in wrong:
                finding = wrong[one.stripe_id]
                others.append(replace(one, outcome=Waiting(finding.code, (finding,))))
            elif one.stripe_id in waiting:
                self._aside[one.stripe_id] = one
                self._sales[one.stripe_id] = waiting[one.stripe_id]
            else:
                others.append(one)
        return others

    def book(self) -> None:
        """Book every day that can be; give all that was set aside its state."""
        step = self._step
        is_run_of_all = not (step.run.dry_run or step.run.only_ids)
        if is_run_of_all and self._aside:
            begin_clearing_days(step.services, step.run, step.account)
            with step.services.engine.connect() as connection:
                rows = open_payouts(connection, step.account.id)
            for row in rows:
                if row.payout_status == CLEARING:
                    self._book_day(row)
        settled = step.links(self._aside)
        for batch in batches(
            replace(one, outcome=Booked(())) if (one.stripe_id, Role.MAIN) in settled else one
            for one in self._aside.values()
        ):
            load_candidates(step, batch)

    def _book_day(self, row: PayoutRow) -> None:
        charges_by_summary = read_day(self._step, row.payout_id) or self._decide(row)
        if not charges_by_summary:
            return
        day = datetime.fromtimestamp(row.arrival_date, UTC).date()
        load_shared_items(self._step, {ONE_OFF_ITEM})
        for summary, charges in charges_by_summary.items():
            if all(one in self._sales for one in charges):
                self._book_summary(summary, day, [self._sales[one] for one in charges])

    def _decide(self, row: PayoutRow) -> dict[str, list[str]]:
        """Store what the day's summaries contain; nothing as long as a charge of the day is in doubt."""
        step = self._step
        with step.services.engine.connect() as connection:
            lines = read_ledger(connection, step.account.id, payout_id=row.payout_id)
            charges = {line.source for line in lines if line.reporting_category == "charge" and line.source}
            known = excluded_ids(connection, step.account.id, "charge", charges, "")
        known |= {stripe_id for stripe_id, role in step.links(charges) if role is Role.MAIN}
        ready = sorted(charges & self._sales.keys())
        if not ready or not charges <= known | set(ready):
            return {}
        found = summary_ids(row.payout_id, (self._sales[one] for one in ready))
        store_day(step, row.payout_id, found)
        return {summary: [sale.id for sale in sales] for summary, sales in found.items()}

    def _book_summary(self, summary_id: str, day: date, sales: Sequence[Sale]) -> None:
        """Write invoice and payment, or find them written; then link every charge to the payment."""
        step = self._step
        ledger = sound_ledger(step, [sale.balance_transaction for sale in sales])
        if any(sale.balance_transaction not in ledger for sale in sales):
            return
        outcome = summary_records(
            summary_id, day, [(sale, ledger[sale.balance_transaction]) for sale in sales], step.books
        )
        load_candidates(step, [Candidate("clearing_day", summary_id, None, outcome)])
        payment = step.links([summary_id]).get((summary_id, Role.MAIN))
        if payment is not None:
            chosen = [Chosen(sale.id, Role.MAIN, RecordType.CUSTOMER_PAYMENT, payment.internal_id) for sale in sales]
            link_records(step, chosen, "created")


def _wrong_items(step: Step, sales: Collection[Sale]) -> dict[str, Finding]:
    """B5: an item that metadata names and NetSuite does not have holds the charge, and with it its day."""
    named = {sale.item for sale in sales if sale.item != ONE_OFF_ITEM}
    presence = lookup_presence(step.services.netsuite, "item", named) if named else {}
    good = {item for item, found in presence.items() if found.exists and not found.is_inactive}
    return {
        sale.id: Finding(
            code="invalid_record_reference",
            severity=Severity.CRITICAL,
            stage="load",
            stripe_account=step.account.id,
            object_type="charge",
            stripe_id=sale.id,
            message="The charge's metadata names an item that is not there, or inactive; its whole day waits.",
            expected="the internal id of an active item",
            found=f"internal id {sale.item}",
            suggestion="Correct or remove the key in Stripe; without it the charge is booked on the one-off item.",
        )
        for sale in sales
        if sale.item in named - good
    }
