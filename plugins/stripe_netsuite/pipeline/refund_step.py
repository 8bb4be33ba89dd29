"""Load steps 5 and 6: refunds and disputes, after the current application of their payment in NetSuite (E1 to E7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import Link
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute, Refund
from stripe_netsuite.pipeline.item_step import load_shared_items
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates, settle_intents
from stripe_netsuite.pipeline.money_back_step import load_money_back
from stripe_netsuite.pipeline.named_records import link_named_records
from stripe_netsuite.pipeline.payment_now import Payments, Taker
from stripe_netsuite.pipeline.staged import cut, pending, read_objects, sound_ledger
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.booking import hold
from stripe_netsuite.transform.books import DISPUTE_ITEM, PARTIAL_REFUND_ITEM, Books
from stripe_netsuite.transform.dispute import dispute_from_stripe
from stripe_netsuite.transform.given_back import PaymentNow, Standing
from stripe_netsuite.transform.outcome import Outcome, Waiting
from stripe_netsuite.transform.refund import refund_from_stripe

_ITEMS = (PARTIAL_REFUND_ITEM, DISPUTE_ITEM)
Kind = TypeVar("Kind", Refund, Dispute)
_Transform = Callable[
    [Kind, Mapping[str, BalanceTransaction], Charge | None, PaymentNow | None, Standing, Books], Outcome
]


def load_refunds(step: Step) -> None:
    """Book refunds that moved money, and what came back of them (E1 to E3)."""
    for batch in cut(pending(step, "refund", Refund)):
        _load(step, "refund", load_money_back(step, batch), refund_from_stripe, _refund_lines)


def load_disputes(step: Step) -> None:
    """Book disputes that moved money (E4, E5)."""
    for batch in cut(pending(step, "dispute", Dispute)):
        _load(step, "dispute", batch, dispute_from_stripe, _dispute_lines)


def _load(
    step: Step,
    object_type: str,
    batch: Sequence[tuple[PendingObject, Kind]],
    transform: _Transform[Kind],
    lines_of: Callable[[Kind], list[str]],
) -> None:
    objects = [one for _, one in batch]
    ledger = sound_ledger(step, [line for one in objects for line in lines_of(one)])
    charges = read_objects(step, "charge", Charge, {one.charge for one in objects if one.charge})
    wrong = link_named_records(step, objects)
    payments = Payments(step, charges, [Taker(one.id, one.charge or "") for one in objects])
    candidates: list[Candidate] = []
    for row, one in batch:
        taker = Taker(one.id, one.charge or "")
        outcome: Outcome
        if one.id in wrong:
            outcome = Waiting(wrong[one.id].code, (wrong[one.id],))
        elif payments.is_customer_deposit(taker) and not payments.standing(one.id).is_refund_booked:
            outcome = hold(
                step.books,
                object_type,
                one.id,
                "customer_deposit_given_back",
                "Its charge is a customer deposit in NetSuite; whether that is spent already, a person must see.",
                found=f"charge {taker.charge_id}",
                suggestion="Refund the deposit by hand and name the record in metadata: netsuite_customer_refund_id.",
            )
        else:
            charge = charges.get(taker.charge_id)
            outcome = transform(one, ledger, charge, payments.of(taker), payments.standing(one.id), step.books)
        lines = lines_of(one)
        candidate = Candidate(
            object_type,
            row.stripe_id,
            row.content_hash,
            outcome,
            lines[0] if lines else None,
            Money(one.amount, one.currency),
        )
        payments.take(taker, candidate.records)
        candidates.append(candidate)
    load_shared_items(step, {item for item in _ITEMS if any(_uses(candidate, item) for candidate in candidates)})
    load_candidates(step, candidates)
    if not step.run.dry_run:
        # What stands already has no record to plan: the intent that a crash left open for it is settled here.
        settle_intents(step, {one.id for one in objects})


def _refund_lines(refund: Refund) -> list[str]:
    return [one for one in (refund.balance_transaction, refund.failure_balance_transaction) if one]


def _dispute_lines(dispute: Dispute) -> list[str]:
    return [one.id for one in dispute.balance_transactions]


def _uses(candidate: Candidate, item: str) -> bool:
    return any(Link(item) in record.references for record in candidate.records)
