"""How far a payout has come between Stripe's balance and the bank, and what that books (ACCOUNTING F1, F8, F9, F10).

Pure. Receives the payout as Stripe tells it now; answers its course: what its deposit takes in, what lies in transit, and
which journal entries move money between `payouts_in_transit` and the bank. A course that was booked halfway and one that
is told at its end lead to the same records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

import msgspec

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.journal_entry import BankMove
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.domain.window import calendar_date

CourseState = Literal[
    "booked", "failed", "reversed", "canceled", "excluded", "waiting_on_reconciliation", "waiting_on_records"
]


# Within the day in every zone: midnight UTC may be the day before, and that day before the books begin.
_NOON_S = 12 * 3600
_TRANSIT_CATEGORIES = frozenset({"payout", "payout_reversal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What has to be in the books for a payout; `state` once it is, or what it waits for.

    `deposit` is the payout as its deposit takes it: never below zero, and nothing where no money reached the bank.
    `in_transit` is the ledger line that balances such a deposit, in the way of Stripe's own rows; `passing` are lines that
    only pass on to transit, and go by the journal entry of a clearing day (ids).
    """

    state: CourseState
    reason: str = ""
    deposit: Payout | None = None
    in_transit: BalanceTransaction | None = None
    moves: tuple[BankMove, ...] = ()
    passing: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether there is nothing to book yet."""
        return self.state in ("waiting_on_reconciliation", "waiting_on_records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known besides the payout.

    `takes_members`: its ledger lines go by its own deposit, not by clearing; `failed_on`: accounting date of the ledger
    line that brought it back, None while that is not staged; `was_paid`: it is in the bank's books already; `is_linked`: a
    person booked it, and named the deposit that stands for all of it (F14).
    """

    sync_start: date
    takes_members: bool
    failed_on: date | None = None
    was_paid: bool = False
    is_linked: bool = False


def course_of(payout: Payout, sight: Sight) -> Course:
    """Return the payout's course."""
    arrival = calendar_date(payout.arrival_date)
    has_failed = payout.status == "failed"
    if has_failed and sight.failed_on is None:
        return Course(state="waiting_on_records", reason="the ledger line of its failure is not staged yet")
    if arrival < sight.sync_start:
        return _before_start(payout, sight)
    if payout.status == "canceled":
        return Course(state="canceled", reason="canceled before it was paid: nothing is booked")
    if payout.status not in ("paid", "failed"):
        return Course(state="waiting_on_reconciliation", reason=f"status is {payout.status}")
    if sight.takes_members and not sight.is_linked and payout.reconciliation_status != "completed":
        return Course(state="waiting_on_reconciliation", reason=f"reconciliation is {payout.reconciliation_status}")
    # On the day of arrival itself Stripe calls a payout paid before the bank can send it back.
    failed_on = sight.failed_on if has_failed else None
    has_arrived = failed_on is None or sight.was_paid or failed_on >= arrival
    moves: list[BankMove] = []
    money = Money(payout.amount, payout.currency)
    if has_arrived and not sight.is_linked and (not sight.takes_members or payout.amount < 0):
        moves.append(BankMove(Role.JOURNAL, money, arrival, _kind(payout)))
    if has_arrived and failed_on is not None:
        moves.append(_return(payout, failed_on))
    deposit, in_transit = None, None
    if sight.is_linked:
        deposit = payout
    elif sight.takes_members:
        deposit, in_transit = deposit_share(payout, None if has_arrived else failed_on)
    state, reason = _end(payout, has_arrived=has_arrived)
    return Course(state=state, reason=reason, deposit=deposit, in_transit=in_transit, moves=tuple(moves))


def clearing_course(day: Payout, members: Sequence[BalanceTransaction]) -> Course:
    """Return the course of a clearing day (F10), a payout into the clearing account.

    Payouts that left Stripe's balance, and what came back of them, go to transit and need no deposit.
    """
    passing = [row for row in members if row.reporting_category in _TRANSIT_CATEGORIES]
    through = sum(row.net for row in passing)
    rest = msgspec.structs.replace(day, amount=day.amount - through)
    deposit, in_transit = deposit_share(rest, None) if len(passing) < len(members) else (None, None)
    journal = through + min(rest.amount, 0)
    move = BankMove(Role.JOURNAL, Money(journal, day.currency), calendar_date(day.arrival_date), "clearing")
    return Course(
        state="booked",
        deposit=deposit,
        in_transit=in_transit,
        moves=(move,) if journal else (),
        passing=frozenset(row.id for row in passing),
    )


def deposit_share(payout: Payout, never_arrived: date | None) -> tuple[Payout, BalanceTransaction | None]:
    """Return the payout as its deposit takes it, and the line in transit that balances the deposit if it needs one.

    A deposit cannot be negative (F8), and one that never arrived brings nothing into the bank (F9): both are deposits
    of zero, the first dated by arrival, the second by the day on which it came back.
    """
    into_bank = max(payout.amount, 0) if never_arrived is None else 0
    rest = payout.amount - into_bank
    if not rest:
        return payout, None
    day = payout.arrival_date
    if never_arrived is not None:
        day = int(datetime.combine(never_arrived, time(), UTC).timestamp())
    line = BalanceTransaction(
        id=f"{payout.id}-in-transit",
        type="payout_failure",
        reporting_category="payout_reversal",
        balance_type="payments",
        currency=payout.currency,
        amount=-rest,
        fee=0,
        net=-rest,
        created=day + _NOON_S,
        available_on=day + _NOON_S,
        status="available",
        source=payout.id,
        description="Payout in transit",
    )
    return msgspec.structs.replace(payout, amount=into_bank, arrival_date=day), line


def _before_start(payout: Payout, sight: Sight) -> Course:
    """A7: what arrived before the start is in the books of that time; what came back later leaves the bank now."""
    if sight.failed_on is None or sight.failed_on < sight.sync_start:
        return Course(state="excluded", reason="A7: arrived before the sync start date")
    return Course(
        state="failed",
        reason="A7: arrived before the sync start date, and came back after it",
        moves=(_return(payout, sight.failed_on),),
    )


def _return(payout: Payout, day: date) -> BankMove:
    note = f"payout failed: {payout.failure_code}" if payout.failure_code else "payout failed"
    return BankMove(Role.REVERSAL, -Money(payout.amount, payout.currency), day, note)


def _kind(payout: Payout) -> str:
    if payout.original_payout:
        return f"reversal of {payout.original_payout}"
    if payout.amount < 0:
        return "debited from the bank"
    if payout.method == "instant":
        return "instant payout"
    return "automatic payout" if payout.automatic else "payout by hand"


def _end(payout: Payout, *, has_arrived: bool) -> tuple[CourseState, str]:
    if payout.status == "failed":
        where = "bank to payouts in transit" if has_arrived else "it never reached the bank"
        return "failed", f"{payout.failure_code or 'failed'}: {where}"
    if payout.reversed_by:
        return "reversed", f"reversed by {payout.reversed_by}"
    return "booked", ""
