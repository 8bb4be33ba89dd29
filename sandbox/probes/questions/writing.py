"""Probes 25–30: creating records, external ids, references."""

from __future__ import annotations

import uuid

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import Bench, Made
from sandbox.probes.probe import Answer, probe

_DELETED = "The records are deleted."


@probe(
    25,
    "Answer to a create",
    question="With which status does a create answer, and where is the new id?",
    request="POST invoice (0.01)",
    answers={
        "204": "Empty body, id in Location: as documented.",
        "201": "Accept both; the id is in Location.",
        "no location": "Look the record up by external id after every write.",
    },
    needs="write",
    cleanup=_DELETED,
)
def answer_to_create(bench: Bench) -> Answer:
    """Status and Location."""
    reply = bench.post("invoice", bench.sale(externalId=bench.eid("create")))
    if not reply.ok:
        return Answer("other", f"{reply.status} {reply.detail}")
    if "location" not in reply.headers:
        return Answer("no location", str(reply.status))
    return Answer(str(reply.status) if reply.status in (201, 204) else "other", str(reply.status))


@probe(
    26,
    "External id taken",
    question="What exactly answers to POST of a transaction whose external id exists?",
    request="POST invoice twice with one externalId",
    answers={
        "400": 'Refused (detail: code and text): "exists already" means look up and adopt.',
        "409": "Refused by status: the same.",
        "created": "A second record: never POST, only PUT by external id.",
        "updated": "POST behaves like an upsert.",
    },
    needs="write",
    cleanup=_DELETED,
)
def external_id_taken(bench: Bench) -> Answer:
    """The second POST's status, code and text."""
    body = bench.sale(externalId=bench.eid("taken"))
    first = bench.must(bench.post("invoice", body), "an invoice")
    second = bench.post("invoice", body)
    if second.ok:
        return Answer("updated" if second.new_id == first else "created")
    key = str(second.status)
    return Answer(key if key in ("400", "409") else "other", f"{second.code} {second.detail}")


@probe(
    27,
    "Case of external ids",
    question="Do two external ids that differ by case only name the same record?",
    request="PUT customer/eid:probe-…-case, then PUT customer/eid:PROBE-…-CASE",
    answers={
        "same": "Case-insensitive: collisions by case are found beforehand and get a suffix.",
        "different": "Case-sensitive: the suffix does no harm.",
    },
    needs="write",
    cleanup=_DELETED,
)
def external_id_case(bench: Bench) -> Answer:
    """Whether both upserts lead to one internal id."""
    body = bench.company("case")
    lower = bench.must(bench.put("customer", "case", body), "a customer")
    shouted = f"eid:{bench.eid('case').upper()}"
    bench.made.append(Made("customer", shouted))
    upper = bench.asker.ask("PUT", f"{RECORD}/customer/{shouted}", body)
    if not upper.ok:
        # The name is taken by the first record: had the id been recognised, this would have been an update.
        return Answer("different", upper.detail)
    return Answer("same" if upper.new_id == lower else "different")


@probe(
    28,
    "One external id, two types",
    question="May a credit memo have the external id of an invoice?",
    request="PUT invoice/eid:X, then PUT creditMemo/eid:X",
    answers={
        "refused": "One space for all transactions (detail: code and text): prefixes by role are needed.",
        "allowed": "One space for each type: prefixes do no harm.",
    },
    needs="write",
    cleanup=_DELETED,
)
def external_id_across_types(bench: Bench) -> Answer:
    """Whether the second type is refused."""
    bench.invoice("space")
    reply = bench.put("creditMemo", "space", bench.sale())
    return Answer("allowed") if reply.ok else Answer("refused", f"{reply.status} {reply.code} {reply.detail}")


@probe(
    29,
    "Idempotency key on a synchronous create",
    question="Does X-NetSuite-Idempotency-Key prevent a second record when a create is repeated?",
    request="POST customer twice (other names, no externalId) with one key",
    answers={
        "ignored": "Two records, as documented: only the external id protects.",
        "honoured": "The key protects as well.",
    },
    needs="write",
    cleanup=_DELETED,
)
def idempotency_key(bench: Bench) -> Answer:
    """Whether the second POST makes a record of its own."""
    headers = {"X-NetSuite-Idempotency-Key": str(uuid.uuid4())}
    first = bench.must(bench.post("customer", bench.company("key-a"), headers=headers), "a customer")
    second = bench.post("customer", bench.company("key-b"), headers=headers)
    if not second.ok:
        return Answer("honoured", f"{second.status} {second.code} {second.detail}")
    return Answer("honoured" if second.new_id == first else "ignored")


@probe(
    30,
    "References by external id",
    question='May a body refer to a customer as {"externalId": "…"}?',
    request='PUT invoice with entity {"externalId": "probe-…-customer"}',
    answers={
        "yes": "Ids need not be looked up before a write.",
        "no": "Resolve ids by SuiteQL first (detail: code and text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def reference_by_external_id(bench: Bench) -> Answer:
    """Whether the invoice is accepted."""
    body = bench.sale()
    reply = bench.put("invoice", "reference", {**body, "entity": {"externalId": bench.eid("customer")}})
    return Answer("yes") if reply.ok else Answer("no", f"{reply.status} {reply.code} {reply.detail}")
