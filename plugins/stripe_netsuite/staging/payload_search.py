"""Staged objects by what their payload says, where no key of theirs leads to them. For few values: it reads every payload."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, is_postgresql
from stripe_netsuite.staging.schema import staged_object
from stripe_netsuite.staging.versions import DROPPED


def charges_of_intents(conn: Connection, account: str, intents: Collection[str]) -> dict[str, list[str]]:
    """Return the charges of these payment intents, oldest first; those whose payload retention dropped are not seen."""
    payload = staged_object.c.payload
    if is_postgresql(conn):
        intent = sa.func.json_extract_path_text(sa.cast(payload, postgresql.JSON), "payment_intent", type_=sa.String())
    else:
        intent = sa.func.json_extract(payload, "$.payment_intent", type_=sa.String())
    found: dict[str, list[str]] = {}
    for chunk in chunks(sorted(set(intents))):
        query = (
            sa.select(staged_object.c.stripe_id, intent.label("intent"))
            .where(
                staged_object.c.stripe_account == account,
                staged_object.c.object_type == "charge",
                payload != DROPPED,
                intent.in_(chunk),
            )
            .order_by(staged_object.c.created, staged_object.c.stripe_id)
        )
        for row in conn.execute(query):
            found.setdefault(row.intent, []).append(row.stripe_id)
    return found
