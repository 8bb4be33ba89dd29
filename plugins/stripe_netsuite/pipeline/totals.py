"""The amount, stated a second time: what NetSuite holds must be what was sent (ACCOUNTING C1, F3).

A script, a tax rule or a person may change a record while it is written or afterwards. What was found wrong is looked
at again in every run, so that its finding ends when the record is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.read_back import lookup_transactions
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.findings import open_findings, settle_findings
from stripe_netsuite.staging.links import read_links

_INVOICE_CODE, _OTHER_CODE = "invoice_total_mismatch", "unequal_amounts"


@dataclass(frozen=True, slots=True)
class SentTotal:
    """A record in NetSuite and the total that it was sent with, in major units of its own currency."""

    stripe_id: str
    record_type: RecordType
    internal_id: str
    total: Decimal


def differing_totals(client: NetSuiteClient, stripe_account: str, sent: Sequence[SentTotal]) -> list[Finding]:
    """Return a critical finding for each record that holds another total now, or cannot be read back."""
    held = lookup_transactions(client, [one.internal_id for one in sent]) if sent else {}
    findings: list[Finding] = []
    for one in sent:
        state = held.get(one.internal_id)
        if state is not None and state.foreign_total == abs(one.total):
            continue
        findings.append(
            Finding(
                code=_INVOICE_CODE if one.record_type is RecordType.INVOICE else _OTHER_CODE,
                severity=Severity.CRITICAL,
                stage="load",
                stripe_account=stripe_account,
                stripe_id=one.stripe_id,
                netsuite_type=one.record_type.value,
                netsuite_id=one.internal_id,
                message="NetSuite holds another total than Stripe's." if state else "The record cannot be read back.",
                expected=str(one.total),
                found=str(state.foreign_total) if state else None,
                difference=str(state.foreign_total - abs(one.total)) if state else None,
                suggestion="Look for scripts, tax or discounts that NetSuite added to the record.",
            )
        )
    return findings


def recheck_totals(services: Services, run: Run, account: StripeAccount) -> None:
    """Look again at the records whose total was found wrong; resolve the findings of those that are right by now."""
    with services.engine.connect() as connection:
        wrong = {
            row.finding.netsuite_id: row.finding.stripe_id
            for row in open_findings(connection, account.id)
            if row.finding.stage == "load" and row.finding.code in (_INVOICE_CODE, _OTHER_CODE)
        }
        stripe_ids = {stripe_id for stripe_id in wrong.values() if stripe_id}
        links = read_links(connection, services.netsuite_account, account.id, stripe_ids) if wrong else {}
    sent = [
        SentTotal(stripe_id, link.record_type, link.internal_id, link.body_total)
        for (stripe_id, _), link in links.items()
        if link.internal_id in wrong and link.body_total is not None
    ]
    if not sent:
        return
    findings = differing_totals(services.netsuite, account.id, sent)
    now = services.clock.now()
    with services.engine.begin() as connection:
        settle_findings(
            connection,
            findings,
            account=account.id,
            run_id=run.run_id,
            now=now,
            stage="load",
            codes=(_INVOICE_CODE, _OTHER_CODE),
            stripe_ids={one.stripe_id for one in sent},
        )
