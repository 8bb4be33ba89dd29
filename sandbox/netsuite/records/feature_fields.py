"""Which record types and properties exist only with, or only without, one of the account's features. Data and two questions.

A property whose feature is off is unknown to NetSuite, exactly as a misspelt one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.netsuite.features import Features


@dataclass(frozen=True, slots=True)
class Gate:
    """Names that need a feature (`present`), and names that the same feature takes away (`absent`)."""

    is_on: Callable[[Features], bool]
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    """Record types that need the feature."""


GATES: tuple[Gate, ...] = (
    Gate(
        lambda features: features.one_world,
        present=frozenset({"subsidiary", "toSubsidiary", "includeChildren", "eliminate"}),
        types=frozenset({"subsidiary"}),
    ),
    Gate(
        lambda features: features.multi_currency,
        present=frozenset({"currency", "exchangeRate", "currencyList", "tranCurrencyName", "currencyName"}),
        types=frozenset({"currency", "currencyRate"}),
    ),
    Gate(
        lambda features: features.sui_tax,
        present=frozenset(
            {
                "taxDetails",
                "taxDetailsOverride",
                "taxDetailsReference",
                "taxRegOverride",
                "taxPointDate",
                "nexus",
                "defaultTaxReg",
            }
        ),
    ),
    # What REST never shows of legacy tax: the server takes the item's or the subsidiary's code.
    Gate(
        lambda _: False,
        present=frozenset({"taxCode", "taxRate", "taxRate1", "tax1Amt", "grossAmt", "tax2Total"}),
    ),
    Gate(
        lambda features: features.legacy_tax and not features.sui_tax,
        present=frozenset({"salesTaxCode", "isTaxable", "taxable", "taxItem"}),
    ),
    Gate(
        lambda features: features.payment_instruments,
        present=frozenset(
            {
                "paymentOption",
                "paymentOperation",
                "paymentProcessingProfile",
                "handlingMode",
                "inputReferenceCode",
                "outputAuthCode",
                "outputReferenceCode",
            }
        ),
        absent=frozenset({"paymentMethod"}),
    ),
    Gate(
        lambda features: features.advanced_revenue,
        present=frozenset(
            {
                "revenueRecognitionRule",
                "revRecForecastRule",
                "createRevenuePlansOn",
                "itemRevenueCategory",
                "directRevenuePosting",
                "revenueAllocationGroup",
                "doNotCreateRevenueElement",
            }
        ),
    ),
    Gate(
        lambda features: features.legacy_revenue,
        present=frozenset({"revRecSchedule", "deferRevRec", "revRecTermInMonths"}),
    ),
    Gate(lambda features: features.multi_book, present=frozenset({"accountingBookDetail"})),
    Gate(lambda features: features.account_numbers, present=frozenset({"acctNumber"})),
)
# The same name means something else here, whatever the features are.
_KEPT: frozenset[tuple[str, str]] = frozenset(
    {
        ("taxDetails", "taxCode"),
        ("taxDetails", "taxRate"),
        ("payment", "paymentMethod"),
        ("other", "paymentMethod"),
    }
)


def hidden_names(features: Features) -> frozenset[str]:
    """The property names that the account's features take away."""
    hidden: frozenset[str] = frozenset()
    for gate in GATES:
        hidden |= gate.absent if gate.is_on(features) else gate.present
    return hidden


def hidden_types(features: Features) -> frozenset[str]:
    """The record types that the account's features take away."""
    return frozenset().union(*(gate.types for gate in GATES if not gate.is_on(features)))


def is_hidden(name: str, sublist: str, hidden: frozenset[str]) -> bool:
    """Whether a property of a sublist line is taken away (`sublist` is empty for the body)."""
    return name in hidden and (sublist, name) not in _KEPT
