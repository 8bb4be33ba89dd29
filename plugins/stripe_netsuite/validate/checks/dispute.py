"""Disputes: what a customer's bank asks back of a charge, once or several times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import Dispute
from stripe_netsuite.validate.checks.common import currency_rule, status_rule
from stripe_netsuite.validate.lookups import Lookups
from stripe_netsuite.validate.rule import Rule, holds, is_between

# Dispute.status of the pinned API version (docs.stripe.com/api/disputes/object).
STATUSES = frozenset(
    {
        "appeal_needs_response",
        "appeal_under_review",
        "lost",
        "needs_response",
        "prevented",
        "under_review",
        "warning_closed",
        "warning_needs_response",
        "warning_under_review",
        "won",
    }
)

DISPUTE_RULES: tuple[Rule, ...] = (
    currency_rule("dispute"),
    status_rule("dispute", STATUSES),
    Rule(
        code="dispute_amount_not_positive",
        severity=Severity.CRITICAL,
        object_type="dispute",
        words="A dispute is about some amount.",
        suggestion="Fetch the dispute again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=is_between("amount", 1),
        expected="more than nothing",
        found="{amount:money}",
    ),
    Rule(
        code="dispute_charge_not_staged",
        severity=Severity.CRITICAL,
        object_type="dispute",
        words="The charge that is disputed has been read from Stripe.",
        suggestion="Run a backfill of the day on which the charge was created; the dispute goes on by itself.",
        expectation=holds("charge_is_staged"),
        expected="charge {charge} staged",
        found="not staged",
    ),
    Rule(
        code="dispute_currency_mismatch",
        severity=Severity.CRITICAL,
        object_type="dispute",
        words="A dispute is in the currency of its charge.",
        suggestion="Book the dispute by hand in the charge's currency and name the record in its metadata (E7).",
        expectation=holds("shares_charge_currency"),
        expected="{charge_currency}",
        found="{currency}",
    ),
    Rule(
        code="dispute_ledger_line_not_staged",
        severity=Severity.WARNING,
        object_type="dispute",
        words="The ledger lines of a dispute have been read from Stripe.",
        suggestion="Run a backfill of the dispute's day; the dispute goes on by itself.",
        expectation=holds("ledger_lines_are_staged"),
        expected="{ledger_lines} staged",
        found="not all of them",
    ),
)


def dispute_rows(disputes: Sequence[Dispute], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of disputes."""
    staged = lookups.staged("charge", (dispute.charge for dispute in disputes))
    charges = lookups.amounts("charge", staged)
    ledger = lookups.in_ledger(line.id for dispute in disputes for line in dispute.balance_transactions)
    rows = []
    for dispute in disputes:
        charge = charges.get(dispute.charge)
        lines = [line.id for line in dispute.balance_transactions]
        rows.append(
            {
                "currency": dispute.currency,
                "status": dispute.status,
                "amount": dispute.amount,
                "charge": dispute.charge,
                "charge_is_staged": dispute.charge in staged,
                "charge_currency": charge.currency if charge else None,
                "shares_charge_currency": dispute.currency == charge.currency if charge else None,
                "ledger_lines": ", ".join(lines),
                "ledger_lines_are_staged": ledger.issuperset(lines) if lines else None,
            }
        )
    return rows
