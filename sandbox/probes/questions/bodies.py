"""Probes 31–37: property names, sublists, computed fields, equal names, two writers, and when SuiteQL sees a write."""

from __future__ import annotations

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import CENT, Bench
from sandbox.probes.probe import Answer, probe
from sandbox.probes.unanswered import CannotAsk

_DELETED = "The records are deleted."
_LOOKS = 10


@probe(
    31,
    "Case of property names",
    question="Is a property in lower case (`trandate`) accepted under validation Error?",
    request="PUT invoice with trandate instead of tranDate",
    answers={
        "refused": "Names are exact (detail: code and text).",
        "accepted": "Names are matched without regard to case.",
        "dropped": "Accepted and lost: a typing error stays unseen.",
    },
    needs="write",
    cleanup=_DELETED,
)
def property_case(bench: Bench) -> Answer:
    """Whether the date is refused, taken or lost."""
    body = bench.sale()
    day = body.pop("tranDate")
    reply = bench.put("invoice", "property-case", {**body, "trandate": _day_before(day)})
    if not reply.ok:
        return Answer("refused", f"{reply.code} {reply.detail}")
    shown = bench.get(f"invoice/{bench.must(reply, 'an invoice')}").body or {}
    return Answer("accepted" if shown.get("tranDate") == _day_before(day) else "dropped")


def _day_before(day: str) -> str:
    """Another day of the same month."""
    return f"{day[:8]}{'02' if day.endswith('01') else '01'}"


@probe(
    32,
    "Unknown property",
    question="What tells of an unknown property when validation is Warning (the default)?",
    request="PUT customer with probeNoField, X-NetSuite-PropertyNameValidation: Warning",
    answers={
        "header": "Dropped; a response header tells (the evidence has it): always send Error.",
        "silent": "Dropped without a word: always send Error.",
        "refused": "Refused even so.",
    },
    needs="write",
    cleanup=_DELETED,
)
def unknown_property(bench: Bench) -> Answer:
    """The response header's presence."""
    body = bench.company("property", probeNoField="x")
    reply = bench.put("customer", "property", body, headers={"X-NetSuite-PropertyNameValidation": "Warning"})
    if not reply.ok:
        return Answer("refused", f"{reply.code} {reply.detail}")
    names = [name for name in reply.headers if name.startswith("x-netsuite-") and "validation" in name]
    return Answer("header" if names or "x-netsuite-warning" in reply.headers else "silent", ", ".join(names))


@probe(
    33,
    "Lines of a repeated upsert",
    question="Does a second PUT with the same line and no line key append it, or replace it?",
    request="PUT invoice/eid:X twice with one unkeyed item line, GET its item lines",
    answers={
        "appended": "Send ?replace=item with every repeated upsert.",
        "replaced": "A repeated upsert is harmless.",
        "refused": "Upserts of existing transactions need line keys (detail: text).",
    },
    needs="write",
    cleanup=_DELETED,
)
def repeated_lines(bench: Bench) -> Answer:
    """The number of lines after the second PUT."""
    number = bench.invoice("lines")
    again = bench.put("invoice", "lines", bench.sale())
    if not again.ok:
        return Answer("refused", f"{again.code} {again.detail}")
    count = len(bench.get(f"invoice/{number}/item").items())
    return Answer({1: "replaced", 2: "appended"}.get(count, "other"), f"{count} lines")


@probe(
    34,
    "Computed fields in a body",
    question="Is a read-only field (`total`) in a body refused, ignored or believed?",
    request="PUT invoice with total 0.05 and one line of 0.01",
    answers={
        "ignored": "Harmless.",
        "refused": "Leave computed fields out (detail: code and text).",
        "believed": "Totals must be compared after every write.",
    },
    needs="write",
    cleanup=_DELETED,
)
def computed_field(bench: Bench) -> Answer:
    """The total that stands afterwards."""
    reply = bench.put("invoice", "total", bench.sale(total=5 * CENT))
    if not reply.ok:
        return Answer("refused", f"{reply.code} {reply.detail}")
    total = (bench.get(f"invoice/{bench.must(reply, 'an invoice')}").body or {}).get("total")
    return Answer("believed" if total == 5 * CENT else "ignored", f"total {total}")


@probe(
    35,
    "Two customers of one name",
    question="May two customers have the same name?",
    request="PUT customer/eid:A and customer/eid:B with one companyName",
    answers={
        "refused": 'Names are unique (detail: text): "exists already" needs a lookup by name.',
        "allowed": "Names repeat: only ids identify.",
    },
    needs="write",
    cleanup=_DELETED,
)
def equal_names(bench: Bench) -> Answer:
    """Whether the second is refused."""
    body = bench.company("twin")
    bench.must(bench.put("customer", "twin-a", body), "a customer")
    reply = bench.put("customer", "twin-b", body)
    return Answer("allowed") if reply.ok else Answer("refused", f"{reply.status} {reply.code} {reply.detail}")


@probe(
    36,
    "Two writers at once",
    question="What happens to two changes of one invoice that overlap in time?",
    request="PATCH invoice/{id} twice at the same moment, other memos",
    answers={
        "both": "The later wins silently, or they did not overlap: one writer at a time.",
        "409": "RCRD_HAS_BEEN_CHANGED by status: repeat.",
        "400": "RCRD_HAS_BEEN_CHANGED by text (detail): repeat.",
    },
    needs="write",
    cleanup=_DELETED,
)
def two_writers(bench: Bench) -> Answer:
    """The status of the change that lost."""
    number = bench.invoice("writers")
    bodies = ({"memo": f"{bench.run} a"}, {"memo": f"{bench.run} b"})
    replies = bench.asker.twice_at_once("PATCH", f"{RECORD}/invoice/{number}", bodies)
    refused = [reply for reply in replies if not reply.ok]
    if not refused:
        return Answer("both")
    key = str(refused[0].status)
    return Answer(key if key in ("400", "409") else "other", f"{refused[0].code} {refused[0].detail}")


@probe(
    37,
    "When SuiteQL sees a write",
    question="Does SuiteQL find a transaction at once after it was written?",
    request="PUT invoice, then SuiteQL by external id until it is found (ten looks, a second apart)",
    answers={
        "at once": "Read back right after the write.",
        "later": "Wait before reading back (the detail has the looks it took).",
        "never": "The role does not see transactions by SuiteQL: lookups would be empty and double records.",
    },
    needs="write",
    cleanup=_DELETED,
)
def query_lag(bench: Bench) -> Answer:
    """How many looks it takes."""
    bench.invoice("lag")
    text = f"SELECT id FROM transaction WHERE externalid = '{bench.eid('lag')}'"  # noqa: S608 - a name of ours
    for look in range(1, _LOOKS + 1):
        reply = bench.query(text)
        if not reply.ok:
            raise CannotAsk(f"SuiteQL refuses: {reply.detail}")
        if reply.items():
            return Answer("at once" if look == 1 else "later", f"{look} looks")
        bench.asker.pause(1.0)
    return Answer("never")
