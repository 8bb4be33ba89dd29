"""Which of NetSuite's features the account has. They decide which fields exist, which are required, and how tax works.

Defaults are the seeded company's: OneWorld with two subsidiaries, several currencies, tax as ordinary lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Release = Literal["2025.2", "2026.1", "2026.2"]
Dimension = Literal["class", "department", "location"]


@dataclass(frozen=True, slots=True)
class Features:
    """Setup > Company > Enable Features, as far as an integration notices it (`reference` of each: sandbox/README.md)."""

    release: Release = "2026.1"
    """2025.2 has no batch operations; from 2026.1 a batch runs in parallel, from 2026.2 in order."""
    one_world: bool = True
    """Without it there are no subsidiaries and no field names one."""
    multi_currency: bool = True
    sui_tax: bool = False
    """SuiteTax: tax in the `taxDetails` sublist instead of tax codes on lines."""
    payment_instruments: bool = True
    """With it `paymentOption` says how a payment was made, without it `paymentMethod`."""
    advanced_revenue: bool = False
    """Advanced Revenue Management: items carry revenue rules, invoice lines start and end dates."""
    legacy_tax: bool = False
    """Tax codes instead of SuiteTax: REST cannot write them, the server takes the item's or the subsidiary's code."""
    legacy_revenue: bool = False
    """Revenue recognition templates: invoice lines carry `revRecSchedule`, dates and term."""
    multi_book: bool = False
    mandatory: frozenset[Dimension] = frozenset()
    """Segments that every transaction line must carry."""
    auto_numbering: bool = True
    """Whether `entityId` and `tranId` are given by NetSuite where a body has none."""
    account_numbers: bool = True
    """Whether accounts have numbers, which then are part of their display name."""
    consolidated_payments: bool = False
    """Whether a payment of a parent customer may pay its sub-customers' invoices."""
