"""Opening + movements = closing, on both sides (ACCOUNTING H6). Pure; for accounts that money only passes through.

What lies there is named by payout. Money that came and went at two exchange rates leaves a rest in the base currency
alone: nobody clears that by itself, so it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import Verdict

_ZERO = Decimal(0)
_NAMED = 25


@dataclass(frozen=True, slots=True)
class Rolled:
    """One side of an account in one currency since the sync start: what it opened with, what came, what went.

    `lying` is what each payout leaves there now, in minor units (Stripe's side); `base` the balance in the subsidiary's
    base currency (NetSuite's side).
    """

    opening: Decimal = _ZERO
    came_in: Decimal = _ZERO
    went_out: Decimal = _ZERO
    lying: Mapping[str, int] = field(default_factory=dict)
    base: Decimal = _ZERO

    @property
    def closing(self) -> Decimal:
        """Opening + movements."""
        return self.opening + self.came_in + self.went_out

    def __str__(self) -> str:
        """`0.00 + 120.00 - 20.00 = 100.00`."""
        return f"{self.opening} + {self.came_in} - {abs(self.went_out)} = {self.closing}"


def prove_roll_forward(
    account: str, stripe: Mapping[str, Rolled], netsuite: Mapping[str, Rolled], base_currency: str
) -> list[Verdict]:
    """H6 of one account, by currency: what Stripe's movements leave in it is what NetSuite's postings leave in it.

    The opening is NetSuite's alone, from before the sync start: both sides start from it. What comes and goes may be
    booked through the account in more steps than Stripe shows, so closings are compared, and both ways are told.
    """
    verdicts: list[Verdict] = []
    for currency in sorted(stripe.keys() | netsuite.keys()):
        ours = netsuite.get(currency, Rolled())
        said = stripe.get(currency, Rolled())
        theirs = Rolled(ours.opening, said.came_in, said.went_out)
        unit = Money(0, currency).major
        expected, found = theirs.closing + unit, ours.closing + unit
        verdicts.append(
            Verdict(
                "H6",
                f"{account} {currency.upper()}",
                "broken" if expected != found else "ok",
                str(expected),
                str(found),
                str(found - expected),
                currency,
                "; ".join([f"Stripe: {theirs}", f"NetSuite: {ours}", *_lying(said, currency)]),
                rest=_rest(ours, currency, base_currency),
            )
        )
    return verdicts


def _lying(stripe: Rolled, currency: str) -> list[str]:
    named = [f"{one} {Money(minor, currency).major}" for one, minor in sorted(stripe.lying.items()) if minor]
    if not named:
        return []
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return [f"by payout: {', '.join(named[:_NAMED])}{more}"]


def _rest(netsuite: Rolled, currency: str, base_currency: str) -> str | None:
    """Return what two exchange rates left in base currency, where nothing is left in the currency itself."""
    if currency == base_currency or netsuite.closing or not netsuite.base:
        return None
    return f"{netsuite.base + Money(0, base_currency).major} {base_currency.upper()}"
