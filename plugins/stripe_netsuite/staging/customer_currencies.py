"""The currencies that NetSuite customers are known to have, so that nobody is asked twice (ACCOUNTING B4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, insert_into
from stripe_netsuite.staging.schema import customer_currency


def read_customer_currencies(
    conn: Connection, netsuite_account: str, customer_ids: Collection[str]
) -> set[tuple[str, str]]:
    """Return the known (customer internal id, currency internal id) pairs of these customers."""
    known: set[tuple[str, str]] = set()
    for chunk in chunks(sorted(set(customer_ids))):
        query = sa.select(customer_currency.c.customer_internal_id, customer_currency.c.currency_internal_id).where(
            customer_currency.c.netsuite_account == netsuite_account,
            customer_currency.c.customer_internal_id.in_(chunk),
        )
        known.update((row[0], row[1]) for row in conn.execute(query))
    return known


def write_customer_currencies(conn: Connection, netsuite_account: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Remember pairs; those that are known stay."""
    rows = [
        {
            "netsuite_account": netsuite_account,
            "customer_internal_id": customer,
            "currency_internal_id": currency,
        }
        for customer, currency in sorted(set(pairs))
    ]
    if rows:
        conn.execute(insert_into(conn, customer_currency).on_conflict_do_nothing(), rows)
