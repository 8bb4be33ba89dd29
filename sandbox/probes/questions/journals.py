"""Probe 59: what a journal entry needs."""

from __future__ import annotations

from sandbox.probes.bench import CENT, Bench
from sandbox.probes.probe import Answer, probe
from sandbox.probes.questions.payments import refusal


@probe(
    59,
    "Receivables in a journal entry",
    question="Does a journal line on accounts receivable need a customer?",
    request="PUT journalEntry: debit A/R 0.01 without entity, credit income 0.01",
    answers={
        "required": "Send the customer with every such line (detail: text).",
        "optional": "Lines without a customer are accepted, and missing in every customer's statement.",
    },
    needs="write",
    cleanup="The record is deleted.",
)
def receivables_in_journal(bench: Bench) -> Answer:
    """Whether the entry is accepted."""
    lines = [
        {"account": {"id": bench.account("AcctRec")}, "debit": CENT},
        {"account": {"id": bench.account("Income")}, "credit": CENT},
    ]
    own = {"subsidiary": {"id": bench.subsidiary()}} if bench.subsidiary() else {}
    reply = bench.put("journalEntry", "journal", bench.transaction(line={"items": lines}, **own))
    return Answer("optional") if reply.ok else Answer("required", refusal(reply))
