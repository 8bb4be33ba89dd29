"""Probes 1–9: what the account is (release, features, clock, limits) and how it refuses a login."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.probes.asker import RECORD, SUITEQL
from sandbox.probes.bench import Bench
from sandbox.probes.evidence import Reply
from sandbox.probes.probe import Answer, probe
from sandbox.probes.unanswered import CannotAsk

_CATALOG = "metadata-catalog"
_SYSTEM = "/services/rest/system/v1"
_SCHEMA = {"Accept": "application/schema+json"}


def _schema(bench: Bench, kind: str) -> dict[str, Any]:
    reply = bench.asker.ask("GET", f"{RECORD}/{_CATALOG}/{kind}", headers=_SCHEMA)
    properties = reply.body.get("properties") if isinstance(reply.body, dict) else None
    if not reply.ok or not isinstance(properties, dict):
        raise CannotAsk(f"the schema of {kind} cannot be read: {reply.status} {reply.detail}")
    return properties


@probe(
    1,
    "Records by REST",
    question="Does this account offer deposits, customer refunds, deposits of customers and their applications by REST?",
    request="GET metadata-catalog/{deposit, customerRefund, customerDeposit, depositApplication}, Accept: application/schema+json",
    answers={
        "all": "Everything can be written by REST.",
        "some": "What is missing needs a RESTlet, or stays with a person; the detail names it.",
        "none": "An old release: nothing of the settlement can be written by REST.",
    },
)
def records_by_rest(bench: Bench) -> Answer:
    """Which of the four schemas answer 200."""
    kinds = ("deposit", "customerRefund", "customerDeposit", "depositApplication")
    missing = [kind for kind in kinds if not bench.asker.ask("GET", f"{RECORD}/{_CATALOG}/{kind}", headers=_SCHEMA).ok]
    key = "all" if not missing else "none" if len(missing) == len(kinds) else "some"
    return Answer(key, f"missing: {', '.join(missing)}" if missing else "")


@probe(
    2,
    "Payment method or option",
    question="Which field says how a customer payment was made?",
    request="GET metadata-catalog/customerPayment: paymentOption, paymentMethod",
    answers={
        "option": "Payment Instruments is on: send paymentOption.",
        "method": "Payment Instruments is off: send paymentMethod.",
        "both": "Either may be accepted: prefer paymentOption.",
        "neither": "Send none.",
    },
)
def payment_field(bench: Bench) -> Answer:
    """The property's presence in the schema."""
    properties = _schema(bench, "customerPayment")
    option, method = "paymentOption" in properties, "paymentMethod" in properties
    return Answer(
        {(True, True): "both", (True, False): "option", (False, True): "method"}.get((option, method), "neither")
    )


@probe(
    3,
    "Tax regime",
    question="Does the account calculate tax with SuiteTax or with legacy tax codes?",
    request="GET metadata-catalog/invoice: taxDetails, taxDetailsOverride, taxItem",
    answers={
        "suitetax": "Tax goes into taxDetails with taxDetailsOverride.",
        "legacy": "REST cannot write tax: book it as a line of its own.",
        "none": "No tax fields: book tax as a line of its own.",
    },
)
def tax_regime(bench: Bench) -> Answer:
    """Which tax fields the invoice has."""
    properties = _schema(bench, "invoice")
    if "taxDetails" in properties or "taxDetailsOverride" in properties:
        return Answer("suitetax")
    return Answer("legacy" if "taxItem" in properties else "none")


@probe(
    4,
    "Shape of undepFunds",
    question="Which JSON type does undepFunds of a customer payment have?",
    request="GET metadata-catalog/customerPayment: undepFunds.type",
    answers={
        "boolean": "Send true.",
        "object": 'Send {"id": …} with the id of probe 38.',
        "string": "Send the letter of probe 38.",
        "absent": "Choose the bank by `account` alone.",
    },
)
def undeposited_shape(bench: Bench) -> Answer:
    """The property's type in the schema."""
    found = _schema(bench, "customerPayment").get("undepFunds")
    if not isinstance(found, dict):
        return Answer("absent")
    kind = str(found.get("type", "object"))
    return Answer(kind if kind in ("boolean", "object", "string") else "other", kind)


