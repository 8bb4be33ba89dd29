"""Load step 5: refunds, after the current application of their payment in NetSuite (ACCOUNTING E1 to E3, E7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import Link
from stripe_netsuite.domain.stripe_object import Charge, Refund
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates
from stripe_netsuite.pipeline.money_back_step import ledger_lines, load_money_back
from stripe_netsuite.pipeline.named_records import link_named_records
from stripe_netsuite.pipeline.payment_now import Payments, Taker
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.pipeline.staged import cut, pending, read_objects, sound_ledger
from stripe_netsuite.pipeline.summaries import without_customers
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.books import DISPUTE_ITEM, PARTIAL_REFUND_ITEM
from stripe_netsuite.transform.outcome import Outcome, Waiting
from stripe_netsuite.transform.refund import refund_from_stripe

_ITEMS = (PARTIAL_REFUND_ITEM, DISPUTE_ITEM)
_Row = tuple[PendingObject, Refund]


def load_refunds(step: Step) -> None:
    """Book refunds that moved money, and what came back of them."""
    for batch in cut(pending(step, "refund", Refund)):
        for part in _in_turn(step, batch):
            _load(step, load_money_back(step, part))


def load_given_back(step: Step, candidates: Sequence[Candidate], stripe_ids: Collection[str]) -> None:
    """Write what goes back: the shared items that it needs first; then settle what a crash left open of these ids."""
    load_shared_items(step, {item for item in _ITEMS if any(_uses(candidate, item) for candidate in candidates)})
    load_candidates(step, candidates)
    if not step.run.dry_run:
        # What stands already has no record to plan: the intent that a crash left open for it is settled here.
        settle_intents(step.services, step.account.id, set(stripe_ids))


def _load(step: Step, batch: Sequence[_Row]) -> None:
    refunds = [refund for _, refund in batch]
    ledger = sound_ledger(step, [line for refund in refunds for line in ledger_lines(refund)])
    found = read_objects(step, "charge", Charge, {refund.charge for refund in refunds if refund.charge})
    charges = without_customers(step, found)
    wrong = link_named_records(step, refunds)
    payments = Payments(step, charges, [Taker(refund.id, refund.charge or "") for refund in refunds])
    candidates: list[Candidate] = []
    for row, refund in batch:
        taker = Taker(refund.id, refund.charge or "")
        outcome: Outcome
        if refund.id in wrong:
            outcome = Waiting(wrong[refund.id].code, (wrong[refund.id],))
        else:
            charge, standing = charges.get(taker.charge_id), payments.standing(refund.id)
            outcome = refund_from_stripe(refund, ledger, charge, payments.of(taker), standing, step.books)
        money = Money(refund.amount, refund.currency)
        candidate = Candidate("refund", row.stripe_id, row.content_hash, outcome, refund.balance_transaction, money)
        payments.take(taker, candidate.records)
        candidates.append(candidate)
    load_given_back(step, candidates, [refund.id for refund in refunds])


def _in_turn(step: Step, batch: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Cut a batch so that what a failed refund puts back is booked before a later refund of its charge takes it (E3)."""
    ledger = sound_ledger(step, [r.failure_balance_transaction for _, r in batch if r.failure_balance_transaction])
    rest = list(batch)
    while rest:
        back_at: dict[str | None, int] = {}
        for _, refund in rest:
            line = ledger.get(refund.failure_balance_transaction or "")
            if line is not None:
                back_at[refund.charge] = min(line.created, back_at.get(refund.charge, line.created))
        later = [row for row in rest if row[1].created > back_at.get(row[1].charge, row[1].created)]
        # A refund cannot fail before it is made; if Stripe says so, nothing is put off.
        yield [row for row in rest if row not in later] or rest
        rest = later if len(later) < len(rest) else []


def _uses(candidate: Candidate, item: str) -> bool:
    return any(Link(item) in record.references for record in candidate.records)
