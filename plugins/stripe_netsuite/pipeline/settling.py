"""What a crash left open in the journal, settled: an intent whose record is linked by now was carried out."""

from __future__ import annotations

from collections.abc import Collection

from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.journal import Outcome, open_intents, write_outcomes
from stripe_netsuite.staging.links import read_links


def settle_intents(services: Services, account: str, stripe_ids: Collection[str]) -> None:
    """Give the intents of these objects that a crash left open their outcome: linked by now means adopted."""
    if not stripe_ids:
        return  # the whole journal would be read for nothing
    with services.engine.begin() as connection:
        rows = [
            row
            for row in open_intents(connection, services.netsuite_account, account)
            if row.intent.stripe_id in stripe_ids
        ]
        ids = {row.intent.stripe_id for row in rows}
        links = read_links(connection, services.netsuite_account, account, ids)
        settled = [
            Outcome(row.id, "adopted", links[row.intent.stripe_id, row.intent.role].internal_id, "found by external id")
            for row in rows
            if (row.intent.stripe_id, row.intent.role) in links
        ]
        if settled:
            write_outcomes(connection, settled)