@probe(
    5,
    "Server clock",
    question="Is the server's time readable (release 2025.2), and how far is it from this machine's?",
    request="GET /services/rest/system/v1/serverTime",
    answers={
        "close": "Signatures with local time pass (less than a minute apart).",
        "apart": "Correct the timestamp: beyond five minutes every request is a 401.",
        "unavailable": "Older than 2025.2: rely on the machine's clock.",
    },
)
def server_time(bench: Bench) -> Answer:
    """Compare with the Date header's neighbour: our own clock."""
    reply = bench.asker.ask("GET", f"{_SYSTEM}/serverTime")
    if not reply.ok:
        return Answer("unavailable")
    values = list(reply.body.values()) if isinstance(reply.body, dict) else []
    for value in values:
        try:
            there = datetime.fromisoformat(str(value))
        except ValueError:
            continue
        if there.tzinfo is not None:
            apart_s = abs((there - datetime.now(there.tzinfo)).total_seconds())
            return Answer("close" if apart_s < 60 else "apart", f"{apart_s:.0f} s")
    return Answer("other", f"fields: {', '.join(reply.body) if isinstance(reply.body, dict) else 'none'}")


@probe(
    6,
    "Limits of the account",
    question="Can the integration's role read its concurrency limits (release 2025.2)?",
    request="GET /services/rest/system/v1/governanceLimits",
    answers={
        "readable": "Size the pool by what it says, less one.",
        "refused": "Administrators only: the pool size stays a setting.",
        "unavailable": "Older than 2025.2: the pool size stays a setting.",
    },
)
def governance_limits(bench: Bench) -> Answer:
    """Status, and the limits where they are shown."""
    reply = bench.asker.ask("GET", f"{_SYSTEM}/governanceLimits")
    if reply.ok and isinstance(reply.body, dict):
        return Answer("readable", ", ".join(f"{name}={value}" for name, value in reply.body.items() if name != "links"))
    return Answer("unavailable" if reply.status == 404 else "refused")


@probe(
    7,
    "A signature used twice",
    question="What exactly does the 401 for a used nonce look like?",
    request="GET customer?limit=1, the same signed request twice",
    answers={
        "generic": "INVALID_LOGIN for every cause: never repeat a signed request.",
        "accepted": "Nonces are not checked; sign anew all the same.",
    },
)
def used_nonce(bench: Bench) -> Answer:
    """Send one signature twice (token-based authentication only)."""
    if not bench.asker.connection.has_token:
        raise CannotAsk("the connection uses OAuth 2.0: there is no nonce")
    first, second = bench.asker.with_one_signature(f"{RECORD}/customer?limit=1")
    if not first.ok:
        raise CannotAsk(f"the first request is refused: {first.status} {first.detail}")
    if second.ok:
        return Answer("accepted")
    return Answer("generic" if (second.status, second.code) == (401, "INVALID_LOGIN") else "other", second.detail)


@probe(
    8,
    "Foreign language",
    question="Is a request in another language than the company's refused?",
    request="GET customer?limit=1 with Accept-Language: xx",
    answers={
        "refused": "Send no Accept-Language (the detail has code and text).",
        "ignored": "The header does no harm.",
    },
)
def foreign_language(bench: Bench) -> Answer:
    """Status of a request with a language nobody has."""
    reply = bench.asker.ask("GET", f"{RECORD}/customer", headers={"Accept-Language": "xx"}, params={"limit": "1"})
    return Answer("ignored") if reply.ok else Answer("refused", f"{reply.code} {reply.detail}")


@probe(
    9,
    "Too many at once",
    question="What does the refusal say when more requests are under way than the account allows, and does it say when to return?",
    request="POST suiteql (SELECT id FROM account), --burst of them at once (default 30)",
    answers={
        "retry-after": "429 with Retry-After: obey it.",
        "bare": "429 without Retry-After: wait longer each time.",
        "login": "Shown as INVALID_LOGIN: 401 while others pass means throttling.",
        "queued": "None refused: NetSuite queues, or the limit is higher.",
    },
    needs="burst",
)
def too_many_at_once(bench: Bench) -> Answer:
    """Count the statuses of the burst."""
    body = {"q": "SELECT id FROM account ORDER BY id"}
    replies = bench.asker.many_at_once(bench.burst, SUITEQL, body, {"Prefer": "transient"})
    counts: dict[int, int] = {}
    for reply in replies:
        counts[reply.status] = counts.get(reply.status, 0) + 1
    detail = ", ".join(f"{status}: {count}" for status, count in sorted(counts.items()))
    return Answer(_kind_of_burst(replies), detail)


def _kind_of_burst(replies: list[Reply]) -> str:
    refused = [reply for reply in replies if not reply.ok]
    if not refused:
        return "queued"
    if any(reply.status == 401 for reply in refused):
        return "login"
    if any(reply.status != 429 for reply in refused):
        return "other"
    return "retry-after" if any("retry-after" in reply.headers for reply in refused) else "bare"
