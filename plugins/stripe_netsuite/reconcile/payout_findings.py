"""The findings of one payout, as they are made: what holds it, and what is only said. Pure."""

from __future__ import annotations

from stripe_netsuite.domain.finding import Finding, Severity

LET_THROUGH = ("posted", "suspense")
"""The detail of a finding whose payout is booked all the same: it stays open until a person has put things right."""


class PayoutFindings:
    """Collects findings about one payout; every one names it."""

    def __init__(self, stripe_account: str, payout_id: str) -> None:
        self._stripe_account = stripe_account
        self._payout_id = payout_id
        self.all: list[Finding] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self.all)

    def codes(self, since: int = 0) -> set[str]:
        """Return the codes of the findings from number `since` on."""
        return {finding.code for finding in self.all[since:]}

    def hold(
        self,
        code: str,
        message: str,
        stripe_id: str,
        *,
        netsuite_id: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        difference: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        """Add a critical finding: it holds the payout, or under `fail_open` needs a person all the same (F5)."""
        self.all.append(
            Finding(
                code=code,
                severity=Severity.CRITICAL,
                stage="reconcile",
                stripe_account=self._stripe_account,
                stripe_id=stripe_id,
                netsuite_id=netsuite_id,
                message=message,
                expected=expected,
                found=found,
                difference=difference,
                suggestion=suggestion,
                details=(("payout", self._payout_id),),
            )
        )

    def tell(self, code: str, message: str, stripe_id: str, *, found: str, suggestion: str) -> None:
        """Add a warning: the payout is booked all the same."""
        self.all.append(
            Finding(
                code=code,
                severity=Severity.WARNING,
                stage="reconcile",
                stripe_account=self._stripe_account,
                stripe_id=stripe_id,
                message=message,
                found=found,
                suggestion=suggestion,
                details=(("payout", self._payout_id), LET_THROUGH),
            )
        )
