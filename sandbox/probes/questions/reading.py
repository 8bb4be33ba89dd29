"""Probes 10–24: how records are read, lists paged and SuiteQL answered; nothing is created."""

from __future__ import annotations

import re

from sandbox.probes.asker import RECORD
from sandbox.probes.bench import Bench
from sandbox.probes.evidence import Reply
from sandbox.probes.probe import Answer, probe
from sandbox.probes.unanswered import CannotAsk

_NOBODY = "999999999999"


def _by_status(reply: Reply, *, found: str = "found") -> Answer:
    """`400`, `404` as the key, with code and text; `found` where the request passed."""
    if reply.ok:
        return Answer(found)
    key = str(reply.status)
    return Answer(key if key in ("400", "404") else "other", f"{reply.code} {reply.detail}")


@probe(
    10,
    "Unknown transaction",
    question="What answers to the id of a transaction that does not exist?",
    request=f"GET invoice/{_NOBODY}",
    answers={
        "400": '"Transaction type specified is incorrect.": treat this text as not found.',
        "404": "NONEXISTENT_ID, as with other records.",
    },
)
def unknown_transaction(bench: Bench) -> Answer:
    """Status, code and text."""
    return _by_status(bench.get(f"invoice/{_NOBODY}"))


@probe(
    11,
    "Unknown customer",
    question="What answers to the id of a customer that does not exist?",
    request=f"GET customer/{_NOBODY}",
    answers={"404": "NONEXISTENT_ID: not found.", "400": "Match the text, not the status."},
)
def unknown_customer(bench: Bench) -> Answer:
    """Status, code and text."""
    return _by_status(bench.get(f"customer/{_NOBODY}"))


@probe(
    12,
    "Unknown external id",
    question="What answers to an external id that no transaction has?",
    request="GET invoice/eid:probe-nobody",
    answers={"404": "Not found; safe to create.", "400": "Match the text, not the status."},
)
def unknown_external_id(bench: Bench) -> Answer:
    """Status, code and text."""
    return _by_status(bench.get("invoice/eid:probe-nobody"))


@probe(
    13,
    "Characters of an external id",
    question="Does a point in an external id work in a URL?",
    request="GET customer/eid:probe.nobody",
    answers={"404": "It is looked up: points are allowed.", "400": "Refused: letters, digits, _ and - only."},
)
def external_id_characters(bench: Bench) -> Answer:
    """404 says that it was looked up; 400 that it was not."""
    return _by_status(bench.get("customer/eid:probe.nobody"))


@probe(
    14,
    "Case of record types",
    question="Are record types in URLs matched without regard to case?",
    request="GET CUSTOMERPAYMENT?limit=1",
    answers={"yes": "Either way works.", "no": "Write the names exactly as the catalogue has them."},
)
def type_case(bench: Bench) -> Answer:
    """Whether the upper-case name is known."""
    reply = bench.get("CUSTOMERPAYMENT", limit="1")
    return Answer("yes") if reply.ok else Answer("no", reply.detail)


@probe(
    15,
    "Offset between pages",
    question="Must offset be a multiple of limit?",
    request="GET customer?limit=2&offset=1",
    answers={"required": "Page in whole pages only.", "free": "Any offset works."},
)
def odd_offset(bench: Bench) -> Answer:
    """Whether the odd offset is refused."""
    reply = bench.get("customer", limit="2", offset="1")
    return Answer("free") if reply.ok else Answer("required", f"{reply.code} {reply.detail}")


@probe(
    16,
    "Unknown field in q",
    question="Is a filter on a field that does not exist refused, or does it find nothing?",
    request='GET customer?q=probeNoField IS "x"',
    answers={
        "refused": "A typing error shows.",
        "ignored": "A filter may silently match all or nothing: look up by SuiteQL.",
    },
)
def unknown_filter(bench: Bench) -> Answer:
    """Whether the filter is refused."""
    reply = bench.get("customer", q='probeNoField IS "x"', limit="1")
    return Answer("ignored") if reply.ok else Answer("refused", f"{reply.code} {reply.detail}")


@probe(
    17,
    "Several records in one GET",
    question="Can several records be read in one request (release 2026.1), and at once or as a job?",
    request="GET account?expandRecords=true&ids=…,…, then the same with Prefer: respond-async",
    answers={
        "at once": "2026.1 or later: read back in bulk.",
        "as a job": "2026.1 or later, asynchronous only: read back by SuiteQL.",
        "ids only": "The parameters are ignored: read back by SuiteQL.",
        "refused": "Older than 2026.1: read back by SuiteQL (detail: code and text).",
    },
)
def several_records(bench: Bench) -> Answer:
    """Whether the items carry fields, and whether a job is made."""
    ids = ",".join(str(row["id"]) for row in bench.rows("SELECT id FROM account ORDER BY id")[:2])
    params = {"expandRecords": "true", "ids": ids}
    reply = bench.get("account", **params)
    if reply.ok:
        return Answer("at once" if any(set(item) - {"id", "links"} for item in reply.items()) else "ids only")
    job = bench.asker.ask("GET", f"{RECORD}/account", headers={"Prefer": "respond-async"}, params=params)
    return Answer("as a job") if job.status == 202 else Answer("refused", f"{job.code} {job.detail}")


