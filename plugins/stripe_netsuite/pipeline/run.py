"""A run: which Stripe accounts, which window, and whether anything may be written. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from stripe_netsuite.domain.window import Window


class LoadStep(StrEnum):
    """What is loaded, in the order in which records depend on each other."""

    CUSTOMERS = "customers"
    ITEMS = "items"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    REFUNDS = "refunds"
    DISPUTES = "disputes"


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over a half-open window.

    `accounts` are ids of entities.yaml, none means all; `only_ids` restricts the load to these Stripe ids and what
    they refer to; a dry run stages and plans, and writes nothing to NetSuite.
    """

    run_id: str
    kind: Literal["hourly", "daily", "payout", "manual"]
    window: Window
    accounts: tuple[str, ...] = ()
    dry_run: bool = False
    only_ids: tuple[str, ...] = ()
    link: str | None = None
