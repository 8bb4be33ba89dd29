"""Which staged objects point at an id that is no key of theirs.

Invoice payments at what paid, refunds and disputes at their charge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, insert_into
from stripe_netsuite.staging.schema import object_relation


def write_relations(conn: Connection, account: str, object_type: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Store (stripe_id, target_id) pairs; those that are there already stay. They are never taken back."""
    rows = [
        {"stripe_account": account, "object_type": object_type, "target_id": target_id, "stripe_id": stripe_id}
        for stripe_id, target_id in sorted(set(pairs))
    ]
    if rows:
        conn.execute(insert_into(conn, object_relation).on_conflict_do_nothing(), rows)


def read_relations(
    conn: Connection, account: str, object_type: str, target_ids: Collection[str]
) -> dict[str, list[str]]:
    """Return target id → ids of the objects of this type that point at it, in order."""
    found: dict[str, list[str]] = {}
    for chunk in chunks(sorted(set(target_ids))):
        query = (
            sa.select(object_relation.c.target_id, object_relation.c.stripe_id)
            .where(
                object_relation.c.stripe_account == account,
                object_relation.c.object_type == object_type,
                object_relation.c.target_id.in_(chunk),
            )
            .order_by(object_relation.c.target_id, object_relation.c.stripe_id)
        )
        for target_id, stripe_id in conn.execute(query):
            found.setdefault(target_id, []).append(stripe_id)
    return found
