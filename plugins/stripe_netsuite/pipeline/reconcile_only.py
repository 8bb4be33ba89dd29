"""The load steps of a Stripe account whose sales another system books (ACCOUNTING G3): link, and write nothing.

Every object gets its state all the same: linked, waiting for the other system, or left out by rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import (
    Charge,
    Coupon,
    Customer,
    Dispute,
    Invoice,
    InvoicePayment,
    Price,
    Product,
    Refund,
    StripeObject,
)
from stripe_netsuite.pipeline.linking import link_transactions
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates
from stripe_netsuite.pipeline.named_records import link_named_records
from stripe_netsuite.pipeline.other_records import Wanted, link_other_records
from stripe_netsuite.pipeline.payment_step import named_payment
from stripe_netsuite.pipeline.run import LoadStep
from stripe_netsuite.pipeline.staged import cut, pending, sound_ledger
from stripe_netsuite.staging.ledger import read_ledger_states
from stripe_netsuite.staging.objects import PendingObject
from stripe_netsuite.transform.control import blocked, held
from stripe_netsuite.transform.other_system import LEFT_OUT, linked_charge, linked_dispute, linked_refund
from stripe_netsuite.transform.outcome import Excluded, Outcome, Waiting

_INFLOWS = frozenset({RecordType.CUSTOMER_PAYMENT, RecordType.CASH_SALE, RecordType.CUSTOMER_DEPOSIT})
_OUTFLOWS = frozenset({RecordType.CUSTOMER_REFUND, RecordType.CASH_REFUND})
Kind = TypeVar("Kind", Charge, Refund)


@dataclass(frozen=True, slots=True)
class _Settled:
    """A staged object that gets its state, its ledger line, and the money that it is counted with."""

    row: PendingObject
    balance_transaction_id: str | None
    money: Money | None


def leave_out_customers(step: Step) -> None:
    """Customers are the other system's."""
    _leave_out(step, "customer", Customer)


def leave_out_items(step: Step) -> None:
    """So are the items behind prices, products and coupons."""
    _leave_out(step, "price", Price)
    _leave_out(step, "product", Product)
    _leave_out(step, "coupon", Coupon)


def leave_out_invoices(step: Step) -> None:
    """And the invoices."""
    _leave_out(step, "invoice", Invoice)


def link_payments(step: Step) -> None:
    """Link what the other system booked for charges; what paid which invoice is its own affair."""
    for batch in cut(pending(step, "charge", Charge)):
        charges = [charge for _, charge in batch]
        lines = [one for c in charges for one in (c.balance_transaction, c.failure_balance_transaction) if one]
        ledger = sound_ledger(step, lines)
        held_back = {c.id: held(c.metadata, "charge", c.id, step.books) for c in _without_link(step, charges)}
        free = [c for c in charges if held_back.get(c.id) is None]
        wrong = link_transactions(step, [one for c in free if (one := named_payment(c))])
        wanted = [one for c in free if c.balance_transaction and c.id not in wrong for one in _of_charge(c)]
        wrong |= link_other_records(step, wanted)
        linked = _linked_roles(step, charges)
        outcomes = {c.id: held_back.get(c.id) or linked_charge(c, ledger, linked[c.id], step.books) for c in charges}
        _settle(
            step,
            "charge",
            [_Settled(row, c.balance_transaction, Money(c.amount_captured, c.currency)) for row, c in batch],
            outcomes,
            wrong,
        )
    _leave_out(step, "invoice_payment", InvoicePayment)


def link_refunds(step: Step) -> None:
    """Link what the other system booked for refunds, and for those that came back."""
    for batch in cut(pending(step, "refund", Refund)):
        refunds = [refund for _, refund in batch]
        lines = [one for r in refunds for one in (r.balance_transaction, r.failure_balance_transaction) if one]
        ledger = sound_ledger(step, lines)
        held_back = {r.id: blocked(r.metadata, "refund", r.id, step.books) for r in _without_link(step, refunds)}
        free = [r for r in refunds if held_back.get(r.id) is None]
        wrong = link_named_records(step, free)
        wanted = [one for r in free if r.balance_transaction and r.id not in wrong for one in _of_refund(r)]
        wrong |= link_other_records(step, wanted)
        linked = _linked_roles(step, refunds)
        outcomes = {r.id: held_back.get(r.id) or linked_refund(r, ledger, linked[r.id], step.books) for r in refunds}
        _settle(
            step,
            "refund",
            [_Settled(row, r.balance_transaction, Money(r.amount, r.currency)) for row, r in batch],
            outcomes,
            wrong,
        )


