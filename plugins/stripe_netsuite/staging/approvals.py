"""What a person is asked about payouts, and the answers (ACCOUNTING F5).

At most one question of a payout has no answer, and it is there exactly as long as the payout waits for one. Answers stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.approval import Answer, Question
from stripe_netsuite.staging.bulk import insert_into
from stripe_netsuite.staging.schema_approval import payout_approval

_row = payout_approval.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """A question and what became of it; `used_run` is the run that posted the deposit on the strength of it."""

    stripe_account: str
    question: Question
    asked_at: datetime
    answer: Answer | None
    used_run: str | None


def keep_question(
    conn: Connection, account: str, payout_id: str, question: Question | None, run_id: str, now: datetime
) -> None:
    """Store what is asked about the payout now, or nothing; other questions that nobody answered are withdrawn."""
    key = question.key if question else ""
    conn.execute(
        sa.delete(payout_approval).where(_of(account, payout_id), _row.answer.is_(None), _row.content_hash != key)
    )
    if question is None:
        return
    statement = insert_into(conn, payout_approval).values(
        stripe_account=account,
        payout_id=payout_id,
        content_hash=key,
        currency=question.amount.currency,
        amount=question.amount.minor,
        difference=question.total.minor,
        content=question.to_json(),
        asked_at=now,
        asked_run=run_id,
    )
    conn.execute(statement.on_conflict_do_nothing())


def keep_answer(conn: Connection, account: str, payout_id: str, key: str, answer: Answer) -> bool:
    """Store the answer to a question; False where it was withdrawn, or its answer has been used."""
    changed = conn.execute(
        sa.update(payout_approval)
        .where(_of(account, payout_id), _row.content_hash == key, _row.used_run.is_(None))
        .values(answer=answer.choice, answered_by=answer.by, answered_at=answer.at, note=answer.note)
    )
    return changed.rowcount > 0


def mark_used(conn: Connection, account: str, payout_id: str, answer: Answer, run_id: str) -> None:
    """Note, before the deposit is written, that it is posted on the strength of this answer."""
    conn.execute(
        sa.update(payout_approval)
        .where(_of(account, payout_id), _row.answered_at == answer.at, _row.answer == answer.choice)
        .values(used_run=run_id)
    )


def read_approvals(conn: Connection, account: str, payout_id: str | None = None) -> list[ApprovalRow]:
    """Return the account's questions, or one payout's, oldest first."""
    query = sa.select(payout_approval).where(_row.stripe_account == account).order_by(_row.asked_at, _row.content_hash)
    if payout_id is not None:
        query = query.where(_row.payout_id == payout_id)
    return [_approval(row) for row in conn.execute(query)]


def _of(account: str, payout_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(_row.stripe_account == account, _row.payout_id == payout_id)


def _approval(row: sa.Row[tuple[object, ...]]) -> ApprovalRow:
    fields = row._mapping  # noqa: SLF001 - SQLAlchemy's name for the row by column
    answer = None
    if fields["answer"] is not None:
        answer = Answer(
            choice=fields["answer"], by=fields["answered_by"], at=fields["answered_at"], note=fields["note"] or ""
        )
    return ApprovalRow(
        stripe_account=fields["stripe_account"],
        question=Question.from_json(fields["content"]),
        asked_at=fields["asked_at"],
        answer=answer,
        used_run=fields["used_run"],
    )
