"""Staged objects by what their payload says, where no key of theirs leads to them. For few values: it reads every payload."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, insert_into, is_postgresql
from stripe_netsuite.staging.relations import read_relations
from stripe_netsuite.staging.schema import object_relation, staged_object
from stripe_netsuite.staging.versions import DROPPED


def charges_of_intents(conn: Connection, account: str, intents: Collection[str]) -> dict[str, list[str]]:
    """Return the charges of these payment intents, oldest first; before them those whose payload retention dropped."""
    payload = staged_object.c.payload
    intent = _intent(conn)
    found = read_relations(conn, account, "charge", intents)
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
            if row.stripe_id not in (known := found.setdefault(row.intent, [])):
                known.append(row.stripe_id)
    return found


def keep_intents(conn: Connection, chosen: sa.ColumnElement[bool]) -> None:
    """Store which payment intents the chosen charges belong to, before their payloads go."""
    intent = _intent(conn)
    query = sa.select(
        staged_object.c.stripe_account, staged_object.c.object_type, intent, staged_object.c.stripe_id
    ).where(staged_object.c.object_type == "charge", intent.is_not(None), chosen)
    columns = ["stripe_account", "object_type", "target_id", "stripe_id"]
    conn.execute(insert_into(conn, object_relation).from_select(columns, query).on_conflict_do_nothing())


def _intent(conn: Connection) -> sa.ColumnElement[str | None]:
    payload = staged_object.c.payload
    if is_postgresql(conn):
        return sa.func.json_extract_path_text(sa.cast(payload, postgresql.JSON), "payment_intent", type_=sa.String())
    return sa.func.json_extract(payload, "$.payment_intent", type_=sa.String())
