"""Undeposited Funds against the ledger (ACCOUNTING H3). Pure: both sides come in by Stripe id, and are compared.

A payment whose payout is not booked yet must lie in Undeposited Funds, everything else that is ours must not. What a
rule or a finding keeps out of NetSuite is said with its amount; what nothing explains breaks the proof by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import Verdict

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OpenSource:
    """The gross of a Stripe object's open ledger lines.

    `absent` is the part of it that has no record in NetSuite, for `reason`.
    """

    stripe_id: str
    gross: Money
    absent: Money
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeldMoney:
    """What lies in Undeposited Funds for a Stripe object, in its ledger lines' currency.

    `tolerance_minor` is what the conversion from the record's own currency may have rounded.
    """

    amount: Decimal
    tolerance_minor: int = 0


@dataclass(slots=True)
class _Funds:
    expected: int = 0
    found: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
    explained: dict[str, list[OpenSource]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def prove_funds(
    open_sources: Sequence[OpenSource],
    held_by_source: Mapping[tuple[str, str], HeldMoney],
    notes: Mapping[str, str],
    currencies: Collection[str] = (),
) -> list[Verdict]:
    """H3, by currency; those of `currencies` also where nothing is open.

    `held_by_source` is keyed by (Stripe id, currency); `notes` say what is known of a missing one.
    """
    by_currency = {currency: _Funds() for currency in currencies}
    for source in open_sources:
        funds = by_currency.setdefault(source.gross.currency, _Funds())
        funds.expected += source.gross.minor
        held = held_by_source.get((source.stripe_id, source.gross.currency))
        funds.found += held.amount if held else 0
        _judge(funds, source, held, notes)
    known = {(source.stripe_id, source.gross.currency) for source in open_sources}
    for (stripe_id, currency), held in held_by_source.items():
        if (stripe_id, currency) not in known:
            funds = by_currency.setdefault(currency, _Funds())
            funds.found += held.amount
            funds.wrong.append(f"{stripe_id} is still there, but its payout is booked or it is in no ledger")
    return [_verdict(currency, funds) for currency, funds in sorted(by_currency.items())]


def _judge(funds: _Funds, source: OpenSource, held: HeldMoney | None, notes: Mapping[str, str]) -> None:
    """Decide what a difference of one object is: none, rounding, explained, or wrong."""
    difference = (held.amount if held else Decimal(0)) - source.gross.major
    tolerance = Money(held.tolerance_minor, source.gross.currency).major if held else Decimal(0)
    if not difference:
        return
    if source.absent.minor and abs(difference + source.absent.major) <= tolerance:
        funds.explained.setdefault(source.reason, []).append(source)
        funds.rounding += difference + source.absent.major
    elif held is None:
        funds.wrong.append(f"{source.stripe_id} is not there{_note(notes, source.stripe_id)}")
    elif abs(difference) <= tolerance:
        funds.rounding += difference
    else:
        funds.wrong.append(f"{source.stripe_id} is there with {held.amount}, not {source.gross.major}")


def _note(notes: Mapping[str, str], stripe_id: str) -> str:
    return f" ({notes[stripe_id]})" if stripe_id in notes else ""


def _verdict(currency: str, funds: _Funds) -> Verdict:
    expected, found = Money(funds.expected, currency).major, funds.found + Money(0, currency).major
    return Verdict(
        "H3",
        currency.upper(),
        "broken" if funds.wrong else "ok",
        str(expected),
        str(found),
        str(found - expected),
        currency,
        "; ".join(_details(currency, funds)) or None,
    )


def _details(currency: str, funds: _Funds) -> list[str]:
    details = list(funds.wrong[:_SHOWN])
    if len(funds.wrong) > _SHOWN:
        details.append(f"and {len(funds.wrong) - _SHOWN} more")
    if funds.rounding:
        details.append(f"{funds.rounding} rounded by conversion")
    for reason, sources in sorted(funds.explained.items()):
        amount = Money(sum(source.absent.minor for source in sources), currency)
        named = ", ".join(source.stripe_id for source in sources[:3])
        more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
        details.append(f"{amount} not in NetSuite: {reason} ({named}{more})")
    return details
