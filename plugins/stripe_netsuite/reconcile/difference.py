"""What of a payout has no sound record: it holds the payout, or goes to suspense as policy allows (ACCOUNTING F5). Pure.

`fail_closed`: no deposit. `fail_open`: the deposit is posted, with the difference of each transaction on a line of its
own to the suspense account, as long as all differences together are within the threshold, or a person approved exactly
these; the findings stay open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from stripe_netsuite.domain.approval import Answer, Difference, Question
from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.reconcile.account_lines import AccountLines
from stripe_netsuite.reconcile.payout_books import PayoutBooks
from stripe_netsuite.reconcile.payout_findings import LET_THROUGH, PayoutFindings

_POSTED = " The deposit is posted; the difference stands in the suspense account."
_NOT_BOOKED = "transaction_not_booked"


def _way_out(transaction_id: str) -> str:
    part, cleared = external_id(transaction_id, Role.MISSING_PART), external_id(transaction_id, Role.CLEARED)
    return (
        "Put the record right: once it is whole and in Undeposited Funds, the suspense line is cleared by itself. "
        f"For a part that is missing, enter a payment or refund with the external id {part}; or clear the line by hand, "
        f"with a journal entry that has the external id {cleared}."
    )


@dataclass(frozen=True, slots=True)
class _Difference:
    source: str
    transaction_id: str
    minor: int


class Differences:
    """Collects, for one payout, what its records do not cover. `said` takes the findings about them."""

    def __init__(self, payout: Payout, books: PayoutBooks) -> None:
        self._payout = payout
        self._books = books
        self._all: list[_Difference] = []
        self._waiting: list[str] = []
        self._is_open = False
        # `question`: what a person is asked, or was and rejected; `approval`: who let the differences through.
        self.question: Question | None = None
        self.approval: Answer | None = None
        self.said = PayoutFindings(books.stripe_account, payout.id)

    def add(self, source: str, row: BalanceTransaction, minor: int) -> None:
        """Take the part of a ledger line that no record covers, signed as in the balance."""
        self._all.append(_Difference(source, row.id, minor))

    def add_missing(self, source: str, row: BalanceTransaction) -> None:
        """Take a ledger line that is not booked yet: nothing is wrong with it, it may still come."""
        self._waiting.append(source)
        self.add(source, row, row.amount)

    def settle(self, lines: AccountLines, *, is_held: bool) -> None:
        """Decide, once all lines are taken, whether the differences go to suspense. `is_held`: the payout is anyway."""
        answer = self._answer()
        self._is_open = not is_held and self.passes
        if self._is_open:
            self.approval = answer
            for one in self._all:
                memo = f"Not reconciled: {one.source}"
                lines.add(AccountRole.SUSPENSE, memo, one.transaction_id, None, one.minor)
        elif not is_held and self._is_asked:
            self.question = self._ask()
            self._say_asked(self.question, answer)

    def standing(self) -> tuple[str, str] | None:
        """Return the state and reason of a payout that a person decides on; None where nobody is asked."""
        if self.question is None:
            return None
        answer = self._books.answers.get(self.question.key)
        if answer is not None:
            return (
                "blocked",
                f"differences of {self.question.total} {answer.with_note}",
            )
        return "waiting_for_approval", f"differences of {self.question.total}, more than policy lets through"

    @property
    def let_through(self) -> tuple[Difference, ...]:
        """What goes to suspense."""
        return tuple(self._shown(one) for one in self._all if one.minor) if self._is_open else ()

    def holding(self) -> set[str]:
        """Return the codes that hold the payout."""
        return set() if self._is_open else self.said.codes()

    def waiting(self) -> list[str]:
        """Return the Stripe ids whose records the payout waits for."""
        return [] if self._is_open else self._waiting

    def tell_missing(self) -> None:
        """Say what a payout that waits for records alone waits for, where the other system is late (G3)."""
        for one in self._all:
            self.said.hold(
                "missing_netsuite_record",
                "The other system's record of this transaction is not in NetSuite, days after its payout arrived.",
                one.source,
                expected=str(Money(one.minor, self._payout.currency)),
                found="no record with its id",
                suggestion="Book it in the other system with the Stripe id as external id or in the configured "
                "field, or name the record in the metadata in Stripe; the payout goes through by itself.",
            )

    def findings(self, *, is_posted: bool) -> list[Finding]:
        """Return what was found wrong; once the deposit is posted also what it lacks, each said to be let through."""
        if not (is_posted and self._is_open):
            return self.said.all
        missing = set(self._waiting)
        for one in self._all:
            if one.source in missing:
                self.said.hold(
                    _NOT_BOOKED,
                    "The payout contains a transaction that is not in NetSuite.",
                    one.source,
                    found=str(Money(one.minor, self._payout.currency)),
                    suggestion="Book it.",
                )
        transactions = {one.source: one.transaction_id for one in self._all}
        posted = _POSTED if self.approval is None else f"{_POSTED} It was {self.approval.with_note}."
        return [
            replace(
                one,
                message=one.message + posted,
                suggestion=_way_out(transactions[one.stripe_id or ""]),
                details=(*one.details, LET_THROUGH),
            )
            for one in self.said.all
        ]

    @property
    def passes(self) -> bool:
        """Whether policy, or a person, lets the differences through; so it does where there are none."""
        if not self._all or (self._may_pass and self._is_within_threshold):
            return True
        answer = self._answer()
        return answer is not None and answer.choice == "approved"

    @property
    def needs_suspense(self) -> bool:
        """Whether what passes, or may pass once it is approved, has no account to go to."""
        is_unmapped = AccountRole.SUSPENSE not in self._books.account_id_by_role
        return bool(self._all) and is_unmapped and (self.passes or self._is_asked)

    @property
    def _may_pass(self) -> bool:
        return self._books.payout_mismatch == "fail_open" and not (self._waiting and self._books.waits_for_records)

    @property
    def _is_within_threshold(self) -> bool:
        return sum(abs(one.minor) for one in self._all) <= self._books.threshold_minor

    @property
    def _is_asked(self) -> bool:
        is_above = bool(self._all) and self._may_pass and not self._is_within_threshold
        return is_above and self._books.approval == "above_threshold"

    def _answer(self) -> Answer | None:
        return self._books.answers.get(self._ask().key) if self._is_asked else None

    def _ask(self) -> Question:
        shown = sorted((self._shown(one) for one in self._all), key=lambda one: (one.stripe_id, one.transaction_id))
        return Question(
            payout_id=self._payout.id,
            amount=Money(self._payout.amount, self._payout.currency),
            bank_account_id=self._books.bank_account_id or "",
            differences=tuple(shown),
        )

    def _shown(self, one: _Difference) -> Difference:
        said = [finding for finding in self.said.all if finding.stripe_id == one.source]
        is_missing = one.source in self._waiting
        return Difference(
            stripe_id=one.source,
            transaction_id=one.transaction_id,
            money=Money(one.minor, self._payout.currency),
            codes=(_NOT_BOOKED,) if is_missing else tuple(finding.code for finding in said),
            expected="; ".join(finding.expected for finding in said if finding.expected),
            found="; ".join(finding.found for finding in said if finding.found),
            netsuite_id=next((finding.netsuite_id for finding in said if finding.netsuite_id), ""),
        )

    def _say_asked(self, question: Question, answer: Answer | None) -> None:
        expected = f"at most {Money(self._books.threshold_minor, self._payout.currency)}"
        if answer is None:
            self.said.hold(
                "payout_needs_approval",
                "The payout's differences are larger than policy lets through: a person decides.",
                self._payout.id,
                expected=expected,
                found=str(question.total),
                suggestion="Answer the question in Airflow (payout_approval), or correct the records.",
            )
        else:
            self.said.hold(
                "payout_approval_rejected",
                f"The payout's differences were {answer.with_note}.",
                self._payout.id,
                expected=expected,
                found=str(question.total),
                suggestion="Correct the records; once the differences are others the payout is looked at anew.",
            )
