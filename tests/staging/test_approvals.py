"""Questions and answers in staging, and the lines on the suspense account, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Engine

from stripe_netsuite.domain.approval import Answer, Choice, Difference, Question
from stripe_netsuite.domain.money import Money
from stripe_netsuite.staging.approvals import keep_answer, keep_question, mark_used, read_approvals
from stripe_netsuite.staging.suspense import keep_suspense_lines, mark_cleared, read_suspense_lines
from tests.staging.samples import NOW

ACCOUNT, PAYOUT = "acct_1", "po_1"


def question(minor: int = 100) -> Question:
    difference = Difference(
        stripe_id="ch_1", transaction_id="txn_1", money=Money(minor, "usd"), codes=("unequal_amounts",)
    )
    return Question(payout_id=PAYOUT, amount=Money(5000, "usd"), bank_account_id="1", differences=(difference,))


def answer(choice: Choice = "approved") -> Answer:
    return Answer(choice=choice, by="Grace", at=NOW, note="why")


def test_a_question_is_stored_once_and_replaced_by_another(staging_engine: Engine) -> None:
    """Asked again: the first instant stays. Others ask otherwise, or nobody asks: what is unanswered goes."""
    with staging_engine.begin() as conn:
        keep_question(conn, ACCOUNT, PAYOUT, question(), "run 1", NOW)
        keep_question(conn, ACCOUNT, PAYOUT, question(), "run 2", NOW + timedelta(hours=1))
        (row,) = read_approvals(conn, ACCOUNT)
        assert (row.question, row.asked_at, row.answer, row.used_run) == (question(), NOW, None, None)
        keep_question(conn, ACCOUNT, PAYOUT, question(200), "run 3", NOW)
        keep_question(conn, ACCOUNT, "po_2", question(), "run 3", NOW)
        assert [row.question.total.minor for row in read_approvals(conn, ACCOUNT, PAYOUT)] == [200]
        keep_question(conn, ACCOUNT, PAYOUT, None, "run 4", NOW)
        assert read_approvals(conn, ACCOUNT, PAYOUT) == []
        assert len(read_approvals(conn, ACCOUNT)) == 1


def test_an_answer_stays_and_may_change_until_it_is_used(staging_engine: Engine) -> None:
    with staging_engine.begin() as conn:
        keep_question(conn, ACCOUNT, PAYOUT, question(), "run 1", NOW)
        assert keep_answer(conn, ACCOUNT, PAYOUT, question().key, answer("rejected"))
        keep_question(conn, ACCOUNT, PAYOUT, None, "run 2", NOW)
        assert keep_answer(conn, ACCOUNT, PAYOUT, question().key, answer())
        mark_used(conn, ACCOUNT, PAYOUT, answer(), "run 3")
        assert not keep_answer(conn, ACCOUNT, PAYOUT, question().key, answer("rejected"))
        assert not keep_answer(conn, ACCOUNT, PAYOUT, "another key", answer())
        (row,) = read_approvals(conn, ACCOUNT, PAYOUT)
        assert (row.answer, row.used_run) == (answer(), "run 3")


def test_suspense_lines_are_the_last_plans_until_they_are_cleared(staging_engine: Engine) -> None:
    with staging_engine.begin() as conn:
        keep_suspense_lines(conn, ACCOUNT, PAYOUT, [("txn_0", "ch_0", Money(5, "usd"))], "run 1", NOW)
        lines = [("txn_2", "re_2", Money(-7, "usd")), ("txn_1", "ch_1", Money(5, "usd"))]
        keep_suspense_lines(conn, ACCOUNT, PAYOUT, lines, "run 2", NOW)
        keep_suspense_lines(conn, ACCOUNT, "po_2", [], "run 2", NOW)
        mark_cleared(conn, ACCOUNT, PAYOUT, "txn_1", "hand", "99", "run 3", NOW)
        found = [
            (row.transaction_id, row.stripe_id, row.money, row.cleared_by, row.cleared_internal_id)
            for row in read_suspense_lines(conn, ACCOUNT, PAYOUT)
        ]
        assert found == [
            ("txn_1", "ch_1", Money(5, "usd"), "hand", "99"),
            ("txn_2", "re_2", Money(-7, "usd"), None, None),
        ]
        assert len(read_suspense_lines(conn, ACCOUNT)) == 2
