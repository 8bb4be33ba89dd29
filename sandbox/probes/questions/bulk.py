"""Probes 55–57: asynchronous requests, collections, and how long writes take."""

from __future__ import annotations

import json
import re
import statistics
import uuid
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from sandbox.probes.bench import Bench, Made
from sandbox.probes.evidence import Reply
from sandbox.probes.probe import Answer, probe
from sandbox.probes.questions.payments import refusal
from sandbox.probes.unanswered import CannotAsk

_DELETED = "The customers are deleted."
_ASYNC = {"Prefer": "respond-async"}
_COLLECTION = {**_ASYNC, "Content-Type": "application/vnd.oracle.resource+json; type=collection"}
_LOOKS = 30
_TASK = re.compile(r"/task/(\d+)")  # wherever the list has them: one item with all links, or one item a task


def _customer(bench: Bench, tag: str, **fields: Any) -> dict[str, Any]:
    """The body of a customer that a job will make; known to the cleaning before it is sent."""
    bench.made.append(Made("customer", f"eid:{bench.eid(tag)}"))
    return bench.company(tag, externalId=bench.eid(tag), **fields)


def _finished(bench: Bench, reply: Reply) -> list[Reply] | None:
    """The results of a job's tasks once it is complete; None if it does not complete in a minute."""
    job = urlsplit(reply.headers.get("location", "")).path
    if not job:
        raise CannotAsk("202 without a Location")
    for _ in range(_LOOKS):
        state = bench.asker.ask("GET", job)
        if isinstance(state.body, dict) and state.body.get("completed"):
            break
        bench.asker.pause(2.0)
    else:
        return None
    listed = json.dumps(bench.asker.ask("GET", f"{job}/task").body, default=str)
    numbers = sorted({int(number) for number in _TASK.findall(listed)}) or [1]
    return [bench.asker.ask("GET", f"{job}/task/{number}/result") for number in numbers]


@probe(
    55,
    "Asynchronous create",
    question="Does an asynchronous create honour its idempotency key?",
    request="POST customer, Prefer: respond-async, X-NetSuite-Idempotency-Key; the same again; GET job, tasks, result",
    answers={
        "honoured": "The repetition is refused with the first job's address.",
        "repeated": "A second job: only the external id protects.",
        "synchronous": "The account answers at once: no asynchronous requests.",
        "refused": "No asynchronous requests (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def asynchronous_create(bench: Bench) -> Answer:
    """Status of the repetition; the first job is waited for."""
    headers = {**_ASYNC, "X-NetSuite-Idempotency-Key": str(uuid.uuid4())}
    body = _customer(bench, "async")
    first = bench.post("customer", body, headers=headers)
    if not first.ok:
        return Answer("refused", refusal(first))
    if first.status != 202:
        return Answer("synchronous", str(first.status))
    again = bench.post("customer", body, headers=headers)
    results = _finished(bench, first)
    told = "not complete in a minute" if results is None else ", ".join(str(result.status) for result in results)
    if again.status == 202 and again.headers.get("location") != first.headers.get("location"):
        return Answer("repeated", f"results: {told}")
    return Answer("honoured", f"{refusal(again)}; results: {told}")


@probe(
    56,
    "Collection",
    question="Does the account take collections, and are they worked through in order?",
    request="POST customer, type=collection, respond-async: four customers, each with the one before as parent by externalId",
    answers={
        "in order": "2026.2 or later: a collection may refer to its own earlier records.",
        "parallel": "2026.1: only independent records in one collection (detail: the results).",
        "refused": "Older than 2026.1: concurrent single upserts (detail: text).",
        "unfinished": "The job takes more than a minute: plan for it.",
    },
    needs="write",
    cleanup=_DELETED,
)
def collection(bench: Bench) -> Answer:
    """The results of all tasks."""
    tags = ["batch-a", "batch-b", "batch-c", "batch-d"]
    items = [_customer(bench, tags[0])]
    items += [_customer(bench, tag, parent={"externalId": bench.eid(above)}) for above, tag in pairwise(tags)]
    reply = bench.post("customer", {"items": items}, headers=_COLLECTION)
    if reply.status != 202:
        return Answer("refused", refusal(reply))
    results = _finished(bench, reply)
    if results is None:
        return Answer("unfinished")
    told = ", ".join(f"{result.status} {result.detail}".strip() for result in results)
    return Answer("in order" if all(result.ok for result in results) else "parallel", told)


@probe(
    57,
    "Time of a write",
    question="How long do single creates and upserts take?",
    request="none: the writes before, as this machine has measured them",
    answers={"measured": "The detail has count and median by type."},
    needs="write",
)
def time_of_a_write(bench: Bench) -> Answer:
    """Medians of this run."""
    measured = bench.asker.latencies
    if not measured:
        raise CannotAsk("nothing was written in this run")
    parts = [
        f"{kind}: {len(times)} writes, median {statistics.median(times):.0f} ms"
        for kind, times in sorted(measured.items())
    ]
    return Answer("measured", ", ".join(parts))
