"""What is open of each invoice, on both sides (ACCOUNTING H4). Pure: differences are explained by a rule, or named.

An explanation counts only if its amount is the difference, alone or together with others of the same invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import Verdict

_SHOWN = 5
_NAMED = 25


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule by which NetSuite may show more (or less) open than Stripe, and by how much; minor units."""

    rule: str
    minor: int


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An invoice as both sides show it; `netsuite` is None where the record is gone or voided."""

    stripe_id: str
    stripe: Money
    netsuite: Money | None
    explanations: Sequence[Explanation] = ()


@dataclass(slots=True)
class InvoiceTally:
    """What a walk over the invoices found in one currency; `reasons` are the invoices that a rule explains, and by how much."""

    currency: str
    count: int = 0
    stripe: int = 0
    netsuite: int = 0
    reasons: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def tally_invoices(states: Iterable[InvoiceState], tallies: dict[str, InvoiceTally]) -> None:
    """Add invoices to the tallies by currency."""
    for state in states:
        tally = tallies.setdefault(state.stripe.currency, InvoiceTally(state.stripe.currency))
        tally.count += 1
        tally.stripe += state.stripe.minor
        tally.netsuite += state.netsuite.minor if state.netsuite else 0
        if state.netsuite is None:
            tally.wrong.append(f"{state.stripe_id} is not in NetSuite any more")
            continue
        difference = state.netsuite.minor - state.stripe.minor
        if not difference:
            continue
        reason = _reason(difference, state.explanations)
        if reason is None:
            tally.wrong.append(f"{state.stripe_id} is open with {state.netsuite.major}, not {state.stripe.major}")
        else:
            tally.reasons.setdefault(reason, []).append((state.stripe_id, difference))


def prove_invoices(tallies: Iterable[InvoiceTally]) -> list[Verdict]:
    """H4, by currency: what is open in NetSuite is what is open in Stripe, or a rule says why not."""
    return [_verdict(tally) for tally in sorted(tallies, key=lambda tally: tally.currency)]


def is_explained(state: InvoiceState) -> bool:
    """Whether the invoice needs no further question: both sides agree, it is gone, or a rule says why they differ."""
    if state.netsuite is None or state.netsuite == state.stripe:
        return True
    return _reason(state.netsuite.minor - state.stripe.minor, state.explanations) is not None


def _reason(difference: int, explanations: Sequence[Explanation]) -> str | None:
    for size in range(1, len(explanations) + 1):
        for chosen in combinations(explanations, size):
            if sum(one.minor for one in chosen) == difference:
                return " and ".join(one.rule for one in chosen)
    return None


def _verdict(tally: InvoiceTally) -> Verdict:
    stripe, netsuite = Money(tally.stripe, tally.currency), Money(tally.netsuite, tally.currency)
    details = tally.wrong[:_SHOWN]
    if len(tally.wrong) > _SHOWN:
        details.append(f"and {len(tally.wrong) - _SHOWN} more")
    details.append(f"{tally.count} invoices")
    details += [_explained(tally.currency, reason, rows) for reason, rows in sorted(tally.reasons.items())]
    return Verdict(
        "H4",
        tally.currency.upper(),
        "broken" if tally.wrong else "ok",
        str(stripe.major),
        str(netsuite.major),
        str((netsuite - stripe).major),
        tally.currency,
        "; ".join(details),
    )


def _explained(currency: str, reason: str, rows: Sequence[tuple[str, int]]) -> str:
    amount = Money(sum(minor for _, minor in rows), currency)
    named = ", ".join(f"{stripe_id} {Money(minor, currency).major}" for stripe_id, minor in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{amount} by rule: {reason} ({named}{more})"
