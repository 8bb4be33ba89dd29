"""What the transactions of a window need before they can be booked: customers with currencies, items, coupons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from stripe_netsuite.domain.stripe_object import Charge, Invoice, Refund
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.staged import cut, invoice_payments, pending
from stripe_netsuite.staging.objects import excluded_hashes
from stripe_netsuite.transform.books import PARTIAL_REFUND_ITEM, SHARED_ITEMS
from stripe_netsuite.transform.customer import customer_link
from stripe_netsuite.transform.invoice import coupons_of, finalisation_of
from stripe_netsuite.transform.item import item_link


@dataclass(slots=True)
class NeededItems:
    """Items by what they stand for. `shared` are keys of items that stand for no price."""

    prices: set[str] = field(default_factory=set)
    coupons: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)


def needed_customers(step: Step) -> dict[str, set[str]]:
    """Return the customers (the global one under its key) of bookable transactions, with their currencies (B1, B4)."""
    currencies: defaultdict[str, set[str]] = defaultdict(set)
    for _, invoice in pending(step, "invoice", Invoice):
        if _is_bookable(step, invoice):
            currencies[customer_link(step.books, invoice.customer).stripe_id].add(invoice.currency)
    for batch in cut(pending(step, "charge", Charge)):
        charges = [charge for _, charge in batch]
        summed_up = _to_sum_up(step, charges)
        for charge in charges:
            if charge.balance_transaction and not step.books.is_before_start(charge.created):
                owner = None if charge.id in summed_up else charge.customer
                currencies[customer_link(step.books, owner).stripe_id].add(charge.currency)
    return dict(currencies)


def _to_sum_up(step: Step, charges: Sequence[Charge]) -> set[str]:
    """Return the charges that their day's summary sells to the global customer: they pay no invoice (F12)."""
    if step.books.unapplied_payment != "daily_summary":
        return set()
    paid = invoice_payments(step, [target for c in charges for target in (c.payment_intent, c.id) if target])
    return {c.id for c in charges if c.status == "succeeded" and not ({c.payment_intent, c.id} & paid.keys())}


def needed_items(step: Step) -> NeededItems:
    """Return the items of bookable invoices' lines (B5, C3), and of refunds that need the refund item (E2)."""
    needed = NeededItems()
    for _, invoice in pending(step, "invoice", Invoice):
        if not _is_bookable(step, invoice):
            continue
        needed.coupons |= coupons_of(invoice)
        for line in invoice.lines.data:
            item = item_link(step.books, line).stripe_id
            (needed.shared if item in SHARED_ITEMS else needed.prices).add(item)
    if step.books.partial_refund == "refund_item" and any(
        refund.balance_transaction for _, refund in pending(step, "refund", Refund)
    ):
        needed.shared.add(PARTIAL_REFUND_ITEM)
    return needed


def unlinked(step: Step, stripe_ids: set[str]) -> set[str]:
    """Return those that no record stands for yet."""
    links = step.links(stripe_ids)
    linked = {stripe_id for stripe_id, _ in links}
    return stripe_ids - linked


def excluded_before(step: Step, object_type: str, stripe_ids: Collection[str]) -> dict[str, str]:
    """Return the content hash of those that earlier runs left out because nothing needed them: now something does."""
    with step.services.engine.connect() as connection:
        return excluded_hashes(connection, step.account.id, object_type, stripe_ids)


def _is_bookable(step: Step, invoice: Invoice) -> bool:
    finalised_at = finalisation_of(invoice)
    return finalised_at is not None and invoice.status != "void" and not step.books.is_before_start(finalised_at)
