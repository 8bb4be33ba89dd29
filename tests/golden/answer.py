"""What `out.json` must say of an answer: records with their REST bodies, the postings, the findings."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import Link, Record, Reference
from stripe_netsuite.load.body import rest_body
from stripe_netsuite.load.ledger_preview import preview
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting

Json = dict[str, Any]


def shown(outcome: Outcome) -> Json:
    """Return what a transform's outcome looks like."""
    match outcome:
        case Booked(records=records, findings=findings):
            return booked(records, findings)
        case Waiting(reason=reason, findings=findings):
            return answer("waiting", reason, findings=findings)
        case Excluded(reason=reason):
            return answer("excluded", reason)


def booked(records: Iterable[Record], findings: Iterable[Finding] = ()) -> Json:
    """Return what booked records look like."""
    return answer("booked", "", list(records), findings)


def answer(
    outcome: str,
    reason: str,
    records: Iterable[Record] = (),
    findings: Iterable[Finding] = (),
    changes: Json | None = None,
) -> Json:
    """Return what an answer looks like; `changes` are the fields that an existing customer gets."""
    records = list(records)
    bodies = [
        {
            "record_type": record.record_type.value,
            "external_id": record.external_id,
            "body": _plain(rest_body(record, _arrow)),
        }
        for record in records
    ]
    if changes:
        bodies = [{"record_type": "customer", "external_id": "unchanged", "body": changes}]
    gl = [
        {"account": line.account_id, "debit": str(line.debit), "credit": str(line.credit), "currency": line.currency}
        for line in preview(records)
    ]
    told = ("code", "severity", "stripe_id", "netsuite_id", "expected", "found", "difference")
    said = [{name: getattr(one, name) for name in told if getattr(one, name) is not None} for one in findings]
    return {"outcome": outcome, "reason": reason, "records": bodies, "gl": gl, "findings": said}


def _arrow(reference: Reference) -> str:
    if not isinstance(reference, Link):
        return reference.value
    role = "" if reference.role is Role.MAIN else f" ({reference.role.value})"
    return f"→{reference.stripe_id}{role}"


def _plain(value: Any) -> Any:
    """Show decimals as texts: every decimal place counts."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
