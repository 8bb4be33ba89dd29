"""policy.yaml: every choice that the accounting rules leave open, the default first. Only choices that are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from stripe_netsuite.mapping.part import Currency, MappingModel

ToleranceMinor = Annotated[int, Field(ge=0, le=100)]


class Policy(MappingModel):
    """Every choice about periods, refunds, payouts, and how far a run looks back."""

    closed_period: Literal["next_open_period", "quarantine"] = "next_open_period"
    """What happens to a date in a closed period: first day of the next open one, or quarantine (A4)."""
    refund_partial: Literal["pro_rata", "refund_item", "single_line"] = "pro_rata"
    """Credit memo of a partial refund: the invoice's lines in proportion, one line on the refund item, or one line
    on the invoice's largest item (E2)."""
    unapplied_payment: Literal["unapplied"] = "unapplied"
    """A payment without an invoice stays unapplied (D2)."""
    payout_mismatch: Literal["fail_closed"] = "fail_closed"
    """A payout that does not tie out gets no deposit; it waits, and goes through by itself once fixed (F5)."""
    fee_lines: Literal["per_kind", "per_transaction"] = "per_kind"
    """One deposit line for each kind of fee, or one for each balance transaction (F2)."""
    rounding_tolerance_minor: ToleranceMinor = 1
    """Largest rounding difference of one line that goes to the rounding account, in minor units (F7)."""
    rounding_tolerance_minor_by_currency: Mapping[Currency, ToleranceMinor] = {}
    """Currency (three lower-case letters) → a tolerance of its own, in minor units (F7)."""
    look_back_days: Annotated[int, Field(ge=0, le=30)] = 3
    """Days before its own that the daily run lists again."""
    overlap_minutes: Annotated[int, Field(ge=0, le=1440)] = 60
    """Minutes before its own hour that the hourly run lists again."""
    settle_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds that Stripe gets to finish writing before an interval is read to its end."""
    retention_days: Annotated[int, Field(ge=31, le=3650)] = 400
    """Days that staged payloads are kept."""
    payload_retention: Literal["full", "ids_only"] = "full"
    """`ids_only` drops payloads once loaded and keeps ids, hashes and amounts."""