def link_disputes(step: Step) -> None:
    """Link what the other system booked for disputes; without a record they are lines of their payout's deposit."""
    for batch in cut(pending(step, "dispute", Dispute)):
        disputes = [dispute for _, dispute in batch]
        ids_by_dispute = {one.id: [line.id for line in one.balance_transactions] for one in disputes}
        ids = [line for lines in ids_by_dispute.values() for line in lines]
        ledger = sound_ledger(step, ids)
        with step.services.engine.connect() as connection:
            states = read_ledger_states(connection, step.account.id, ids)
        wrong = link_named_records(step, disputes)
        wanted = [_wanted("dispute", d.id, Role.MAIN) for d in disputes if d.id not in wrong and ids_by_dispute[d.id]]
        wrong |= link_other_records(step, wanted)
        linked = _linked_roles(step, disputes)
        outcomes = {
            one.id: linked_dispute(
                one,
                ledger,
                linked[one.id],
                step.books,
                is_deposited=any(states.get(line) == "booked" for line in ids_by_dispute[one.id]),
            )
            for one in disputes
        }
        _settle(
            step,
            "dispute",
            [_Settled(row, next(iter(ids_by_dispute[d.id]), None), Money(d.amount, d.currency)) for row, d in batch],
            outcomes,
            wrong,
        )


RECONCILE_ONLY: dict[LoadStep, Callable[[Step], None]] = {
    LoadStep.CUSTOMERS: leave_out_customers,
    LoadStep.ITEMS: leave_out_items,
    LoadStep.INVOICES: leave_out_invoices,
    LoadStep.PAYMENTS: link_payments,
    LoadStep.REFUNDS: link_refunds,
    LoadStep.DISPUTES: link_disputes,
}


def _of_charge(charge: Charge) -> list[Wanted]:
    """Its payment, also under its payment intent's id; and the refund of one that failed (D6)."""
    wanted = _wanted("charge", charge.id, Role.MAIN)
    if charge.payment_intent and charge.status == "succeeded":
        # Of an intent's charges that moved money one succeeded: the record that bears the intent's id is of that one.
        ids = (charge.id, charge.payment_intent)
        wanted = replace(wanted, external_ids=(*wanted.external_ids, external_id(ids[1])), field_values=ids)
    return [wanted, _wanted("charge", charge.id, Role.FAILED)] if charge.failure_balance_transaction else [wanted]


def _of_refund(refund: Refund) -> list[Wanted]:
    """Its refund, and the payment of one that came back (E3)."""
    wanted = _wanted("refund", refund.id, Role.MAIN)
    return [wanted, _wanted("refund", refund.id, Role.REINSTATED)] if refund.failure_balance_transaction else [wanted]


def _wanted(object_type: str, stripe_id: str, role: Role) -> Wanted:
    is_inflow = role is Role.REINSTATED or (object_type == "charge" and role is Role.MAIN)
    return Wanted(
        object_type=object_type,
        stripe_id=stripe_id,
        role=role,
        kinds=_INFLOWS if is_inflow else _OUTFLOWS,
        external_ids=(external_id(stripe_id, role),),
        field_values=(stripe_id,),
    )


def _linked_roles(step: Step, objects: Sequence[StripeObject]) -> dict[str, frozenset[Role]]:
    roles: defaultdict[str, set[Role]] = defaultdict(set)
    for stripe_id, role in step.links(one.id for one in objects):
        roles[stripe_id].add(role)
    return {one.id: frozenset(roles[one.id]) for one in objects}


def _without_link(step: Step, objects: Sequence[Kind]) -> list[Kind]:
    linked = {stripe_id for stripe_id, _ in step.links(one.id for one in objects)}
    return [one for one in objects if one.id not in linked]


def _leave_out(step: Step, object_type: str, kind: type[StripeObject]) -> None:
    for batch in cut(pending(step, object_type, kind)):
        rows = [_Settled(row, None, None) for row, _ in batch]
        _settle(step, object_type, rows, {row.stripe_id: Excluded(LEFT_OUT) for row, _ in batch}, {})


def _settle(
    step: Step,
    object_type: str,
    rows: Sequence[_Settled],
    outcomes: Mapping[str, Outcome],
    wrong: Mapping[str, Finding],
) -> None:
    """Give every object of a batch its state; what a finding names waits for a person."""
    load_candidates(
        step,
        [
            Candidate(
                object_type,
                one.row.stripe_id,
                one.row.content_hash,
                Waiting(finding.code, (finding,))
                if (finding := wrong.get(one.row.stripe_id))
                else outcomes[one.row.stripe_id],
                one.balance_transaction_id,
                one.money,
            )
            for one in rows
        ],
    )
