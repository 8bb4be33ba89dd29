"""A person's decision about payouts whose differences are above the threshold: what is open, and taking the answer (F5).

Knows nothing of how the person is asked; an answer that nobody waits for any more changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from stripe_netsuite.domain.approval import Answer, Question
from stripe_netsuite.domain.money import Money
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.approvals import ApprovalRow, keep_answer, read_approvals

AnswerResult = Literal["approved", "rejected", "withdrawn", "booked"]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question as a person is to see it. `bank` is the name of the account that the money came to."""

    account: str
    question: Question
    bank: str
    status: Literal["open", "answered", "booked"]


def open_questions(services: Services, run: Run) -> list[dict[str, Any]]:
    """Return what waits for an answer: Stripe account, payout, key of the question, since when, label for the UI."""
    found: list[dict[str, Any]] = []
    for account in services.accounts(run):
        with services.engine.connect() as connection:
            rows = read_approvals(connection, account.id)
        found.extend(
            {
                "account": account.id,
                "payout_id": row.question.payout_id,
                "key": row.question.key,
                "asked_at": f"{row.asked_at:%Y%m%dT%H%M%SZ}",
                "label": label_of_question(row.question),
            }
            for row in rows
            if row.answer is None and (not run.only_ids or row.question.payout_id in run.only_ids)
        )
    return found


def label_of_question(question: Question) -> str:
    """Return `po_… 1,234.50 USD, differences 25.00 USD`."""
    amount: Money = question.amount
    return f"{question.payout_id} {amount.major:,} {amount.currency.upper()}, differences {question.total}"


def read_question(services: Services, account_id: str, payout_id: str, key: str) -> OpenQuestion | None:
    """Return a question; None where it was withdrawn because the payout's differences are others now, or gone."""
    row = _row(services, account_id, payout_id, key)
    if row is None:
        return None
    status: Literal["open", "answered", "booked"] = "open" if row.answer is None else "answered"
    wanted = row.question.bank_account_id
    name = next((one.display_name for one in services.reference.accounts if one.id == wanted), wanted)
    return OpenQuestion(account_id, row.question, name, "booked" if row.used_run else status)


def answer_approval(services: Services, account_id: str, payout_id: str, key: str, answer: Answer) -> AnswerResult:
    """Store a person's answer to a question; the payout's next reconciliation acts on it.

    Returns what counts from now on: the answer; `withdrawn` where the payout's differences are others by now (they are
    asked about anew); `booked` where a deposit stands on an earlier answer. Raises ConfigurationError for an answer
    without a name.
    """
    if not answer.by.strip():
        raise ConfigurationError(
            "an answer without the name of who gave it",
            subject=payout_id,
            expected="the name of an Airflow user",
            next_step="answer while logged in to Airflow",
        )
    with services.engine.begin() as connection:
        is_kept = keep_answer(connection, account_id, payout_id, key, answer)
    if is_kept:
        return answer.choice
    return "withdrawn" if _row(services, account_id, payout_id, key) is None else "booked"


def approval_note(services: Services, account_id: str, payout_id: str) -> str:
    """Return on whose word the payout's deposit stands, for its reason; nothing where nobody had to be asked."""
    with services.engine.connect() as connection:
        rows = read_approvals(connection, account_id, payout_id)
    return next((f"differences of {row.question.total} {row.answer}" for row in rows if row.used_run), "")


def _row(services: Services, account_id: str, payout_id: str, key: str) -> ApprovalRow | None:
    with services.engine.connect() as connection:
        rows = read_approvals(connection, account_id, payout_id)
    return next((row for row in rows if row.question.key == key), None)
