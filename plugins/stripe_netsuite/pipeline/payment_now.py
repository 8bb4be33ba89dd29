"""What the payments and customer deposits behind refunds and disputes stand for in NetSuite now (ACCOUNTING E1).

Asked in bulk, once a batch: applications, what is left unapplied, and what failed refunds put back. Within a batch each
refund takes from what the ones before it left; a refund that is booked already keeps what it took.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from stripe_netsuite.domain.identity import Role, external_id, is_same_external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import (
    CustomerRefundRecord,
    InternalId,
    Record,
    RecordType,
    SaleLine,
)
from stripe_netsuite.domain.stripe_object import Charge, Invoice
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.netsuite_api.deposit_use import DepositUse, lookup_deposit_use
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_applications, lookup_transactions
from stripe_netsuite.pipeline.invoice_outcome import auto_invoice_lines
from stripe_netsuite.pipeline.loading import PLANNED, Step
from stripe_netsuite.pipeline.staged import paid_invoices, read_objects
from stripe_netsuite.pipeline.summaries import read_summary_ids
from stripe_netsuite.staging.dispute_movement import movement_ids
from stripe_netsuite.staging.links import links_by_internal_id
from stripe_netsuite.staging.relations import read_relations
from stripe_netsuite.transform.given_back import (
    AppliedInvoice,
    PaymentNow,
    Standing,
    Unapplied,
    applied_invoices,
    unapplied_part,
)
from stripe_netsuite.transform.invoice import sale_lines
from stripe_netsuite.transform.loose_payment import loose_line
from stripe_netsuite.transform.outcome import Waiting
from stripe_netsuite.transform.summary import own_share

_Applications = dict[str, list[tuple[str, Decimal]]]


@dataclass(frozen=True, slots=True)
class Taker:
    """A refund or dispute, and the charge whose money it gives back."""

    stripe_id: str
    charge_id: str


class Payments:
    """The payments behind one batch of refunds or disputes, as NetSuite holds them."""

    def __init__(self, step: Step, charges: Mapping[str, Charge], takers: Iterable[Taker]) -> None:
        self._step = step
        self._takers = list(takers)
        self._links = step.links(taker.stripe_id for taker in self._takers)
        self._charge_links = step.links(charges)
        self._left: dict[tuple[str, str], Money] = {}  # by charge and payment
        self._shared: set[str] = set()
        self._use = DepositUse()
        self._now: dict[str, PaymentNow] = self._read(charges)
        self._taken = self._taken_already()

    def of(self, taker: Taker) -> PaymentNow | None:
        """Return what the charge's payment stands for, as this taker may use it; None where it is not booked."""
        now = self._now.get(taker.charge_id)
        if now is None:
            return None
        taken = self._taken.get(taker.stripe_id)
        if taken is None:
            unapplied = [replace(one, amount=self._left[taker.charge_id, one.internal_id]) for one in now.unapplied]
        else:
            unapplied = [
                replace(one, amount=Money.from_major(taken.get(one.internal_id, Decimal(0)), one.amount.currency))
                for one in now.unapplied
            ]
        return replace(now, unapplied=tuple(unapplied))

    def standing(self, stripe_id: str) -> Standing:
        """Return what stands for a refund or dispute in NetSuite already."""
        refund = self._links.get((stripe_id, Role.MAIN))
        memo = self._links.get((stripe_id, Role.CREDIT_MEMO))
        return Standing(
            is_refund_booked=refund is not None and refund.internal_id != PLANNED,
            # A credit memo of ours has the hash of what it was made from; one that was named has none.
            is_memo_named=memo is not None and memo.payload_hash is None,
        )

    def take(self, taker: Taker, records: Iterable[Record]) -> None:
        """Note what a refund that is about to be written takes, so that the next one does not count on it."""
        if taker.stripe_id in self._taken:
            return
        for record in records:
            parts = (*record.applications, *record.deposits) if isinstance(record, CustomerRefundRecord) else ()
            for application in parts:
                if isinstance(application.document, InternalId):
                    key = (taker.charge_id, application.document.value)
                    self._left[key] = self._left[key] - Money.from_major(application.amount, self._left[key].currency)

    def _read(self, charges: Mapping[str, Charge]) -> dict[str, PaymentNow]:
        links = {charge_id: link for (charge_id, role), link in self._charge_links.items() if role is Role.MAIN}
        ids = {
            kind: {one.internal_id for one in links.values() if one.record_type == kind.value} - {PLANNED}
            for kind in (RecordType.CUSTOMER_PAYMENT, RecordType.CUSTOMER_DEPOSIT)
        }
        put_back = put_back_payments(self._step, links)
        client = self._step.services.netsuite
        self._use = lookup_deposit_use(client, ids[RecordType.CUSTOMER_DEPOSIT])
        payments = ids[RecordType.CUSTOMER_PAYMENT]
        applications = {**(lookup_applications(client, payments) if payments else {}), **self._use.applied}
        asked = set().union(*ids.values(), *put_back.values())
        states = lookup_transactions(client, asked) if asked else {}
        lines = lines_by_invoice_id(self._step, {document for rows in applications.values() for document, _ in rows})
        summed = read_summary_ids(self._step, links)
        would_pay, would_mirror = _would_apply(self._step, charges, self._charge_links)
        now: dict[str, PaymentNow] = {}
        for charge_id, link in links.items():
            charge, state = charges[charge_id], states.get(link.internal_id)
            is_planned = link.internal_id == PLANNED
            rows = would_pay.get(charge_id, []) if is_planned else applications.get(link.internal_id, [])
            applied = applied_invoices(rows, charge.currency, lines | would_mirror)
            sources = [_unapplied(one, states.get(one), charge.currency) for one in put_back.get(charge_id, ())]
            # Money that is, or was before it was refunded, applied to nothing. Most payments never had any.
            if sources or _is_partly_applied(state, applied):
                self._shared.add(charge_id)
            if charge_id in summed:
                applied = own_share(charge, summed[charge_id], applied, self._step.books)
            if link.record_type in (kind.value for kind in ids):
                # A cash sale cannot be refunded from: what goes back of it beyond that needs a credit memo.
                is_deposit = link.record_type == RecordType.CUSTOMER_DEPOSIT.value
                sources.append(replace(_own(link.internal_id, state, charge, applied), is_deposit=is_deposit))
            self._left.update({(charge_id, source.internal_id): source.amount for source in sources})
            now[charge_id] = PaymentNow(applied, tuple(sources))
        return now

    def _taken_already(self) -> dict[str, dict[str, Decimal]]:
        """Return what customer refunds that are in NetSuite took of which document, by their refund or dispute.

        Also those whose link a crash kept from being written: planned anew, their money would be taken twice.
        """
        by_taker = {
            taker.stripe_id: link.internal_id
            for taker in self._takers
            if (link := self._links.get((taker.stripe_id, Role.MAIN))) and link.internal_id != PLANNED
        }
        client = self._step.services.netsuite
        asked = {
            external_id(taker.stripe_id): taker.stripe_id
            for taker in self._takers
            if taker.stripe_id not in by_taker and taker.charge_id in self._shared
        }
        for wanted, found in (lookup_external_ids(client, "transaction", list(asked)) if asked else {}).items():
            is_ours = is_same_external_id(wanted, found.external_id) and not found.is_voided
            if is_ours and found.record_type == RecordType.CUSTOMER_REFUND.value:
                by_taker[asked[wanted]] = found.internal_id
        applications = lookup_applications(client, by_taker.values()) if by_taker else {}
        return {
            taker: self._use.by_deposit(applications.get(internal_id, [])) for taker, internal_id in by_taker.items()
        }


