"""Items that several Stripe accounts share: one-off amounts, refunds, disputes, coupons of one id (ACCOUNTING B5).

Whichever account comes first makes the item for its own subsidiary. NetSuite refuses its lines to every other one, so an
account that finds it has its subsidiary added, before it links the item. Nothing is ever taken off.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from stripe_netsuite.domain.identity import external_id, is_same_external_id
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.netsuite_api.lookup import Found, lookup_external_ids
from stripe_netsuite.pipeline.amendment import amend, change_refused, resolve_refused
from stripe_netsuite.pipeline.loading import Step


def offer_here(step: Step, stripe_ids: Collection[str]) -> set[str]:
    """Add the account's subsidiary to those of these unlinked items that exist without it.

    Returns the ids of those for which NetSuite refused: they are not to be linked, and are asked for again.
    """
    asked = {external_id(one): one for one in stripe_ids}
    found = lookup_external_ids(step.services.netsuite, "item", list(asked)) if asked else {}
    return {
        asked[wanted]
        for wanted, item in found.items()
        if is_same_external_id(wanted, item.external_id) and not _offer(step, asked[wanted], item)
    }


def _offer(step: Step, stripe_id: str, item: Found) -> bool:
    record_type = RecordType(item.record_type)
    own = step.books.subsidiary_id
    listed = _subsidiaries(step.services.netsuite.get(item.record_type, item.internal_id, expand=True))
    if not listed or own in listed:
        # An account without subsidiaries shows none. What a person put right needs nobody any more.
        _resolve(step, stripe_id)
        return True
    why = f"Subsidiary {own} sells it, too; invoices with it wait."
    refusal = partial(change_refused, step, stripe_id, record_type, item.internal_id, why)
    body = {"subsidiary": {"items": [{"id": one} for one in (*listed, own)]}}
    return amend(step, stripe_id, record_type, item.internal_id, body, refusal)


def _subsidiaries(item: Mapping[str, Any]) -> list[str]:
    return [str(one["id"]) for one in (item.get("subsidiary") or {}).get("items") or ()]


def _resolve(step: Step, stripe_id: str) -> None:
    if step.run.dry_run:
        return
    with step.services.engine.begin() as connection:
        resolve_refused(connection, step, stripe_id)
