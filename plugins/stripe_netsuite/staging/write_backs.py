"""Which NetSuite ids still have to be written into Stripe's metadata, and which were (ACCOUNTING G2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, lock_account, upsert
from stripe_netsuite.staging.schema import link, staged_object, write_back

# written: Stripe took it; there: it was there already; taken: the key holds something else, which stays;
# gone: Stripe has no such object any more; refused: Stripe would not take it.
WriteBackOutcome = Literal["written", "there", "taken", "gone", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBack:
    """What became of one id."""

    netsuite_account: str
    stripe_account: str
    stripe_id: str
    role: str
    internal_id: str
    outcome: WriteBackOutcome
    run_id: str
    at: datetime


class Unwritten(NamedTuple):
    """A link whose id is not in Stripe's metadata yet; `earlier_id` is what we wrote there before, if anything."""

    stripe_id: str
    role: str
    record_type: str
    internal_id: str
    earlier_id: str | None


class MetadataChange(NamedTuple):
    """A staged object's JSON with our own keys in its metadata, and the hashes before and after."""

    object_type: str
    stripe_id: str
    hash_before: str
    payload: bytes
    hash_after: str


def unwritten_ids(
    conn: Connection,
    netsuite_account: str,
    stripe_account: str,
    record_types: Collection[str],
    roles: Collection[str],
    limit: int,
) -> list[Unwritten]:
    """Return links that were not written back with their internal id, the oldest first.

    Part deposits, clearing days, summaries and a dispute's further movements are numbered or named by us: Stripe has no
    such object, and none of its own ids has a hyphen.
    """
    query = (
        sa.select(link.c.stripe_id, link.c.role, link.c.record_type, link.c.internal_id, write_back.c.internal_id)
        .select_from(
            link.outerjoin(
                write_back,
                sa.and_(
                    write_back.c.netsuite_account == link.c.netsuite_account,
                    write_back.c.stripe_account == link.c.stripe_account,
                    write_back.c.stripe_id == link.c.stripe_id,
                    write_back.c.role == link.c.role,
                ),
            )
        )
        .where(
            link.c.netsuite_account == netsuite_account,
            link.c.stripe_account == stripe_account,
            link.c.record_type.in_(sorted(record_types)),
            link.c.role.in_(sorted(roles)),
            ~link.c.stripe_id.contains("-", autoescape=True),
            sa.func.coalesce(write_back.c.internal_id, "") != link.c.internal_id,
        )
        .order_by(link.c.linked_at, link.c.stripe_id, link.c.role)
        .limit(limit)
    )
    return [Unwritten(*row) for row in conn.execute(query)]


def written_ids(
    conn: Connection, netsuite_account: str, stripe_account: str, stripe_ids: Collection[str]
) -> set[tuple[str, str]]:
    """Return (Stripe id, internal id) of what we wrote into these objects' metadata: our own word, and nobody else's."""
    table = write_back.c
    return {
        (row.stripe_id, row.internal_id)
        for chunk in chunks(sorted(set(stripe_ids)))
        for row in conn.execute(
            sa.select(table.stripe_id, table.internal_id).where(
                table.netsuite_account == netsuite_account,
                table.stripe_account == stripe_account,
                table.stripe_id.in_(chunk),
                table.outcome.in_(("written", "there")),
            )
        )
    }


def record_write_backs(conn: Connection, rows: Sequence[WriteBack]) -> None:
    """Store what became of ids; one for the same object and role is replaced."""
    upsert(conn, write_back, [asdict(row) for row in rows])


def apply_metadata(conn: Connection, account: str, rows: Sequence[MetadataChange]) -> None:
    """Put our own keys into staged objects: read again, they are the same version, and nothing is looked at anew.

    Only where the version meant still stands; its state stays, and so does what NetSuite has of it.
    """
    lock_account(conn, account)
    table = staged_object.c
    for row in rows:
        conn.execute(
            sa.update(staged_object)
            .where(
                table.stripe_account == account,
                table.object_type == row.object_type,
                table.stripe_id == row.stripe_id,
                table.content_hash == row.hash_before,
            )
            .values(
                payload=row.payload.decode(),
                content_hash=row.hash_after,
                loaded_hash=sa.case((table.loaded_hash == row.hash_before, row.hash_after), else_=table.loaded_hash),
            )
        )