def put_back_payments(step: Step, charges: Collection[str]) -> dict[str, list[str]]:
    """Return, by charge, the customer payments by which money came back: failed refunds (E3), disputes won (E5)."""
    found: dict[str, list[str]] = {}
    for object_type, role in (("refund", Role.REINSTATED), ("dispute", Role.REOPENED)):
        with step.services.engine.connect() as connection:
            related = read_relations(connection, step.account.id, object_type, list(charges))
            movements = movement_ids(connection, step.account.id, {one for ids in related.values() for one in ids})
        links = step.links(one for ids in movements.values() for one in ids)
        for charge_id, ids in related.items():
            keys = [(movement, role) for one in ids for movement in movements[one]]
            booked = [links[key].internal_id for key in keys if key in links and links[key].internal_id != PLANNED]
            if booked:
                found.setdefault(charge_id, []).extend(booked)
    return found


def lines_by_invoice_id(step: Step, internal_ids: set[str]) -> dict[str, tuple[SaleLine, ...]]:
    """Return the lines of those NetSuite invoices that we booked, by internal id."""
    with step.services.engine.connect() as connection:
        links = links_by_internal_id(connection, step.services.netsuite_account, RecordType.INVOICE, internal_ids)
    own = {
        internal_id: row.stripe_id
        for internal_id, rows in links.items()
        for row in rows
        if row.stripe_account == step.account.id
    }
    invoices = read_objects(step, "invoice", Invoice, set(own.values()))
    lines: dict[str, tuple[SaleLine, ...]] = {}
    for internal_id, stripe_id in own.items():
        if stripe_id in invoices:
            found = sale_lines(invoices[stripe_id], step.books)
            lines[internal_id] = () if isinstance(found, Waiting) else found
    return lines | auto_invoice_lines(step, own)


