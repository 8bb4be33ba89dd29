"""Links: which NetSuite record stands for which Stripe object, in which role.

External ids are compared as NetSuite compares them, without case and within a record group.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from stripe_netsuite.domain.identity import Role, collision_key
from stripe_netsuite.domain.netsuite_record import RecordGroup, RecordType, record_group
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.bulk import chunks, upsert
from stripe_netsuite.staging.schema import link

# created: we wrote it; adopted: found by external id; mapped: named in a link sheet; matched: found by a field;
# metadata: named by the Stripe object.
Origin = Literal["created", "adopted", "mapped", "matched", "metadata"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link. `body_total` is the total that NetSuite gave back, in the record's currency."""

    netsuite_account: str
    stripe_account: str
    stripe_id: str
    role: Role
    record_type: RecordType
    internal_id: str
    external_id: str | None
    payload_hash: str | None
    body_total: Decimal | None
    origin: Origin
    mapping_version: str | None
    run_id: str
    linked_at: datetime

    @property
    def record_group(self) -> RecordGroup:
        """The group within which the external id is unique."""
        return record_group(self.record_type)

    @property
    def external_key(self) -> str | None:
        """What NetSuite compares the external id by."""
        return None if self.external_id is None else collision_key(self.external_id)


def read_links(
    conn: Connection, netsuite_account: str, stripe_account: str, stripe_ids: Collection[str]
) -> dict[tuple[str, Role], LinkRow]:
    """Return the links of these Stripe objects, in every role."""
    rows = (
        _link_row(row)
        for chunk in chunks(sorted(set(stripe_ids)))
        for row in conn.execute(
            sa.select(link).where(
                link.c.netsuite_account == netsuite_account,
                link.c.stripe_account == stripe_account,
                link.c.stripe_id.in_(chunk),
            )
        ).all()
    )
    return {(row.stripe_id, row.role): row for row in rows}


def write_links(conn: Connection, rows: Sequence[LinkRow]) -> None:
    """Store links; one for the same object and role is replaced.

    Raises InvariantBroken when an external id, without case, belongs to another Stripe object already.
    """
    values = {
        (row.netsuite_account, row.stripe_account, row.stripe_id, row.role): {
            "netsuite_account": row.netsuite_account,
            "stripe_account": row.stripe_account,
            "stripe_id": row.stripe_id,
            "role": row.role.value,
            "record_type": row.record_type.value,
            "internal_id": row.internal_id,
            "external_id": row.external_id,
            "external_key": row.external_key,
            "record_group": row.record_group,
            "payload_hash": row.payload_hash,
            "body_total": None if row.body_total is None else str(row.body_total),
            "origin": row.origin,
            "mapping_version": row.mapping_version,
            "run_id": row.run_id,
            "linked_at": row.linked_at,
        }
        for row in rows
    }
    try:
        upsert(conn, link, list(values.values()))
    except IntegrityError as error:
        raise InvariantBroken(
            "an external id belongs to two Stripe objects",
            subject="links",
            saw=str(error.orig).splitlines()[0],
            expected="external ids that differ by more than case within a record group",
        ) from None


def delete_links(conn: Connection, rows: Sequence[LinkRow]) -> None:
    """Forget these links: their records are gone. The journal still tells that they were written."""
    for row in rows:
        conn.execute(
            sa.delete(link).where(
                link.c.netsuite_account == row.netsuite_account,
                link.c.stripe_account == row.stripe_account,
                link.c.stripe_id == row.stripe_id,
                link.c.role == row.role.value,
                link.c.internal_id == row.internal_id,
            )
        )


def taken_external_keys(
    conn: Connection, netsuite_account: str, group: RecordGroup, keys: Collection[str]
) -> dict[str, str]:
    """Return, for those of the keys (lower case) that are linked, the Stripe id that has them."""
    return {
        row.external_key: row.stripe_id
        for chunk in chunks(sorted(set(keys)))
        for row in conn.execute(
            sa.select(link.c.external_key, link.c.stripe_id).where(
                link.c.netsuite_account == netsuite_account,
                link.c.record_group == group,
                link.c.external_key.in_(chunk),
            )
        )
    }


def links_by_internal_id(
    conn: Connection, netsuite_account: str, record_type: RecordType, ids: Collection[str]
) -> dict[str, list[LinkRow]]:
    """Return the links of these records; one record may stand for several Stripe objects (one item, many prices)."""
    found: dict[str, list[LinkRow]] = {}
    for chunk in chunks(sorted(set(ids))):
        query = (
            sa.select(link)
            .where(
                link.c.netsuite_account == netsuite_account,
                link.c.record_type == record_type.value,
                link.c.internal_id.in_(chunk),
            )
            .order_by(link.c.stripe_account, link.c.stripe_id, link.c.role)
        )
        for row in conn.execute(query):
            found.setdefault(row.internal_id, []).append(_link_row(row))
    return found


def _link_row(row: sa.Row[Any]) -> LinkRow:
    return LinkRow(
        netsuite_account=row.netsuite_account,
        stripe_account=row.stripe_account,
        stripe_id=row.stripe_id,
        role=Role(row.role),
        record_type=RecordType(row.record_type),
        internal_id=row.internal_id,
        external_id=row.external_id,
        payload_hash=row.payload_hash,
        body_total=None if row.body_total is None else Decimal(row.body_total),
        origin=row.origin,
        mapping_version=row.mapping_version,
        run_id=row.run_id,
        linked_at=row.linked_at,
    )