@probe(
    18,
    "SuiteQL without Prefer",
    question="What answers to a query without `Prefer: transient`?",
    request="POST suiteql without the header",
    answers={"refused": "The header is required (detail: code and text).", "answered": "The header is optional."},
)
def query_without_prefer(bench: Bench) -> Answer:
    """Whether the query runs."""
    reply = bench.query("SELECT id FROM account", transient=False)
    return Answer("answered") if reply.ok else Answer("refused", f"{reply.code} {reply.detail}")


@probe(
    19,
    "Bound parameters",
    question="Does SuiteQL take bound parameters (release 2026.2)?",
    request='POST suiteql {"q": "SELECT id FROM account WHERE id = ?", "params": [1]}',
    answers={"bound": "2026.2 or later: bind every value.", "refused": "Quote literals by the one escaping function."},
)
def bound_parameters(bench: Bench) -> Answer:
    """Whether the query with a mark runs."""
    ids = [str(row["id"]) for row in bench.rows("SELECT id FROM account ORDER BY id")] or ["1"]
    reply = bench.query("SELECT id FROM account WHERE id = ?", [int(ids[0])])
    if not reply.ok:
        return Answer("refused", f"{reply.code} {reply.detail}")
    return Answer("bound") if reply.items() else Answer("other", "no row")


@probe(
    20,
    "Names, nulls and types of columns",
    question="Are column names lower-case, values texts, and nulls left out?",
    request='POST suiteql SELECT id AS "Number", NULL AS nothing FROM account',
    answers={"as documented": "Lower-case names, texts, no nulls.", "otherwise": "Read rows by the detail's shape."},
)
def column_shape(bench: Bench) -> Answer:
    """The keys and types of one row."""
    rows = bench.rows('SELECT id AS "Number", NULL AS nothing FROM account ORDER BY id')
    if not rows:
        raise CannotAsk("no account is visible")
    shape = {name: type(value).__name__ for name, value in rows[0].items() if name != "links"}
    return Answer("as documented" if shape == {"number": "str"} else "otherwise", str(shape))


@probe(
    21,
    "Dates in SuiteQL",
    question="In which form do dates come without TO_CHAR?",
    request="POST suiteql SELECT startdate FROM accountingperiod",
    answers={
        "iso": "YYYY-MM-DD: safe to parse, TO_CHAR all the same.",
        "local": "The account's own form: always use TO_CHAR.",
        "hidden": "The role does not see periods: the closed-period check must survive that.",
    },
)
def date_form(bench: Bench) -> Answer:
    """The form with digits replaced."""
    reply = bench.query("SELECT startdate FROM accountingperiod ORDER BY id")
    if not reply.ok or not reply.items():
        return Answer("hidden", reply.detail)
    form = re.sub(r"\d", "d", str(reply.items()[0].get("startdate", "")))
    return Answer("iso" if form == "dddd-dd-dd" else "local", form)


@probe(
    22,
    "ROWNUM and ORDER BY",
    question="Does ROWNUM limit before sorting (as in Oracle) or after?",
    request="POST suiteql SELECT id FROM account WHERE ROWNUM <= 1 ORDER BY id DESC",
    answers={"before": "Use FETCH FIRST for the first rows of an order.", "after": "Either works; use FETCH FIRST."},
)
def rownum_order(bench: Bench) -> Answer:
    """Whether the highest id comes."""
    ids = [int(row["id"]) for row in bench.rows("SELECT id FROM account ORDER BY id")]
    if len(ids) < 2:
        raise CannotAsk("fewer than two accounts")
    first = bench.rows("SELECT id FROM account WHERE ROWNUM <= 1 ORDER BY id DESC")
    return Answer("after" if first and int(first[0]["id"]) == max(ids) else "before")


@probe(
    23,
    "Unknown columns",
    question="What answers to a column that does not exist (a missing permission looks the same)?",
    request="POST suiteql SELECT probe_no_column FROM account",
    answers={
        "refused": "Show the text, and name permissions beside it.",
        "empty": "A missing column is silent: check visibility first.",
    },
)
def unknown_column(bench: Bench) -> Answer:
    """Whether the query is refused."""
    reply = bench.query("SELECT probe_no_column FROM account")
    return Answer("empty") if reply.ok else Answer("refused", f"{reply.code} {reply.detail}")


@probe(
    24,
    "Types of links",
    question="Which link types stand between transactions in this account?",
    request="POST suiteql SELECT DISTINCT linktype, previoustype, nexttype FROM NextTransactionLineLink",
    answers={
        "listed": "The detail is the list: extend the read-back by what is new.",
        "empty": "No links yet: ask again with --write.",
        "hidden": "The role does not see links: read `apply` sublists.",
    },
)
def link_types(bench: Bench) -> Answer:
    """The distinct triples."""
    reply = bench.query(
        "SELECT DISTINCT linktype, previoustype, nexttype FROM NextTransactionLineLink ORDER BY 1, 2, 3"
    )
    if not reply.ok:
        return Answer("hidden", f"{reply.code} {reply.detail}")
    names = ("linktype", "previoustype", "nexttype")
    triples = ["/".join(str(row.get(name, "")) for name in names) for row in reply.items()]
    return Answer("listed" if triples else "empty", ", ".join(triples))
