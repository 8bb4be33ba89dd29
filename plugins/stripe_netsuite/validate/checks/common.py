"""Rules that several object types share."""

from __future__ import annotations

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.validate.rule import Rule, is_one_of, matches

_NAMES = {
    "balance_transaction": "a ledger line",
    "invoice": "an invoice",
    "invoice_payment": "an invoice payment",
}


def spoken(object_type: str) -> str:
    """Return the object type as people say it, with its article."""
    return _NAMES.get(object_type, f"a {object_type}")


def currency_rule(object_type: str) -> Rule:
    """Every amount has a currency that its decimals can be known by (ACCOUNTING A3)."""
    return Rule(
        code="currency_malformed",
        severity=Severity.CRITICAL,
        object_type=object_type,
        words=f"The currency of {spoken(object_type)} is a code of three lower-case letters.",
        suggestion="Fetch the object again with a backfill of its day; if Stripe really says so, ask Stripe.",
        expectation=matches("currency", r"^[a-z]{3}$"),
        expected="three lower-case letters",
        found="{currency}",
    )


def status_rule(object_type: str, statuses: frozenset[str]) -> Rule:
    """A status we do not know may mean something for the books that no rule covers."""
    return Rule(
        code=f"{object_type}_status_unknown",
        severity=Severity.WARNING,
        object_type=object_type,
        words=f"The status of {spoken(object_type)} is one that the accounting rules know.",
        suggestion="Look the status up in Stripe's API reference and check whether the object was booked rightly.",
        expectation=is_one_of("status", statuses),
        expected=", ".join(sorted(statuses)),
        found="{status}",
    )
