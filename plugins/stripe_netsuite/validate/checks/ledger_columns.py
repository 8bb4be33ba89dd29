"""The columns of ledger lines: each line by itself, and against the charge, refund or payout it is about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from stripe_netsuite.domain.money import Money, convert, major_rate
from stripe_netsuite.domain.stripe_object import BalanceTransaction
from stripe_netsuite.validate.checks.ledger import FEE_TYPES
from stripe_netsuite.validate.lookups import AmountFacts, Lookups

_TYPE_BY_PREFIX = {
    "ch": "charge",
    "py": "charge",
    "re": "refund",
    "pyr": "refund",
    "du": "dispute",
    "dp": "dispute",
    "po": "payout",
}
_MUST_BE_STAGED = frozenset({"charge", "refund", "dispute"})
_COMPARED = frozenset({"charge", "refund", "payout"})  # a bank may take and give back another amount than was disputed
_NEEDS_SOURCE = frozenset(
    {
        "charge",
        "charge_failure",
        "dispute",
        "dispute_reversal",
        "partial_capture_reversal",
        "refund",
        "refund_failure",
    }
)
_MONEY_IN = frozenset({"charge", "dispute_reversal", "platform_earning", "refund_failure", "topup"})
_MONEY_OUT = frozenset(
    {"charge_failure", "dispute", "partial_capture_reversal", "platform_earning_refund", "refund", "topup_reversal"}
)


def ledger_rows(lines: Sequence[BalanceTransaction], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of ledger lines."""
    sources_by_type = {object_type: _sources(lines, object_type) for object_type in (*_MUST_BE_STAGED, "payout")}
    staged: set[str] = set()
    facts: dict[str, AmountFacts] = {}
    for object_type, ids in sources_by_type.items():
        staged |= lookups.staged(object_type, ids)
        if object_type in _COMPARED:
            facts |= lookups.amounts(object_type, ids)
    return [{**_own(line), **_source(line, staged), **_against(line, facts.get(line.source or ""))} for line in lines]


def _sources(lines: Sequence[BalanceTransaction], object_type: str) -> set[str]:
    return {line.source for line in lines if line.source and _source_type(line) == object_type}


def _source_type(line: BalanceTransaction) -> str | None:
    return _TYPE_BY_PREFIX.get((line.source or "").partition("_")[0])


def _own(line: BalanceTransaction) -> dict[str, Any]:
    details = sum(part.amount for part in line.fee_details)
    currencies = sorted({part.currency for part in line.fee_details})
    unknown = sorted({part.type for part in line.fee_details} - FEE_TYPES)
    sign = _sign(line)
    return {
        "currency": line.currency,
        "amount": line.amount,
        "fee": line.fee,
        "net": line.net,
        "net_by_parts": line.amount - line.fee,
        "net_difference": line.net - (line.amount - line.fee),
        "fee_details_total": details,
        "fee_difference": details - line.fee,
        "fee_currencies": ", ".join(currencies),
        "fees_share_currency": currencies in ([], [line.currency]),
        "unknown_fee_types": ", ".join(unknown),
        "fee_types_are_known": not unknown,
        "reporting_category": line.reporting_category,
        "direction": "money in" if sign > 0 else "money out",
        "amount_in_its_direction": line.amount * sign if sign else None,
    }


def _sign(line: BalanceTransaction) -> int:
    """Return +1 for money in, -1 for money out, 0 where both happen."""
    if line.type == "payment_refund" and line.reporting_category == "refund":
        return 0  # a positive payment_refund is a failed refund that came back (E3)
    if line.reporting_category in _MONEY_IN:
        return 1
    return -1 if line.reporting_category in _MONEY_OUT else 0


def _source(line: BalanceTransaction, staged: set[str]) -> dict[str, Any]:
    is_expected = _source_type(line) in _MUST_BE_STAGED
    return {
        "source": line.source,
        "has_source": line.source is not None if line.reporting_category in _NEEDS_SOURCE else None,
        "source_is_staged": line.source in staged if is_expected else None,
    }


def _against(line: BalanceTransaction, source: AmountFacts | None) -> dict[str, Any]:
    if source is None:
        return {}
    amounts = _possible_amounts(line, source)
    columns: dict[str, Any] = {"source_currency": source.currency, "source_amount": amounts[0]}
    if line.currency == source.currency:
        columns["amount_difference"] = min((abs(line.amount) - amount for amount in amounts), key=abs)
        return columns
    columns["has_exchange_rate"] = line.exchange_rate is not None
    if line.exchange_rate is not None and _is_code(line.currency) and _is_code(source.currency):
        columns |= _conversion(line, source.currency, line.exchange_rate, amounts)
    return columns


def _possible_amounts(line: BalanceTransaction, source: AmountFacts) -> list[int]:
    """Return what the line may move, unsigned: what was captured, or all when a reversal line takes the rest back."""
    if source.amount_captured is None or line.reporting_category != "charge":
        return [abs(source.amount)]
    return [source.amount_captured, source.amount]


def _conversion(line: BalanceTransaction, currency: str, rate: Decimal, amounts: list[int]) -> dict[str, Any]:
    """Compare the line with its source at Stripe's rate; a difference within what the rate's decimals allow is none."""
    rate_in_majors = major_rate(rate, currency, line.currency)
    candidates = [(convert(Money(amount, currency), rate_in_majors, line.currency).minor, amount) for amount in amounts]
    converted, amount = min(candidates, key=lambda pair: abs(abs(line.amount) - pair[0]))
    # A rate printed with four decimals may be off by half of the fourth; on a large amount that is more than one unit.
    places = max(-int(rate.as_tuple().exponent), 4)
    tolerance = 1 + ceil(amount * Decimal("0.5").scaleb(-places))
    difference = abs(line.amount) - converted
    return {
        "exchange_rate": str(rate),
        "converted": converted,
        "source_amount": amount,
        "conversion_difference": 0 if abs(difference) <= tolerance else difference,
    }


def _is_code(currency: str) -> bool:
    return len(currency) == 3 and currency == currency.lower()
