"""What the deposit of one payout is planned from: its accounts and policies, and what stands in NetSuite for its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from stripe_netsuite.domain.approval import Answer
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.reconcile.record_check import BookedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutBooks:
    """The accounts and policies of a payout. `bank_account_id` is None where its currency has no bank (F1).

    `bank_problem` and `account_problems` (by role) say what is wrong with accounts that are mapped and not there.
    `sync_start_s` is the first instant that is booked (Unix s); `threshold_minor` the sum of differences that
    `fail_open` lets through; `waits_for_records`: what is not booked may still come, and is no difference yet;
    `says_missing`: another system should have booked it by now (G3). `answers` are a person's, by
    the key of the question; `memo_note` ends the deposit's memo.
    """

    stripe_account: str
    base_currency: str
    subsidiary_id: str
    undeposited_funds_account_id: str
    bank_account_id: str | None
    currency_id: str | None
    account_id_by_role: Mapping[str, str]
    tolerance_minor: int
    fee_lines: str
    deposit_date: date
    original_date: date | None = None
    sync_start_s: int = 0
    payout_mismatch: Literal["fail_closed", "fail_open"] = "fail_closed"
    threshold_minor: int = 0
    approval: Literal["off", "above_threshold"] = "off"
    answers: Mapping[str, Answer] = field(default_factory=dict)
    memo_note: str = ""
    waits_for_records: bool = False
    unknown_category: Literal["wait", "suspense"] = "wait"
    pre_start: Literal["summary", "quarantine"] = "summary"
    dispute_won: Literal["other_deposit", "reopen"] = "other_deposit"
    max_deposit_lines: int = 10_000
    mode: Literal["full", "reconcile_only"] = "full"
    says_missing: bool = False
    bank_problem: str | None = None
    account_problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRecords:
    """What stands in NetSuite for the lines of a payout, and what the staged objects say of those without a record.

    `before_start`: sources that were not booked because they, or what they are about, are older than the sync start.
    `charge_by_reversal`: the charge that a partial capture's reversal nets (D5); `reversed_elsewhere`: what of a charge
    such a line of another payout takes back, in minor units, below zero.
    `part_by_deposit`: the part deposits that stand already, by internal id, with their number (F11).
    `summary_by_charge`: the summary whose payment stands for the charge; `by_link` has it under the summary's id (F12).
    `booked_again`: sources whose record was deleted, and which the next run books anew (F4).
    """

    by_link: Mapping[tuple[str, Role], BookedRecord] = field(default_factory=dict)
    before_start: frozenset[str] = frozenset()
    charge_by_reversal: Mapping[str, str] = field(default_factory=dict)
    reversed_elsewhere: Mapping[str, int] = field(default_factory=dict)
    part_by_deposit: Mapping[str, int] = field(default_factory=dict)
    summary_by_charge: Mapping[str, str] = field(default_factory=dict)
    booked_again: tuple[str, ...] = ()
