"""Probes 44–49 and 58: what a deposit may take up, what it then protects, and what its total may be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import CENT, Bench
from sandbox.probes.evidence import Reply
from sandbox.probes.probe import Answer, probe
from sandbox.probes.questions.payments import refund, refusal

_DELETED = "The records are deleted, the deposit first."


def _deposit(bench: Bench, tag: str, *lines: Mapping[str, Any]) -> Reply:
    chosen = [{"deposit": True, **line} for line in lines]
    body = bench.transaction(account={"id": bench.account("Bank")}, payment={"items": chosen})
    return bench.put("deposit", tag, body)


def _deposited(bench: Bench) -> tuple[str, str]:
    """A payment and the deposit it is on, shared by the questions about them."""
    payment = bench.once("deposited payment", lambda: bench.payment("deposited"))
    made = bench.once(
        "deposit", lambda: bench.must(_deposit(bench, "deposit", {"id": int(payment)}), "a deposit of one payment")
    )
    return payment, made


@probe(
    44,
    "Any payment in a deposit",
    question="Can a deposit take up any undeposited payment by its id, also when hundreds lie undeposited?",
    request="PUT deposit with payment line {id, deposit: true}; SuiteQL counts what lies undeposited",
    answers={
        "yes": "Deposits by REST reach every payment (the detail says among how many).",
        "no": "The list is filtered (detail: text): deposits need a RESTlet in this account.",
    },
    needs="write",
    cleanup=_DELETED,
)
def deposit_reaches_payment(bench: Bench) -> Answer:
    """Whether the deposit of a new payment is accepted, and how many lie undeposited."""
    payment = bench.payment("reach")
    reply = _deposit(bench, "reach-deposit", {"id": int(payment)})
    waiting = bench.query("SELECT COUNT(*) AS n FROM transaction WHERE type = 'CustPymt' AND status = 'B'").items()
    among = f"payments not deposited: {waiting[0].get('n', '?')}" if waiting else "count hidden"
    return Answer("yes", among) if reply.ok else Answer("no", f"{refusal(reply)} ({among})")


@probe(
    45,
    "Payment list of a deposit",
    question="Does reading a deposit's payment list give the chosen lines only?",
    request="GET deposit/{id}/payment",
    answers={
        "chosen": "The list can be compared with what was sent.",
        "all": "It lists everything undeposited: compare by SuiteQL instead.",
        "refused": "Compare by SuiteQL instead.",
    },
    needs="write",
    cleanup=_DELETED,
)
def payment_list(bench: Bench) -> Answer:
    """The number of lines beside the one that was chosen."""
    bench.payment("bystander")
    _, number = _deposited(bench)
    reply = bench.get(f"deposit/{number}/payment")
    if not reply.ok:
        return Answer("refused", refusal(reply))
    count = len(reply.items())
    return Answer("chosen" if count == 1 else "all", f"{count} lines")


@probe(
    46,
    "Amount of a payment line",
    question="May a deposit's payment line carry `paymentAmount` in the same request?",
    request="PUT deposit with payment line {id, deposit: true, paymentAmount: 0.01}",
    answers={
        "accepted": "Settled amounts in other currencies can be sent.",
        "refused": "The amount follows from the payment's rate (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def line_amount(bench: Bench) -> Answer:
    """Whether the line is accepted."""
    payment = bench.payment("amount")
    reply = _deposit(bench, "amount-deposit", {"id": int(payment), "paymentAmount": CENT})
    return Answer("accepted") if reply.ok else Answer("refused", refusal(reply))


@probe(
    47,
    "Deposited twice",
    question="What answers to a second deposit of one payment?",
    request="PUT deposit with a payment that is on another deposit",
    answers={
        "refused": "NetSuite protects (detail: text).",
        "accepted": "Check before writing: a payment could be banked twice.",
    },
    needs="write",
    cleanup=_DELETED,
)
def deposited_twice(bench: Bench) -> Answer:
    """Whether it is refused."""
    payment, _ = _deposited(bench)
    reply = _deposit(bench, "deposit-again", {"id": int(payment)})
    return Answer("accepted") if reply.ok else Answer("refused", refusal(reply))


@probe(
    48,
    "Deleting a deposited payment",
    question="What answers to the deletion of a payment that is on a deposit?",
    request="DELETE customerPayment/{id} of a deposited payment",
    answers={
        "refused": "Deposited payments stay (detail: text).",
        "deleted": "The deposit changes behind our back: tie out again.",
    },
    needs="write",
    cleanup=_DELETED,
)
def delete_deposited(bench: Bench) -> Answer:
    """Whether it is refused."""
    payment, _ = _deposited(bench)
    reply = bench.asker.ask("DELETE", f"{RECORD}/customerPayment/{payment}")
    return Answer("deleted") if reply.ok else Answer("refused", refusal(reply))


@probe(
    49,
    "Refund in a deposit",
    question="Does a deposit take up a refund, and does it lessen the total?",
    request="PUT deposit with a payment of 0.02 and a refund of 0.01; GET its total",
    answers={
        "lessens": "Refunds are payment lines; the deposit is the payout's net.",
        "adds": "The sign is not turned: book refunds as cash back.",
        "refused": "Book refunds as cash back lines (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def refund_in_deposit(bench: Bench) -> Answer:
    """The deposit's total."""
    payment = bench.payment("with-refund", amount=2 * CENT)
    paid_back = bench.must(refund(bench, "in-deposit"), "a refund from Undeposited Funds")
    reply = _deposit(bench, "net-deposit", {"id": int(payment)}, {"id": int(paid_back)})
    if not reply.ok:
        return Answer("refused", refusal(reply))
    total = (bench.get(f"deposit/{bench.must(reply, 'a deposit')}").body or {}).get("total")
    if total == CENT:
        return Answer("lessens")
    return Answer("adds" if total == 3 * CENT else "other", f"total {total}")


@probe(
    58,
    "Deposit below zero",
    question="May a deposit's total be zero, and may it be negative?",
    request="PUT deposit with a payment of 0.01 and cash back of 0.02; then the same with cash back of 0.01",
    answers={
        "both": "A negative payout is a deposit, too.",
        "zero only": "A negative payout needs a journal entry or a cheque (detail: text).",
        "neither": "Payouts of zero and below need a journal entry (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def deposit_below_zero(bench: Bench) -> Answer:
    """Which of the two is accepted."""
    below = _with_cash_back(bench, "below", 2 * CENT)
    if below.ok:
        return Answer("both")
    zero = _with_cash_back(bench, "zero", CENT)
    return Answer("zero only", refusal(below)) if zero.ok else Answer("neither", refusal(zero))


def _with_cash_back(bench: Bench, tag: str, amount: Decimal) -> Reply:
    payment = bench.payment(tag)
    body = bench.transaction(
        account={"id": bench.account("Bank")},
        payment={"items": [{"deposit": True, "id": int(payment)}]},
        cashback={"items": [{"account": {"id": bench.account("Expense")}, "amount": amount}]},
    )
    return bench.put("deposit", f"{tag}-deposit", body)
