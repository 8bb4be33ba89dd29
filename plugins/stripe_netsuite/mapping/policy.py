"""policy.yaml: every choice that the accounting rules leave open, the default first. Only choices that are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from stripe_netsuite.mapping.part import Amount, Currency, MappingModel

ToleranceMinor = Annotated[int, Field(ge=0, le=100)]


class Policy(MappingModel):
    """Every choice about periods, refunds, payouts, and how far a run looks back."""

    closed_period: Literal["next_open_period", "quarantine"] = "next_open_period"
    """What happens to a date in a closed period: first day of the next open one, or quarantine (A4)."""
    refund_partial: Literal["pro_rata", "refund_item", "single_line"] = "pro_rata"
    """Credit memo of a partial refund: the invoice's lines in proportion, one line on the refund item, or one line
    on the invoice's largest item (E2)."""
    unapplied_payment: Literal["unapplied", "auto_invoice", "cash_sale", "customer_deposit", "daily_summary"] = (
        "unapplied"
    )
    """A payment without an invoice: stays unapplied, gets an invoice of its own, is a cash sale, a customer deposit
    (D2), or part of one invoice and payment a day, currency and item (F12)."""
    duplicate_payment: Literal["unapplied", "hold"] = "unapplied"
    """What a payment brings beyond its invoices: booked and left unapplied, or the payment waits until
    `netsuite_allow_duplicate` is set on it (D3)."""
    deleted_record: Literal["wait", "book_again"] = "wait"
    """A payment or refund that was deleted in NetSuite before its payout: the payout waits until a person has entered
    it again, or the next run books it anew (F4)."""
    integration: Literal["all", "allow_list"] = "all"
    """Book everything that is not blocked, or only what carries `netsuite_allow_integration` (G1)."""
    clearing: Literal["manual_only", "all"] = "manual_only"
    """Whose payouts go through the clearing account: those of Stripe accounts that pay out by hand, or all (F10)."""
    payout_mismatch: Literal["fail_closed", "fail_open"] = "fail_closed"
    """A payout with a record that is missing or wrong waits, and goes through by itself once fixed; or it is posted,
    and the difference of each transaction goes to the suspense account with a finding (F5)."""
    fail_open_threshold: Mapping[Currency, Amount] = {}
    """Currency → largest sum of the differences of one payout that `fail_open` lets through, in major units; a
    currency that is not here lets none through (F5)."""
    approval: Literal["off", "above_threshold"] = "off"
    """What becomes of a payout under `fail_open` whose differences are above the threshold: it waits until they are
    fixed; or a person is asked in Airflow, and decides about exactly these differences (F5)."""
    unknown_category: Literal["wait", "suspense"] = "wait"
    """A payout with a kind of movement or fee that no rule knows waits; or it goes to the suspense account with a
    finding (F6)."""
    pre_start: Literal["summary", "quarantine"] = "summary"
    """What a payout contains from before the sync start date: one line for each category to the account `pre_start`,
    or the payout waits (A7)."""
    dispute_item: Literal["original_lines", "dispute_item"] = "original_lines"
    """Credit memo of a dispute: the invoice's lines, or one line on the dispute item. Where another amount is disputed
    than was paid it is always the dispute item (E4)."""
    dispute_won: Literal["other_deposit", "reopen"] = "other_deposit"
    """A dispute that is won comes in as a deposit line to the account `dispute_reversals`; or the invoice is opened
    again and paid (E5)."""
    max_deposit_lines: Annotated[int, Field(ge=10, le=10000)] = 10000
    """Lines of one deposit; a payout with more gets part deposits (F11)."""
    fee_lines: Literal["per_kind", "per_transaction"] = "per_kind"
    """One deposit line for each kind of fee, or one for each balance transaction (F2)."""
    rounding_tolerance_minor: ToleranceMinor = 1
    """Largest rounding difference of one line that goes to the rounding account, in minor units (F7)."""
    rounding_tolerance_minor_by_currency: Mapping[Currency, ToleranceMinor] = {}
    """Currency (three lower-case letters) → a tolerance of its own, in minor units (F7)."""
    write_back: Literal["on", "off"] = "on"
    """NetSuite's internal ids are written into the metadata of the Stripe objects that they stand for (G2)."""
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
