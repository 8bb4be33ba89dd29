"""Proofs from both sides (ACCOUNTING H2, H5), and what every proof answers. Pure: what each side says comes in, whether it ties goes out.

Nothing here looks at our own plan: totals come from NetSuite's and Stripe's answers and from the staged ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from stripe_netsuite.domain.money import Money


@dataclass(frozen=True, slots=True)
class Verdict:
    """One proof of one subject. Texts are amounts in major units, or counts.

    `rest` is an amount in base currency that exchange rates left, which breaks nothing and needs an entry by a person.
    """

    code: str
    subject: str
    state: Literal["ok", "broken", "not_provable"]
    expected: str | None = None
    found: str | None = None
    difference: str | None = None
    currency: str | None = None
    detail: str | None = None
    rest: str | None = None


def prove_balance(
    stripe_minor: Mapping[str, int],
    ledger_minor: Mapping[str, int],
    tail_minor: Mapping[str, int],
    opening: Mapping[str, Money],
) -> list[Verdict]:
    """H2: Stripe's available + pending = opening + Σ net of the staged ledger + what came after it, per currency."""
    currencies = sorted(stripe_minor.keys() | ledger_minor.keys() | tail_minor.keys() | opening.keys())
    verdicts: list[Verdict] = []
    for currency in currencies:
        stripe = Money(stripe_minor.get(currency, 0), currency)
        start = opening.get(currency, Money(0, currency))
        ledger = start + Money(ledger_minor.get(currency, 0) + tail_minor.get(currency, 0), currency)
        difference = ledger - stripe
        verdicts.append(
            Verdict(
                "H2",
                currency.upper(),
                "broken" if difference.minor else "ok",
                str(stripe.major),
                str(ledger.major),
                str(difference.major),
                currency,
                f"ledger to the window's end, and {Money(tail_minor.get(currency, 0), currency)} after it",
            )
        )
    return verdicts


def prove_ledger_states(
    rows: Mapping[tuple[str, str], tuple[int, int]], total_by_currency: Mapping[str, int], inconsistent: Collection[str]
) -> list[Verdict]:
    """H5: every ledger line is booked, waiting, quarantined or excluded, and booked exactly with its payout.

    `rows`: (state, currency) → (count, net); `total_by_currency`: Σ net of the whole ledger, added up apart;
    `inconsistent`: lines whose state is not that of their payout, or that have none.
    """
    verdicts: list[Verdict] = []
    for currency in sorted(total_by_currency):
        settled = sum(net for (state, code), (_, net) in rows.items() if code == currency and state != "pending")
        counts = {state: count for (state, code), (count, _) in sorted(rows.items()) if code == currency}
        total, found = Money(total_by_currency[currency], currency), Money(settled, currency)
        is_open = counts.get("pending", 0) > 0
        verdicts.append(
            Verdict(
                "H5",
                currency.upper(),
                "broken" if found != total or is_open else "ok",
                str(total.major),
                str(found.major),
                str((found - total).major),
                currency,
                ", ".join(f"{count} {state}" for state, count in counts.items()),
            )
        )
    if inconsistent:
        verdicts.append(
            Verdict(
                "H5",
                "states",
                "broken",
                "0",
                str(len(inconsistent)),
                None,
                None,
                f"state and payout differ: {some(inconsistent)}",
            )
        )
    return verdicts


def some(ids: Collection[str]) -> str:
    """Name five of the ids, and how many more there are."""
    shown = sorted(ids)[:5]
    return ", ".join(shown) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
