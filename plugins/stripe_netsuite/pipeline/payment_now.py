"""What the customer payments behind refunds and disputes stand for in NetSuite now (ACCOUNTING E1).

Asked in bulk, once a batch: applications, what is left unapplied, and what failed refunds put back. Within a batch each
refund takes from what the ones before it left; a refund that is booked already keeps what it took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_applications, lookup_transactions
from stripe_netsuite.pipeline.invoice_outcome import auto_invoice_lines
from stripe_netsuite.pipeline.loading import PLANNED, Step
from stripe_netsuite.pipeline.staged import paid_invoices, read_objects
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
from stripe_netsuite.transform.outcome import Waiting

_CUSTOMER_DEPOSIT = "customerDeposit"
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

    def is_customer_deposit(self, taker: Taker) -> bool:
        """Whether the charge stands in NetSuite as a customer deposit, which only a person may take apart."""
        link = self._charge_links.get((taker.charge_id, Role.MAIN))
        return link is not None and link.record_type == _CUSTOMER_DEPOSIT

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
            for application in record.applications if isinstance(record, CustomerRefundRecord) else ():
                if isinstance(application.document, InternalId):
                    key = (taker.charge_id, application.document.value)
                    self._left[key] = self._left[key] - Money.from_major(application.amount, self._left[key].currency)

    def _read(self, charges: Mapping[str, Charge]) -> dict[str, PaymentNow]:
        payment_by_charge: dict[str, str] = {}
        now: dict[str, PaymentNow] = {}
        for (charge_id, role), link in self._charge_links.items():
            if role is Role.MAIN and link.record_type == RecordType.CUSTOMER_PAYMENT.value:
                payment_by_charge[charge_id] = link.internal_id
            elif role is Role.MAIN:
                # A cash sale cannot be refunded from: what goes back of it needs a credit memo.
                now[charge_id] = PaymentNow()
        put_back = self._put_back(payment_by_charge)
        booked = {one for one in payment_by_charge.values() if one != PLANNED}
        client = self._step.services.netsuite
        applications = lookup_applications(client, booked) if booked else {}
        ids = booked.union(*put_back.values())
        states = lookup_transactions(client, ids) if ids else {}
        lines = lines_by_invoice_id(self._step, {document for rows in applications.values() for document, _ in rows})
        would_pay, would_mirror = _would_apply(self._step, charges, payment_by_charge)
        for charge_id, payment_id in payment_by_charge.items():
            charge = charges[charge_id]
            rows = would_pay.get(charge_id, []) if payment_id == PLANNED else applications.get(payment_id, [])
            applied = applied_invoices(rows, charge.currency, lines | would_mirror)
            sources = [
                *(_unapplied(one, states.get(one), charge.currency) for one in put_back.get(charge_id, ())),
                _own(payment_id, states.get(payment_id), charge, applied),
            ]
            self._left.update({(charge_id, source.internal_id): source.amount for source in sources})
            # Money that is, or was before it was refunded, applied to nothing. Most payments never had any.
            if len(sources) > 1 or _is_partly_applied(states.get(payment_id), applied):
                self._shared.add(charge_id)
            now[charge_id] = PaymentNow(applied, tuple(sources))
        return now

    def _put_back(self, payment_by_charge: Mapping[str, str]) -> dict[str, list[str]]:
        """Return, by charge, the customer payments that failed refunds of it put back (E3)."""
        with self._step.services.engine.connect() as connection:
            refunds = read_relations(connection, self._step.account.id, "refund", list(payment_by_charge))
        links = self._step.links(one for ids in refunds.values() for one in ids)
        found = {
            charge_id: [
                links[one, Role.REINSTATED].internal_id
                for one in ids
                if (one, Role.REINSTATED) in links and links[one, Role.REINSTATED].internal_id != PLANNED
            ]
            for charge_id, ids in refunds.items()
        }
        return {charge_id: ids for charge_id, ids in found.items() if ids}

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
        return {taker: dict(applications.get(internal_id, [])) for taker, internal_id in by_taker.items()}


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
    step: Step, charges: Mapping[str, Charge], payment_by_charge: Mapping[str, str]
) -> tuple[_Applications, dict[str, tuple[SaleLine, ...]]]:
    """Dry run: payments that are only planned have no application in NetSuite; take those that they would get."""
    planned = [charge for charge in charges.values() if payment_by_charge.get(charge.id) == PLANNED]
    paid_by_target = paid_invoices(step, [t for c in planned for t in (c.payment_intent, c.id) if t]) if planned else {}
    paid = {c.id: [p for t in (c.payment_intent, c.id) if t for p in paid_by_target.get(t, ())] for c in planned}
    invoices = read_objects(step, "invoice", Invoice, {p.invoice for payments in paid.values() for p in payments})
    lines = {one: found for one, i in invoices.items() if not isinstance(found := sale_lines(i, step.books), Waiting)}
    applications = {
        charge_id: [(p.invoice, Money(p.amount_paid or 0, p.currency).major) for p in payments if p.invoice in lines]
        for charge_id, payments in paid.items()
    }
    return applications, lines
