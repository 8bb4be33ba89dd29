"""Plays the golden cases of payouts: the deposit, in its parts, and the journal entries after it (ACCOUNTING F)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from stripe_netsuite.domain.approval import Answer
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Payout
from stripe_netsuite.pipeline.payout_booking import payout_books
from stripe_netsuite.reconcile.payout import BookedRecord, DepositPlan, PayoutRecords, plan_deposit
from tests.golden.answer import answer
from tests.golden.case import Case, Json
from tests.golden.payout_course import CoursePlay
from tests.golden.suspense_play import cleared


def play_payout(case: Case) -> Json:
    told = case.one("payout", Payout)
    played = CoursePlay(told, case.all("balance_transaction", BalanceTransaction), case.books, case.given)
    payout = played.deposit
    if payout is None:
        return played.without_deposit()
    read_until = case.given.get("read_until")
    books = payout_books(played.books, payout, date.fromisoformat(read_until) if read_until else None)
    assert books is not None
    records = PayoutRecords(
        by_link={_link_key(name): _booked_record(row) for name, row in case.given.get("netsuite", {}).items()},
        before_start=frozenset(case.given.get("before_sync_start", ())),
        charge_by_reversal=case.given.get("reversal_of", {}),
        reversed_elsewhere=case.given.get("reversed_elsewhere", {}),
        part_by_deposit=case.given.get("parts", {}),
        summary_by_charge=case.given.get("summaries", {}),
    )
    if "approval" in case.given:
        asked = plan_deposit(payout, played.lines, records, books)
        books = replace(books, answers=_answers(case.given["approval"], asked))
    plan = plan_deposit(payout, played.lines, records, books)
    if plan.record is None:
        return answer("waiting", f"{plan.state}: {plan.reason}", findings=plan.findings)
    fields = case.books.extra_fields("deposit", payout)
    return played.with_deposit(
        [replace(one, custom_fields=fields) for one in (*plan.parts, plan.record)], plan.findings
    )


def play_suspense(case: Case) -> Json:
    """What takes a difference that was let through off the suspense account."""
    records = {_link_key(name): _booked_record(row) for name, row in case.given.get("netsuite", {}).items()}
    part = _booked_record(case.given["part"]) if "part" in case.given else None
    payout, row = case.one("payout", Payout), case.one("balance_transaction", BalanceTransaction)
    return cleared(payout, row, case.given["suspense"], PayoutRecords(by_link=records), part, case.books)


def _answers(said: Json, asked: DepositPlan) -> dict[str, Answer]:
    """A person's answer; `of` says whether to what is asked here, or to what was asked before the records changed."""
    assert asked.question is not None
    key = asked.question.key if said["of"] == "these differences" else "others"
    return {key: Answer(choice=said["choice"], by=said["by"], at=datetime.fromisoformat(said["at"]), note=said["note"])}


def _link_key(name: str) -> tuple[str, Role]:
    """`re_1` is the main record of a Stripe object, `re_1 (rf)` the one in that role."""
    stripe_id, _, role = name.removesuffix(")").partition(" (")
    return stripe_id, Role(role) if role else Role.MAIN


def _booked_record(row: Json) -> BookedRecord:
    amount, currency = row["stripe_amount"].split(" ")
    total, rate = row.get("total", amount), row.get("exchange_rate")
    return BookedRecord(
        internal_id=row["internal_id"],
        stripe_money=Money.from_major(Decimal(amount), currency.lower()),
        exists=row.get("exists", True),
        voided=row.get("voided", False),
        found_total=Decimal(total),
        found_currency=row.get("currency"),
        found_account_id=row.get("account", "undeposited_funds"),
        found_subsidiary_id=row.get("subsidiary", "Acme Inc"),
        exchange_rate=None if rate is None else Decimal(rate),
        deposit_ids=tuple(row.get("deposits", ())),
        twin_id=row.get("twin"),
    )
