"""All validation rules, in the order in which they are reported; the first critical one broken names the quarantine."""

from __future__ import annotations

from stripe_netsuite.validate.checks.catalog import CATALOG_RULES
from stripe_netsuite.validate.checks.dispute import DISPUTE_RULES
from stripe_netsuite.validate.checks.invoice import INVOICE_PAYMENT_RULES, INVOICE_RULES
from stripe_netsuite.validate.checks.ledger import LEDGER_RULES
from stripe_netsuite.validate.checks.payment import CHARGE_RULES, REFUND_RULES
from stripe_netsuite.validate.checks.payout import PAYOUT_RULES
from stripe_netsuite.validate.decode import SCHEMA_VIOLATION
from stripe_netsuite.validate.rule import Rule

ALL_RULES: tuple[Rule, ...] = (
    *LEDGER_RULES,
    *CHARGE_RULES,
    *REFUND_RULES,
    *DISPUTE_RULES,
    *PAYOUT_RULES,
    *INVOICE_RULES,
    *INVOICE_PAYMENT_RULES,
    *CATALOG_RULES,
)

ALL_CODES: frozenset[str] = frozenset({SCHEMA_VIOLATION, *(rule.code for rule in ALL_RULES)})
"""Every reason for which validation quarantines."""


def rules_of(object_type: str) -> tuple[Rule, ...]:
    """Return the rules of one object type."""
    return tuple(rule for rule in ALL_RULES if rule.object_type == object_type)
