"""What a run shows: a table for the terminal, and JSON that a user can give away.

The JSON holds no names, hosts or secrets; the account is a keyed hash. evidence.py has cleaned every text before.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.probes.bench import Bench
from sandbox.probes.probe import Probe
from sandbox.probes.runner import Outcome, Run

FORMAT = 1


def outcome_lines(outcome: Outcome, width: int) -> str:
    """One outcome for the terminal: number, title, answer; below it meaning and evidence."""
    head = f"{outcome.probe.number:>3}  {outcome.probe.title}: {outcome.answer.upper()}"
    proof = ""
    if outcome.evidence:
        last = outcome.evidence[-1]
        proof = f"{last.request} -> {last.short()} ({last.elapsed_ms} ms)"
    detail = "" if outcome.detail in proof else outcome.detail
    below = [text for text in (outcome.meaning, detail, proof) if text]
    indent = " " * 5
    wrapped = [textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent) for text in below]
    return "\n".join([head, *wrapped])


def summary_lines(run: Run) -> str:
    """What a run comes to."""
    answered = sum(outcome.is_answered for outcome in run.outcomes)
    lines = [f"{answered} of {len(run.outcomes)} questions answered."]
    if run.ended_by is not None:
        lines.append(f"Ended early: {run.ended_by}.")
    if run.left:
        lines.append("Left behind; please delete by hand:")
        lines += [f"  {left}" for left in run.left]
    return "\n".join(lines)


def listing(probes: Sequence[Probe]) -> str:
    """Number, need and title of each probe."""
    return "\n".join(f"{probe.number:>3}  {probe.needs:<5}  {probe.title}: {probe.question}" for probe in probes)


def plan(probes: Sequence[Probe]) -> str:
    """What --write will create, in words."""
    count = sum(probe.needs == "write" for probe in probes)
    return (
        f"{count} of the questions create records: customers, a service item, invoices, credit memos, customer payments, "
        "customer refunds, deposits and a journal entry. Each is named probe-…, has the memo probe-…, and amounts of 0.01 to 0.05. "
        "They post to this account's ledger and are deleted at the end, also after an error or Ctrl-C; what cannot be "
        "deleted is listed."
    )


def contribution(bench: Bench, run: Run) -> dict[str, Any]:
    """The run as JSON that may be published."""
    return {
        "format": FORMAT,
        "account": bench.asker.connection.fingerprint,
        "login": "token" if bench.asker.connection.has_token else "oauth2",
        "asked_on": datetime.now(UTC).date().isoformat(),
        "ended_by": run.ended_by,
        "left_behind": len(run.left),
        "probes": [_published(outcome) for outcome in run.outcomes],
    }


def _published(outcome: Outcome) -> dict[str, Any]:
    rows = [
        {
            "request": row.request,
            "status": row.status,
            "code": row.code,
            "text": row.text,
            "headers": row.headers,
            "ms": row.elapsed_ms,
        }
        for row in outcome.evidence
    ]
    return {
        "number": outcome.probe.number,
        "title": outcome.probe.title,
        "answer": outcome.answer,
        "detail": outcome.detail,
        "evidence": rows,
    }


def write_contribution(path: Path, bench: Bench, run: Run) -> None:
    """Write the JSON; an existing file is never overwritten (FileExistsError)."""
    with path.open("x", encoding="utf-8") as file:
        json.dump(contribution(bench, run), file, ensure_ascii=False, indent=1)
        file.write("\n")
