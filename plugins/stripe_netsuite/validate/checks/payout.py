"""Payouts: what goes to the bank is what the ledger lines in it add up to (F1, F3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.domain.window import calendar_date, from_unix
from stripe_netsuite.validate.checks.common import currency_rule, status_rule
from stripe_netsuite.validate.lookups import Lookups
from stripe_netsuite.validate.rule import Rule, holds, is_between, is_zero

PAYOUT_RULES: tuple[Rule, ...] = (
    currency_rule("payout"),
    status_rule("payout", frozenset({"pending", "in_transit", "paid", "failed", "canceled"})),
    Rule(
        code="payout_net_mismatch",
        severity=Severity.CRITICAL,
        object_type="payout",
        words="The ledger lines in a payout add up to its amount (F3).",
        suggestion="Run a backfill of the payout's arrival day, which reads its ledger lines again.",
        expectation=is_zero("members_minus_amount"),
        expected="{amount:money}",
        found="{members_net:money} from {member_count} ledger lines",
        difference="{members_minus_amount:money}",
    ),
    Rule(
        code="payout_without_members",
        severity=Severity.CRITICAL,
        object_type="payout",
        words="An automatic payout that is paid and that Stripe has reconciled contains ledger lines.",
        suggestion="Run a backfill of the payout's arrival day, which reads its ledger lines again.",
        expectation=is_between("member_count_if_reconciled", 1),
        expected="at least one ledger line",
        found="none",
    ),
    Rule(
        code="payout_arrives_before_creation",
        severity=Severity.WARNING,
        object_type="payout",
        words="A payout does not arrive before the day on which it was created; the deposit has the arrival date (F1).",
        suggestion="Compare the date with the bank statement, and correct the deposit's date if need be.",
        expectation=holds("arrives_after_creation"),
        expected="on or after {created:date}",
        found="{arrival_date:date}",
    ),
)

# The arrival date has no time zone; west of Greenwich, a payout's own day may begin up to twelve hours after UTC's.
_WESTERNMOST = timedelta(hours=12)


def payout_rows(payouts: Sequence[Payout], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of payouts; members are looked at once an automatic payout is paid and reconciled (F1)."""
    reconciled = {
        payout.id
        for payout in payouts
        if payout.automatic and payout.status == "paid" and payout.reconciliation_status == "completed"
    }
    members_by_payout = lookups.payout_members(reconciled)
    rows = []
    for payout in payouts:
        members = members_by_payout.get(payout.id)
        earliest_day = (from_unix(payout.created) - _WESTERNMOST).date()
        rows.append(
            {
                "currency": payout.currency,
                "status": payout.status,
                "amount": payout.amount,
                "created": payout.created,
                "arrival_date": payout.arrival_date,
                "arrives_after_creation": calendar_date(payout.arrival_date) >= earliest_day,
                "members_net": members.net if members else None,
                "member_count": members.count if members else 0,
                "members_minus_amount": members.net - payout.amount if members else None,
                "member_count_if_reconciled": (members.count if members else 0) if payout.id in reconciled else None,
            }
        )
    return rows
