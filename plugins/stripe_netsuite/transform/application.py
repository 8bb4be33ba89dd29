"""What of a payment goes to which invoice, and what they cannot take (ACCOUNTING D2, D3, D6). Pure.

All amounts are in the payment's currency; `room_by_invoice` is what an invoice still takes, in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stripe_netsuite.domain.money import Money, sum_money
from stripe_netsuite.domain.stripe_object import Charge, InvoicePayment

Part = tuple[str, Money]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The parts that are applied, by invoice, and those that their invoice has no room for."""

    applied: tuple[Part, ...]
    beyond: tuple[Part, ...]

    def beyond_total(self, currency: str) -> Money:
        """Return what no invoice takes."""
        return sum_money((money for _, money in self.beyond), currency)


def parts_of(charge: Charge, invoice_payments: Sequence[InvoicePayment]) -> list[Part]:
    """Return what the charge pays of each invoice, by Stripe's word; one that failed pays nothing (D6)."""
    paid: dict[tuple[str, str], int] = {}
    for one in invoice_payments if charge.status != "failed" else ():
        if one.status == "paid" and one.amount_paid:
            paid[one.invoice, one.currency] = paid.get((one.invoice, one.currency), 0) + one.amount_paid
    return [(invoice, Money(amount, currency)) for (invoice, currency), amount in paid.items()]


def fit(parts: Sequence[Part], room_by_invoice: Mapping[str, int]) -> Fitted:
    """Return how much of each part its invoice takes; an invoice whose room is not known takes all of it."""
    applied: list[Part] = []
    beyond: list[Part] = []
    for invoice, money in parts:
        room = max(room_by_invoice.get(invoice, money.minor), 0)
        taken = min(room, money.minor)
        if taken:
            applied.append((invoice, Money(taken, money.currency)))
        if taken < money.minor:
            beyond.append((invoice, Money(money.minor - taken, money.currency)))
    return Fitted(tuple(applied), tuple(beyond))
