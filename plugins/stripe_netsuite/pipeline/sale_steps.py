"""Load step 3: invoices (C1 to C3). Payments are in `payment_step`, refunds and disputes in `refund_step`."""

from __future__ import annotations

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.stripe_object import Invoice
from stripe_netsuite.pipeline.invoice_outcome import invoice_outcomes
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates
from stripe_netsuite.pipeline.staged import cut, pending


def load_invoices(step: Step) -> None:
    """Book finalised invoices, but those that their metadata holds (G1) or that stand in NetSuite already (D7)."""
    for batch in cut(pending(step, "invoice", Invoice)):
        outcomes = invoice_outcomes(step, [invoice for _, invoice in batch])
        load_candidates(
            step,
            [
                Candidate(
                    "invoice",
                    row.stripe_id,
                    row.content_hash,
                    outcomes[invoice.id],
                    money=Money(invoice.total, invoice.currency),
                )
                for row, invoice in batch
            ],
        )
