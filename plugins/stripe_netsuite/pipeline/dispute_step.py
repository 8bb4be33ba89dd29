"""Load step 6: disputes (ACCOUNTING E4, E5, E7), held by their metadata (G1); one movement of each after the other.

What a bank takes again after it gave it back comes out of what was booked for that: so every further movement of a
dispute is planned when the one before it stands in NetSuite, in the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.identity import movement_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute
from stripe_netsuite.pipeline.loading import Candidate, Step
from stripe_netsuite.pipeline.named_records import link_named_records
from stripe_netsuite.pipeline.payment_now import Payments, Taker
from stripe_netsuite.pipeline.refund_step import load_given_back
from stripe_netsuite.pipeline.staged import cut, pending, read_objects, sound_ledger
from stripe_netsuite.pipeline.summaries import without_customers
from stripe_netsuite.staging.objects import ObjectState, PendingObject, set_states
from stripe_netsuite.transform.control import blocked
from stripe_netsuite.transform.dispute import dispute_from_stripe, movement_count
from stripe_netsuite.transform.given_back import PaymentNow
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting

_Row = tuple[PendingObject, Dispute]


def load_disputes(step: Step) -> None:
    """Book disputes that moved money."""
    for batch in cut(pending(step, "dispute", Dispute)):
        number, rest = 1, batch
        while rest:
            rest = _load(step, rest, number)
            number += 1


def _load(step: Step, batch: Sequence[_Row], number: int) -> list[_Row]:
    """Book the n-th movement of each dispute; return those that have a further one."""
    disputes = [dispute for _, dispute in batch]
    ledger = sound_ledger(step, [line.id for dispute in disputes for line in dispute.balance_transactions])
    charges = without_customers(step, read_objects(step, "charge", Charge, {dispute.charge for dispute in disputes}))
    wrong = link_named_records(step, disputes) if number == 1 else {}
    takers = {dispute.id: _takers(dispute, number) for dispute in disputes}
    payments = Payments(step, charges, [taker for each in takers.values() for taker in each])
    candidates: list[Candidate] = []
    more: list[tuple[_Row, Candidate]] = []
    for row, dispute in batch:
        outcome: Outcome
        if dispute.id in wrong:
            outcome = Waiting(wrong[dispute.id].code, (wrong[dispute.id],))
        else:
            outcome = _outcome(step, dispute, ledger, charges.get(dispute.charge), takers[dispute.id], payments)
        has_more = isinstance(outcome, Booked) and movement_count(dispute, ledger, step.books) > number
        candidate = Candidate(
            "dispute",
            row.stripe_id,
            # Only the last movement settles the dispute: until then, whatever happens, it is looked at again.
            None if has_more else row.content_hash,
            outcome,
            dispute.balance_transactions[0].id if dispute.balance_transactions else None,
            Money(dispute.amount, dispute.currency),
        )
        payments.take(takers[dispute.id][-1], candidate.records)
        candidates.append(candidate)
        if has_more:
            more.append(((row, dispute), candidate))
    load_given_back(step, candidates, [taker.stripe_id for each in takers.values() for taker in each])
    return _without_stuck(step, more)


def _without_stuck(step: Step, rows: Sequence[tuple[_Row, Candidate]]) -> list[_Row]:
    """Return the disputes whose records stand, or would in a dry run; the others wait, with the finding that they have."""
    links = step.links(record.stripe_id for _, candidate in rows for record in candidate.records)
    stuck = {
        candidate.stripe_id
        for _, candidate in rows
        if any((record.stripe_id, record.role) not in links for record in candidate.records)
    }
    states = [
        ObjectState(row.stripe_id, row.content_hash, "waiting", "waiting_on its movement before")
        for (row, _), _ in rows
        if row.stripe_id in stuck
    ]
    if states and not step.run.dry_run:
        with step.services.engine.begin() as connection:
            set_states(connection, step.account.id, "dispute", states)
    return [row for row, candidate in rows if candidate.stripe_id not in stuck]


def _takers(dispute: Dispute, number: int) -> list[Taker]:
    return [Taker(movement_id(dispute.id, one), dispute.charge) for one in range(1, number + 1)]


def _outcome(
    step: Step,
    dispute: Dispute,
    ledger: Mapping[str, BalanceTransaction],
    charge: Charge | None,
    takers: Sequence[Taker],
    payments: Payments,
) -> Outcome:
    positions = [(payments.of(taker), payments.standing(taker.stripe_id)) for taker in takers]
    payment, standing = positions[0]
    if not standing.is_refund_booked:
        waiting = blocked(dispute.metadata, "dispute", dispute.id, step.books)
        if waiting is not None:
            return waiting
    later = [(now or PaymentNow(), standing) for now, standing in positions[1:]]
    return dispute_from_stripe(dispute, ledger, charge, payment, standing, step.books, later)
