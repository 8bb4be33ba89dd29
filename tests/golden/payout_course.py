"""The course of a golden payout: what its deposit takes in, and its journal entries (F8, F9, F10, F14).

`given` may say: `failed_on` (the accounting date of the ledger line that brought it back), `was_paid` (the bank's books
have it already), `is_linked` (its metadata names a deposit), `clearing_day` (it is a day of the clearing account).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.netsuite_record import Record
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.reconcile.transit import Sight, clearing_course, course_of
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Booked, Waiting
from stripe_netsuite.transform.payout_journal import journal_from_payout
from tests.golden.answer import answer

Json = dict[str, Any]


class CoursePlay:
    """A payout with its ledger lines in some books."""

    def __init__(self, payout: Payout, rows: Sequence[BalanceTransaction], books: Books, given: Json) -> None:
        self.payout = payout
        self.books = books
        if given.get("clearing_day"):
            self.books = replace(books, bank_account_id_by_currency=books.clearing_account_id_by_currency)
            self.course = clearing_course(payout, rows)
        else:
            failed_on = given.get("failed_on")
            sight = Sight(
                sync_start=books.sync_start,
                takes_members=payout.automatic and not books.clears,
                failed_on=date.fromisoformat(failed_on) if failed_on else None,
                was_paid=given.get("was_paid", False),
                is_linked=given.get("is_linked", False),
            )
            self.course = course_of(payout, sight)
        self.deposit = None if given.get("is_linked") else self.course.deposit
        taken = [row for row in rows if row.id not in self.course.passing]
        self.lines = [*taken, self.course.in_transit] if self.course.in_transit else taken

    def without_deposit(self) -> Json:
        """The journal entries alone, or why there is nothing to book."""
        course = self.course
        if course.is_open:
            return answer("waiting", f"{course.state}: {course.reason}")
        if course.deposit is not None and not course.moves:
            return answer("excluded", "the deposit that a person named stands for it")
        if not course.moves:
            return answer("excluded", f"{course.state}: {course.reason}")
        return self.with_deposit([], ())

    def with_deposit(self, deposits: Sequence[Record], findings: Iterable[Finding]) -> Json:
        """The deposit and the journal entries after it; the reason tells how the payout ends."""
        records = list(deposits)
        for move in self.course.moves:
            outcome = journal_from_payout(self.payout, move, self.books)
            if isinstance(outcome, Waiting):
                return answer("waiting", f"blocked: {outcome.reason}", records, [*findings, *outcome.findings])
            assert isinstance(outcome, Booked)
            records.extend(outcome.records)
        course = self.course
        reason = course.reason if course.state == "booked" else f"{course.state}: {course.reason}"
        return answer("booked", reason, records, findings)