def _unapplied(internal_id: str, state: TransactionState | None, currency: str) -> Unapplied:
    left = state.foreign_unused if state is not None and not state.is_voided else None
    return Unapplied(internal_id, Money.from_major(left or Decimal(0), currency))


def _own(
    internal_id: str, state: TransactionState | None, charge: Charge, applied: tuple[AppliedInvoice, ...]
) -> Unapplied:
    if state is not None and state.foreign_unused is not None:
        return Unapplied(internal_id, Money.from_major(state.foreign_unused, charge.currency))
    return unapplied_part(internal_id, Money(charge.amount_captured, charge.currency), applied)


def _is_partly_applied(state: TransactionState | None, applied: tuple[AppliedInvoice, ...]) -> bool:
    return state is not None and state.foreign_total != sum((one.amount.major for one in applied), Decimal(0))


def _would_apply(
    step: Step, charges: Mapping[str, Charge], links: Mapping[tuple[str, Role], KnownLink]
) -> tuple[_Applications, dict[str, tuple[SaleLine, ...]]]:
    """Dry run: payments that are only planned have no application in NetSuite; take those that they would get."""
    planned = [
        charges[charge_id]
        for (charge_id, role), link in links.items()
        if role is Role.MAIN and link.internal_id == PLANNED and link.record_type == RecordType.CUSTOMER_PAYMENT.value
    ]
    paid_by_target = paid_invoices(step, [t for c in planned for t in (c.payment_intent, c.id) if t]) if planned else {}
    paid = {c.id: [p for t in (c.payment_intent, c.id) if t for p in paid_by_target.get(t, ())] for c in planned}
    invoices = read_objects(step, "invoice", Invoice, {p.invoice for payments in paid.values() for p in payments})
    lines = {one: found for one, i in invoices.items() if not isinstance(found := sale_lines(i, step.books), Waiting)}
    applications = {
        charge_id: [(p.invoice, Money(p.amount_paid or 0, p.currency).major) for p in payments if p.invoice in lines]
        for charge_id, payments in paid.items()
    }
    for charge in planned:
        if (charge.id, Role.INVOICE) in links:
            # The invoice that would be made for the charge alone (D2).
            amount = Money(charge.amount_captured, charge.currency).major
            applications[charge.id].append((external_id(charge.id, Role.INVOICE), amount))
            lines[external_id(charge.id, Role.INVOICE)] = (loose_line(charge, step.books),)
    return applications, lines
