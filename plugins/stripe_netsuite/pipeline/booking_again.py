"""Lets the next run book anew what somebody deleted in NetSuite before its payout was deposited (ACCOUNTING F4).

Only by policy, and only what we wrote: a record that a person named is theirs to enter again. A record that is merely
out of the role's sight has its external id still, so that NetSuite refuses a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stripe_netsuite.domain.identity import content_hash, source_of
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.staging.links import LinkRow, delete_links
from stripe_netsuite.staging.objects import ObjectState, read_payloads, set_states


def book_again(step: Step, deleted: Mapping[str, Sequence[LinkRow]]) -> tuple[str, ...]:
    """Forget the links of deleted records, and let their objects wait for the next load; return the objects' ids.

    `deleted` are links by Stripe object type. An object whose payload was dropped cannot be booked again: its link
    stays, and so does the finding.
    """
    if step.services.mapping.policy.deleted_record == "wait" or step.run.dry_run:
        return ()
    again: list[str] = []
    with step.services.engine.begin() as connection:
        for object_type, links in deleted.items():
            ours = [link for link in links if link.origin in ("created", "adopted")]
            payloads = read_payloads(
                connection, step.account.id, object_type, {source_of(link.stripe_id) for link in ours}
            )
            chosen = [link for link in ours if source_of(link.stripe_id) in payloads]
            delete_links(connection, chosen)
            set_states(connection, step.account.id, object_type, [_waiting(one, payloads) for one in chosen])
            again.extend(source_of(link.stripe_id) for link in chosen)
    return tuple(again)


def _waiting(link: LinkRow, payloads: Mapping[str, bytes]) -> ObjectState:
    reason = f"{link.record_type.value} {link.internal_id} was deleted in NetSuite"
    stripe_id = source_of(link.stripe_id)
    return ObjectState(stripe_id, content_hash(payloads[stripe_id]), "waiting", reason)
