"""Undeposited Funds against the ledger (ACCOUNTING H3). Pure: both sides come in by Stripe id, and are compared.

A payment whose payout is not booked yet must lie in Undeposited Funds, everything else that is ours must not. What a
rule or a finding keeps out of NetSuite is said with its amount and ids; what nothing explains breaks the proof by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.reconcile.proof import Verdict

_SHOWN = 5
_NAMED = 25


@dataclass(frozen=True, slots=True)
class OpenSource:
    """The gross of a Stripe object's open ledger lines.

    `absent` is the part of it that has no record in NetSuite, for `reason`; `is_explained` says that a rule, or a
    finding that is open, is this reason.
    """

    stripe_id: str
    gross: Money
    absent: Money
    reason: str = ""
    is_explained: bool = True


@dataclass(frozen=True, slots=True)
class LatePayout:
    """A payout that has arrived and is not booked: what its open lines add up to is in Undeposited Funds for it."""

    payout_id: str
    state: str
    gross: Money


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
    late: Sequence[LatePayout] = (),
) -> list[Verdict]:
    """H3, by currency; those of `currencies` also where nothing is open.

    `held_by_source` is keyed by (Stripe id, currency); `notes` say what is known of a missing one, and of one that is
    there although nothing of it is open.
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
            known_of_it = notes.get(stripe_id, "no ledger line of it is known")
            funds.wrong.append(f"{stripe_id} is still there with {held.amount}, but {known_of_it}")
    return [
        _verdict(currency, funds, [one for one in late if one.gross.currency == currency])
        for currency, funds in sorted(by_currency.items())
    ]


def _judge(funds: _Funds, source: OpenSource, held: HeldMoney | None, notes: Mapping[str, str]) -> None:
    """Decide what a difference of one object is: none, rounding, explained, or wrong."""
    difference = (held.amount if held else Decimal(0)) - source.gross.major
    tolerance = Money(held.tolerance_minor, source.gross.currency).major if held else Decimal(0)
    if not difference:
        return
    if source.absent.minor and abs(difference + source.absent.major) <= tolerance:
        if not source.is_explained:
            funds.wrong.append(f"{source.stripe_id} is not in NetSuite, and no finding says why ({source.reason})")
            return
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


def _verdict(currency: str, funds: _Funds, late: Sequence[LatePayout]) -> Verdict:
    expected, found = Money(funds.expected, currency).major, funds.found + Money(0, currency).major
    return Verdict(
        "H3",
        currency.upper(),
        "broken" if funds.wrong else "ok",
        str(expected),
        str(found),
        str(found - expected),
        currency,
        "; ".join(_details(currency, funds, late)) or None,
    )


def _details(currency: str, funds: _Funds, late: Sequence[LatePayout]) -> list[str]:
    details = list(funds.wrong[:_SHOWN])
    if len(funds.wrong) > _SHOWN:
        details.append(f"and {len(funds.wrong) - _SHOWN} more")
    if funds.rounding:
        details.append(f"{funds.rounding} rounded by conversion")
    for reason, sources in sorted(funds.explained.items()):
        amount = Money(sum(source.absent.minor for source in sources), currency)
        named = _listed([f"{one.stripe_id} {one.absent.major}" for one in sources])
        details.append(f"{amount} not in NetSuite: {reason} ({named})")
    if late:
        amount = Money(sum(one.gross.minor for one in late), currency)
        named = _listed([f"{one.payout_id} {one.gross.major} {one.state.replace('_', ' ')}" for one in late])
        details.append(f"{amount} in payouts that have arrived and are not booked ({named})")
    return details


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
