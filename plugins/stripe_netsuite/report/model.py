"""What a run's report shows, as values; `reading` fills them from staging, `pages` and `terminal` draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.validation_report import ValidationReport
from stripe_netsuite.staging.findings import FindingRow
from stripe_netsuite.staging.payouts import PayoutRow
from stripe_netsuite.staging.proofs import Proof
from stripe_netsuite.staging.runs import RunRow
from stripe_netsuite.staging.stage_counts import StageCount


@dataclass(frozen=True, slots=True)
class PayoutParts:
    """What a payout's ledger lines add up to, by what they are; minor units, signed as in Stripe's ledger.

    `converted` is the part of the charges and refunds that Stripe converted from another currency; it is in them already.
    """

    gross: int = 0
    refunds: int = 0
    fees: int = 0
    other: int = 0
    converted: int = 0
    lines: int = 0

    @property
    def net(self) -> int:
        """Their sum."""
        return self.gross + self.refunds + self.fees + self.other


@dataclass(frozen=True, slots=True)
class PayoutTieOut:
    """One row of the tie-out: the payout, what it is made of, the deposit that NetSuite gave back."""

    row: PayoutRow
    parts: PayoutParts

    @property
    def amount(self) -> Decimal:
        """The payout's amount in major units."""
        return Money(self.row.amount, self.row.currency).major

    @property
    def expected(self) -> Decimal:
        """What must be in the bank: the payout's amount, and nothing of one that failed (F9)."""
        return Money(0, self.row.currency).major if self.row.state == "failed" else self.amount

    @property
    def difference(self) -> Decimal | None:
        """Deposit and journal entries less payout; without them its ledger lines less it; None where neither is known."""
        if self.row.deposit_total is not None:
            return self.row.deposit_total - self.expected
        return Money(self.parts.net, self.row.currency).major - self.amount if self.parts.lines else None

    @property
    def is_tied(self) -> bool:
        """Whether deposit and journal entries were read back and left in the bank what they should."""
        return self.row.deposit_total is not None and self.row.deposit_total == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationLine:
    """One ledger line of a payout on its way into NetSuite. Amounts are in major units of `currency`.

    `goes_to` is `record`, `account`, `bank` (the payout's own line) or `nothing` (no amount). `account` is role and GL
    account of a line without a record, `fee_accounts` those of the fee inside the line, with the amounts. `deposit_id`
    is the record that took the line: the deposit, its part (`deposit_part` is the number), or a journal entry.
    """

    stripe_account: str
    payout_id: str
    payout_state: str
    arrives_on: str
    balance_transaction: str
    type: str
    reporting_category: str
    source: str | None
    created_at: str
    currency: str
    gross: Decimal
    fee: Decimal
    net: Decimal
    exchange_rate: Decimal | None
    goes_to: str
    record_type: str | None = None
    record_id: str | None = None
    record_external_id: str | None = None
    account: str | None = None
    fee_accounts: str | None = None
    deposit_id: str | None = None
    deposit_part: int | None = None
    posted_on: str | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything about one run. `plans` are the load plans as stored, one a step and Stripe account.

    `exchange` is what exchange rates realised, by payout and currency (F7).
    """

    run: RunRow
    counts: tuple[StageCount, ...] = ()
    plans: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[FindingRow, ...] = ()
    payouts: tuple[PayoutTieOut, ...] = ()
    proofs: tuple[Proof, ...] = ()
    exchange: tuple[Proof, ...] = ()
    validations: tuple[ValidationReport, ...] = ()
    netsuite_account: str | None = None
    netsuite_ids: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_conserved(self) -> bool:
        """Whether every stage gave out what it took in."""
        return all(count.balanced for count in self.counts)

    @property
    def broken_proofs(self) -> tuple[Proof, ...]:
        """The proofs that did not hold."""
        return tuple(proof for proof in self.proofs if proof.state == "broken")

    @property
    def due(self) -> tuple[PayoutTieOut, ...]:
        """The payouts that have or will have a deposit: neither canceled nor of before the books begin."""
        return tuple(payout for payout in self.payouts if payout.row.state not in ("canceled", "excluded"))
