"""Probes 38–43: customer payments, what they may pay, credit memos and refunds."""

from __future__ import annotations

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import CENT, Bench
from sandbox.probes.evidence import Reply
from sandbox.probes.probe import Answer, probe

_DELETED = "The records are deleted."


def refusal(reply: Reply) -> str:
    """Status, code and text of a refusal."""
    return f"{reply.status} {reply.code} {reply.detail}"


@probe(
    38,
    "Value of undepFunds",
    question="Which value of undepFunds is accepted in a customer payment?",
    request='PUT customerPayment with undepFunds true, then {"id": "T"}, then "T"',
    answers={
        "boolean": "Send true.",
        "object": 'Send {"id": "T"}.',
        "string": 'Send "T".',
        "none": "Leave it out and rely on probe 39 (detail: the last refusal).",
    },
    needs="write",
    cleanup=_DELETED,
)
def undeposited_value(bench: Bench) -> Answer:
    """The first shape that passes."""
    last = ""
    for key, value in (("boolean", True), ("object", {"id": "T"}), ("string", "T")):
        reply = bench.put("customerPayment", f"undep-{key}", bench.payment_body(undepFunds=value))
        if reply.ok:
            return Answer(key)
        last = refusal(reply)
    return Answer("none", last)


@probe(
    39,
    "Payment without a bank",
    question="Does a payment without `account` and `undepFunds` go to Undeposited Funds?",
    request="PUT customerPayment without account; SuiteQL for the account it debits",
    answers={
        "undeposited": "Leave both out.",
        "bank": "The account has a default bank: undepFunds must be sent.",
        "refused": "One of them is required (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def payment_without_bank(bench: Bench) -> Answer:
    """The debited account's part."""
    reply = bench.put("customerPayment", "no-bank", bench.payment_body())
    if not reply.ok:
        return Answer("refused", refusal(reply))
    number = int(bench.must(reply, "a payment"))
    rows = bench.rows(
        "SELECT a.accttype, a.sspecacct FROM transactionaccountingline l JOIN account a ON a.id = l.account "  # noqa: S608
        f"WHERE l.transaction = {number} AND l.debit > 0"
    )
    if any(row.get("sspecacct") == "UnDepFunds" for row in rows):
        return Answer("undeposited")
    return Answer("bank" if any(row.get("accttype") == "Bank" for row in rows) else "other", str(len(rows)))


@probe(
    40,
    "More applied than due",
    question="Is an application above the invoice's rest refused, or cut to the rest?",
    request="PUT customerPayment 0.02 with apply amount 0.02 on an invoice of 0.01",
    answers={
        "refused": "Amounts are checked by NetSuite (detail: text).",
        "capped": "Cut silently: read the applied amount back.",
        "accepted": "Over-applied: check before writing.",
    },
    needs="write",
    cleanup=_DELETED,
)
def over_application(bench: Bench) -> Answer:
    """The amount applied afterwards."""
    invoice = bench.invoice("over")
    reply = bench.put("customerPayment", "over-payment", bench.payment_body((invoice, 2 * CENT), amount=2 * CENT))
    if not reply.ok:
        return Answer("refused", refusal(reply))
    shown = bench.get(f"customerPayment/{bench.must(reply, 'a payment')}").body or {}
    applied = shown.get("applied")
    return Answer("capped" if applied == CENT else "accepted", f"applied {applied}")


@probe(
    41,
    "Credit memo from an invoice",
    question="Is a credit memo made by transform applied to its invoice without being asked?",
    request="POST invoice/{id}/!transform/creditMemo {memo}; GET creditMemo/{id}: applied",
    answers={
        "applied": "Undo the application where the money is paid back instead.",
        "not applied": "Apply it explicitly.",
        "refused": "Write credit memos directly (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def transformed_credit(bench: Bench) -> Answer:
    """The applied amount of the new credit memo."""
    invoice = bench.invoice("credited")
    body = bench.transaction(externalId=bench.eid("credit"))
    reply = bench.post(f"invoice/{invoice}/!transform/creditMemo", body, made="creditMemo")
    if not reply.ok:
        return Answer("refused", refusal(reply))
    applied = (bench.get(f"creditMemo/{reply.new_id}").body or {}).get("applied")
    return Answer("applied" if applied else "not applied", f"applied {applied}")


@probe(
    42,
    "Deleting a paid invoice",
    question="What answers to the deletion of an invoice that a payment is applied to?",
    request="DELETE invoice/{id} of a paid invoice",
    answers={
        "refused": "Linked transactions stay (detail: text).",
        "deleted": "The payment becomes unapplied: drift must be looked for.",
    },
    needs="write",
    cleanup=_DELETED,
)
def delete_paid_invoice(bench: Bench) -> Answer:
    """Whether it is refused."""
    invoice = bench.invoice("paid")
    body = bench.payment_body((invoice, CENT))
    bench.must(bench.put("customerPayment", "paid-payment", body), "a payment of an invoice")
    reply = bench.asker.ask("DELETE", f"{RECORD}/invoice/{invoice}")
    return Answer("deleted") if reply.ok else Answer("refused", refusal(reply))


@probe(
    43,
    "Refund through Undeposited Funds",
    question="May a customer refund be paid from Undeposited Funds, so that a deposit can take it up?",
    request="PUT creditMemo 0.01, then PUT customerRefund of it with account = Undeposited Funds",
    answers={
        "yes": "Refunds and payments settle in one deposit.",
        "no": "Pay refunds from a clearing account (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def refund_through_undeposited(bench: Bench) -> Answer:
    """Whether the refund is accepted."""
    reply = refund(bench, "refund")
    return Answer("yes") if reply.ok else Answer("no", refusal(reply))


def refund(bench: Bench, tag: str) -> Reply:
    """A refund of 0.01 from Undeposited Funds of a credit memo made for it."""
    credit = bench.must(bench.put("creditMemo", f"{tag}-credit", bench.sale()), "a credit memo")
    lines = {"items": [{"doc": {"id": credit}, "apply": True, "amount": CENT}]}
    account = {"id": bench.undeposited_funds()}
    body = bench.transaction(customer={"id": bench.customer()}, account=account, apply=lines)
    return bench.put("customerRefund", tag, body)
