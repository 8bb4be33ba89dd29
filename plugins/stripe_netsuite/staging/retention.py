"""What staging forgets, and when: superseded versions and payloads that nothing needs any more.

Ids, hashes, amounts and states stay for good; only JSON goes, and only of objects that are loaded or excluded.
An object that Stripe gives again, unchanged, gets its payload back (`stage_objects`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.payload_search import keep_intents
from stripe_netsuite.staging.schema import staged_object, staged_object_version
from stripe_netsuite.staging.versions import DROPPED

_SETTLED = ("loaded", "excluded")


@dataclass(frozen=True, slots=True)
class PurgeResult:
    """How many archived versions were deleted and how many payloads dropped."""

    versions_deleted: int
    payloads_dropped: int


def purge(conn: Connection, older_than: datetime) -> PurgeResult:
    """Delete versions and drop payloads last fetched before `older_than` (the retention setting)."""
    versions = conn.execute(sa.delete(staged_object_version).where(staged_object_version.c.fetched_at < older_than))
    dropped = _drop(conn, staged_object.c.fetched_at < older_than)
    return PurgeResult(versions.rowcount, dropped)


def drop_payloads(conn: Connection, account: str) -> PurgeResult:
    """Drop the payloads of all settled objects of the account, and their archived versions (`ids_only`)."""
    settled = (
        sa.select(sa.literal(1))
        .where(
            staged_object.c.stripe_account == staged_object_version.c.stripe_account,
            staged_object.c.object_type == staged_object_version.c.object_type,
            staged_object.c.stripe_id == staged_object_version.c.stripe_id,
            staged_object.c.state.in_(_SETTLED),
        )
        .exists()
    )
    versions = conn.execute(
        sa.delete(staged_object_version).where(staged_object_version.c.stripe_account == account, settled)
    )
    return PurgeResult(versions.rowcount, _drop(conn, staged_object.c.stripe_account == account))


def _drop(conn: Connection, chosen: sa.ColumnElement[bool]) -> int:
    """Drop the payloads of the settled objects among the chosen; a charge keeps its intent, which late payments name."""
    settled = sa.and_(chosen, staged_object.c.state.in_(_SETTLED), staged_object.c.payload != DROPPED)
    keep_intents(conn, settled)
    return conn.execute(sa.update(staged_object).where(settled).values(payload=DROPPED)).rowcount
