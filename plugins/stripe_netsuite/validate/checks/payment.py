"""Charges and refunds: what came in and what went back, each within what it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.stripe_object import Charge, Refund
from stripe_netsuite.validate.checks.common import currency_rule, status_rule
from stripe_netsuite.validate.lookups import AmountFacts, Lookups
from stripe_netsuite.validate.rule import Rule, holds, is_between

CHARGE_RULES: tuple[Rule, ...] = (
    currency_rule("charge"),
    status_rule("charge", frozenset({"succeeded", "pending", "failed"})),
    Rule(
        code="charge_amount_negative",
        severity=Severity.CRITICAL,
        object_type="charge",
        words="A charge is not negative.",
        suggestion="Fetch the charge again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=is_between("amount", 0),
        expected="nothing or more",
        found="{amount:money}",
    ),
    Rule(
        code="charge_captured_exceeds_amount",
        severity=Severity.CRITICAL,
        object_type="charge",
        words="No more was captured of a charge than was authorised (D5).",
        suggestion="Fetch the charge again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=is_between("captured_over_amount", None, 0),
        expected="at most {amount:money}",
        found="{amount_captured:money}",
        difference="{captured_over_amount:money}",
    ),
    Rule(
        code="charge_customer_not_staged",
        severity=Severity.CRITICAL,
        object_type="charge",
        words="The customer of a charge has been read from Stripe.",
        suggestion="Run a backfill of the day on which the customer was created; the charge goes on by itself.",
        expectation=holds("customer_is_staged"),
        expected="customer {customer} staged",
        found="not staged",
    ),
    Rule(
        code="charge_ledger_line_missing",
        severity=Severity.WARNING,
        object_type="charge",
        words="A captured charge has a line in Stripe's ledger; it is booked from that line (A1).",
        suggestion="Nothing to do within a day or so: delayed payment methods get their line when the money arrives.",
        expectation=holds("has_ledger_line"),
        expected="a balance transaction",
        found="none",
    ),
    Rule(
        code="charge_ledger_line_not_staged",
        severity=Severity.WARNING,
        object_type="charge",
        words="The ledger line of a charge has been read from Stripe.",
        suggestion="Run a backfill of the charge's day; the charge goes on by itself.",
        expectation=holds("ledger_line_is_staged"),
        expected="{balance_transaction} staged",
        found="not staged",
    ),
)

REFUND_RULES: tuple[Rule, ...] = (
    currency_rule("refund"),
    status_rule("refund", frozenset({"succeeded", "pending", "failed", "canceled", "requires_action"})),
    Rule(
        code="refund_amount_not_positive",
        severity=Severity.CRITICAL,
        object_type="refund",
        words="A refund gives something back.",
        suggestion="Fetch the refund again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=is_between("amount", 1),
        expected="more than nothing",
        found="{amount:money}",
    ),
    Rule(
        code="refund_charge_missing",
        severity=Severity.CRITICAL,
        object_type="refund",
        words="A refund that succeeded names the charge it gives back (E1).",
        suggestion="Look the refund up in Stripe and book it by hand if it belongs to no charge.",
        expectation=holds("has_charge"),
        expected="a charge",
        found="none",
    ),
    Rule(
        code="refund_charge_not_staged",
        severity=Severity.CRITICAL,
        object_type="refund",
        words="The charge that a refund gives back has been read from Stripe.",
        suggestion="Run a backfill of the day on which the charge was created; the refund goes on by itself.",
        expectation=holds("charge_is_staged"),
        expected="charge {charge} staged",
        found="not staged",
    ),
    Rule(
        code="refund_currency_mismatch",
        severity=Severity.CRITICAL,
        object_type="refund",
        words="A refund is in the currency of its charge.",
        suggestion="Fetch both again with a backfill of their day; if Stripe really says so, ask Stripe.",
        expectation=holds("shares_charge_currency"),
        expected="{charge_currency}",
        found="{currency}",
    ),
    Rule(
        code="refunds_exceed_charge",
        severity=Severity.CRITICAL,
        object_type="refund",
        words="The refunds of a charge give back no more than was captured.",
        suggestion="Look at the charge's refunds in Stripe; the refund that goes beyond is held, earlier ones go on.",
        expectation=is_between("refunded_over_captured", None, 0),
        expected="at most {charge_captured:money} back for {charge}",
        found="{refunded_so_far:money} with this refund",
        difference="{refunded_over_captured:money}",
    ),
    Rule(
        code="refund_ledger_line_missing",
        severity=Severity.WARNING,
        object_type="refund",
        words="A refund that succeeded has a line in Stripe's ledger; it is booked from that line (A1).",
        suggestion="Fetch the refund again with a backfill of its day.",
        expectation=holds("has_ledger_line"),
        expected="a balance transaction",
        found="none",
    ),
)


def charge_rows(charges: Sequence[Charge], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of charges."""
    customers = lookups.staged("customer", (charge.customer for charge in charges))
    ledger = lookups.in_ledger(charge.balance_transaction for charge in charges)
    return [
        {
            "currency": charge.currency,
            "status": charge.status,
            "amount": charge.amount,
            "amount_captured": charge.amount_captured,
            "captured_over_amount": charge.amount_captured - charge.amount,
            "customer": charge.customer,
            "customer_is_staged": charge.customer in customers if charge.customer else None,
            "balance_transaction": charge.balance_transaction,
            "has_ledger_line": charge.balance_transaction is not None
            if charge.status == "succeeded" and charge.captured
            else None,
            "ledger_line_is_staged": charge.balance_transaction in ledger if charge.balance_transaction else None,
        }
        for charge in charges
    ]


def refund_rows(refunds: Sequence[Refund], lookups: Lookups) -> list[dict[str, Any]]:
    """Columns of refunds; each is measured by what its charge had given back up to and with it."""
    staged = lookups.staged("charge", (refund.charge for refund in refunds))
    charges = lookups.amounts("charge", staged)
    refunded_so_far = _refunded_so_far(charges, lookups)
    rows = []
    for refund in refunds:
        charge = charges.get(refund.charge or "")
        so_far = refunded_so_far.get(refund.id)
        captured = None if charge is None else _captured(charge)
        has_succeeded = refund.status == "succeeded"
        rows.append(
            {
                "currency": refund.currency,
                "status": refund.status,
                "amount": refund.amount,
                "charge": refund.charge,
                "has_charge": refund.charge is not None if has_succeeded else None,
                "charge_is_staged": refund.charge in staged if refund.charge else None,
                "charge_currency": charge.currency if charge else None,
                "shares_charge_currency": refund.currency == charge.currency if charge else None,
                "charge_captured": captured,
                "refunded_so_far": so_far,
                "refunded_over_captured": None if captured is None or so_far is None else so_far - captured,
                # Of an authorisation that was released, nothing was captured: its refund moves nothing.
                "has_ledger_line": refund.balance_transaction is not None if has_succeeded and captured else None,
            }
        )
    return rows


def _refunded_so_far(charges: dict[str, AmountFacts], lookups: Lookups) -> dict[str, int]:
    """Return, for each refund of these charges, the sum of the charge's refunds up to and with it."""
    so_far: dict[str, int] = {}
    for refunds in lookups.refunds_by_charge(list(charges)).values():
        total = 0
        for refund in refunds:
            total += refund.amount
            so_far[refund.stripe_id] = total
    return so_far


def _captured(charge: AmountFacts) -> int:
    return charge.amount if charge.amount_captured is None else charge.amount_captured
