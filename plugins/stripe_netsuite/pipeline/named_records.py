"""Records that a refund's or dispute's metadata names are linked instead of created (ACCOUNTING E7).

What is named and not there, voided, or of another kind is a finding, and its object waits: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Dispute, Refund
from stripe_netsuite.netsuite_api.read_back import TransactionState, lookup_transactions
from stripe_netsuite.pipeline.linking import Chosen, link_records, own_references
from stripe_netsuite.pipeline.loading import Step

NAMED_BY_KEY: dict[str, tuple[Role, RecordType]] = {
    "netsuite_customer_refund_id": (Role.MAIN, RecordType.CUSTOMER_REFUND),
    "netsuite_cash_refund_id": (Role.MAIN, RecordType.CASH_REFUND),
    "netsuite_credit_memo_id": (Role.CREDIT_MEMO, RecordType.CREDIT_MEMO),
}


def link_named_records(step: Step, objects: Sequence[Refund | Dispute]) -> dict[str, Finding]:
    """Link what metadata names and nothing stands for yet; return the finding of each object that names a wrong one."""
    named = [
        (one.id, key, one.metadata[key].strip())
        for one in objects
        for key in NAMED_BY_KEY
        if one.metadata.get(key, "").strip()
    ]
    if not named:
        return {}
    links = step.links(stripe_id for stripe_id, _, _ in named)
    own = own_references(step, [stripe_id for stripe_id, _, _ in named])
    new = [one for one in named if (one[0], NAMED_BY_KEY[one[1]][0]) not in links and (one[0], one[2]) not in own]
    numbers = {number for _, _, number in new if number.isascii() and number.isdigit()}
    states = lookup_transactions(step.services.netsuite, numbers) if numbers else {}
    findings: dict[str, Finding] = {}
    good: list[Chosen] = []
    for stripe_id, key, number in new:
        role, record_type = NAMED_BY_KEY[key]
        wrong = _what_is_wrong(states.get(number), record_type)
        if wrong is None:
            good.append(Chosen(stripe_id, role, record_type, number))
        else:
            findings[stripe_id] = _finding(step, stripe_id, key, record_type, f"internal id {number}: {wrong}")
    link_records(step, good, "mapped")
    return findings


def _what_is_wrong(state: TransactionState | None, record_type: RecordType) -> str | None:
    if state is None:
        return "not there"
    if state.is_voided:
        return "voided"
    return None if state.record_type.lower() == record_type.value.lower() else f"a {state.record_type}"


def _finding(step: Step, stripe_id: str, key: str, record_type: RecordType, found: str) -> Finding:
    return Finding(
        code="invalid_record_reference",
        severity=Severity.CRITICAL,
        stage="load",
        stripe_account=step.account.id,
        stripe_id=stripe_id,
        netsuite_type=record_type.value,
        message=f"Metadata {key} names a record that cannot stand for the object.",
        expected=f"a {record_type.value} that is there and not voided",
        found=found,
        suggestion="Correct or remove the key in Stripe; without it the record is created.",
    )
