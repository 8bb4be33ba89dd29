"""What becomes of each invoice of a batch: linked (ACCOUNTING D7), held (G1) or transformed; lines of made invoices (D2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType, SaleLine
from stripe_netsuite.domain.stripe_object import Charge, Invoice
from stripe_netsuite.pipeline.linking import Named, link_transactions
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.pipeline.staged import read_objects
from stripe_netsuite.transform.control import held
from stripe_netsuite.transform.invoice import invoice_from_stripe
from stripe_netsuite.transform.loose_payment import loose_line
from stripe_netsuite.transform.outcome import Outcome, Waiting

_METADATA_KEY = "netsuite_invoice_id"


def invoice_outcomes(step: Step, invoices: Sequence[Invoice]) -> dict[str, Outcome]:
    """Return each invoice's outcome; a linked one passes the transform too, so that its total is compared."""
    named = [
        Named(one.id, one.metadata[_METADATA_KEY], RecordType.INVOICE, f"Metadata {_METADATA_KEY}")
        for one in invoices
        if one.metadata.get(_METADATA_KEY) and one.status != "draft"
    ]
    findings = link_transactions(step, named)
    linked = {stripe_id for stripe_id, role in step.links(one.id for one in invoices) if role is Role.MAIN}
    outcomes: dict[str, Outcome] = {}
    for invoice in invoices:
        finding = findings.get(invoice.id)
        is_held = None if invoice.id in linked else held(invoice.metadata, "invoice", invoice.id, step.books)
        if finding is not None:
            outcomes[invoice.id] = Waiting(finding.code, (finding,))
        else:
            outcomes[invoice.id] = is_held or invoice_from_stripe(invoice, step.books)
    return outcomes


def auto_invoice_lines(step: Step, stripe_id_by_internal_id: Mapping[str, str]) -> dict[str, tuple[SaleLine, ...]]:
    """Return the lines of the invoices among these that were made for a charge, by internal id (D2)."""
    charges = read_objects(step, "charge", Charge, set(stripe_id_by_internal_id.values()))
    return {
        internal_id: (loose_line(charges[stripe_id], step.books),)
        for internal_id, stripe_id in stripe_id_by_internal_id.items()
        if stripe_id in charges
    }
