"""Take a booked payment off its invoices, before what came of it is booked (ACCOUNTING D6).

The change names each document: repeated after a crash or a lost answer it changes nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Charge
from stripe_netsuite.load.plan import KnownLink
from stripe_netsuite.netsuite_api.read_back import lookup_applications, lookup_transactions
from stripe_netsuite.pipeline.amendment import amend, change_refused
from stripe_netsuite.pipeline.loading import PLANNED, Step
from stripe_netsuite.transform.money_back import failure_note


def unapply_failed(
    step: Step, charges: Sequence[Charge], links: Mapping[tuple[str, Role], KnownLink]
) -> frozenset[str]:
    """Open the invoices again that failed payments were applied to, whoever applied them; return what was refused."""
    internal_id_by_charge = {
        charge.id: link.internal_id
        for charge in charges
        if (link := links.get((charge.id, Role.MAIN))) is not None
        and link.internal_id != PLANNED
        and link.record_type == RecordType.CUSTOMER_PAYMENT.value
    }
    ids = set(internal_id_by_charge.values())
    if not ids:
        return frozenset()
    applications = lookup_applications(step.services.netsuite, ids)
    states = lookup_transactions(step.services.netsuite, ids)
    documents = lookup_transactions(
        step.services.netsuite, {document for each in applications.values() for document, _ in each}
    )
    refused: set[str] = set()
    for charge in charges:
        internal_id = internal_id_by_charge.get(charge.id, "")
        invoices = [
            document
            for document, _ in applications.get(internal_id, ())
            if document in documents and documents[document].type == "CustInvc"
        ]
        if not invoices:
            continue
        body = {
            "customer": {"id": states[internal_id].entity_id},
            "apply": {"items": [{"doc": {"id": document}, "apply": False} for document in invoices]},
        }
        why = failure_note(charge)
        refusal = partial(change_refused, step, charge.id, RecordType.CUSTOMER_PAYMENT, internal_id, why)
        if not amend(step, charge.id, RecordType.CUSTOMER_PAYMENT, internal_id, body, refusal):
            refused.add(charge.id)
    return frozenset(refused)
