"""Which version of a Stripe object stands: takes what extraction received, in any order and as often as it comes.

Promises that the version fetched last stands, that a changed object becomes pending again, and that no superseded
version is lost before retention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import content_hash
from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.bulk import chunks, insert_into, insert_many, lock_account, update_many
from stripe_netsuite.staging.schema import staged_object, staged_object_version

# What stands in place of a payload that retention dropped.
DROPPED = "{}"


@dataclass(frozen=True)
class StagedObject:
    """One version of one Stripe object. `payload` is JSON text in UTF-8, `created` Unix seconds."""

    stripe_account: str
    object_type: str
    stripe_id: str
    created: int
    fetched_at: datetime
    api_version: str
    payload: bytes
    window: Window
    run_id: str

    @cached_property
    def content_hash(self) -> str:
        """The hash by which versions are compared."""
        return content_hash(self.payload)


@dataclass(frozen=True, slots=True)
class StageResult:
    """How many rows were not known, known with other content, known as they are."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: StageResult) -> StageResult:
        """Add up."""
        return StageResult(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class _Standing:
    content_hash: str
    fetched_at: datetime
    has_payload: bool


def stage_objects(conn: Connection, rows: Sequence[StagedObject]) -> StageResult:
    """Store versions of objects; of each object the one fetched last stands, whatever the order of arrival.

    Changed content archives the version before and makes the object pending; unchanged content keeps its state.
    A version older than the stored one goes to the archive alone and counts as unchanged.
    """
    by_type: defaultdict[tuple[str, str], list[StagedObject]] = defaultdict(list)
    for row in rows:
        by_type[row.stripe_account, row.object_type].append(row)
    result = StageResult()
    for (account, object_type), typed_rows in sorted(by_type.items()):
        lock_account(conn, account)
        for chunk in chunks(typed_rows):
            result += _stage_chunk(conn, account, object_type, chunk)
    return result


def _stage_chunk(conn: Connection, account: str, object_type: str, rows: Sequence[StagedObject]) -> StageResult:
    known = _standing(conn, account, object_type, {row.stripe_id for row in rows})
    standing = dict(known)
    winners: dict[str, StagedObject] = {}
    superseded: list[StagedObject] = []
    for row in rows:
        before = standing.get(row.stripe_id)
        if before is not None and row.fetched_at < before.fetched_at:
            if row.content_hash != before.content_hash:
                superseded.append(row)
            continue
        earlier = winners.get(row.stripe_id)
        if earlier is not None and earlier.content_hash != row.content_hash:
            superseded.append(earlier)
        winners[row.stripe_id] = row
        standing[row.stripe_id] = _Standing(row.content_hash, row.fetched_at, has_payload=True)

    new = [row for row in winners.values() if row.stripe_id not in known]
    changed: list[StagedObject] = []
    unchanged: list[StagedObject] = []
    for row in winners.values():
        before = known.get(row.stripe_id)
        if before is not None:
            (unchanged if before.content_hash == row.content_hash else changed).append(row)
    _archive_stored(conn, account, object_type, [row.stripe_id for row in changed])
    _archive(conn, superseded)
    _write_new(conn, new)
    _write_changed(conn, changed)
    _write_unchanged(conn, unchanged, restore=[row for row in unchanged if not known[row.stripe_id].has_payload])
    return StageResult(len(new), len(changed), len(rows) - len(new) - len(changed))


def _standing(conn: Connection, account: str, object_type: str, ids: Collection[str]) -> dict[str, _Standing]:
    table = staged_object.c
    query = sa.select(table.stripe_id, table.content_hash, table.fetched_at, table.payload != DROPPED).where(
        table.stripe_account == account, table.object_type == object_type, table.stripe_id.in_(ids)
    )
    return {row[0]: _Standing(row[1], row[2], has_payload=row[3]) for row in conn.execute(query)}


def _archive_stored(conn: Connection, account: str, object_type: str, ids: Sequence[str]) -> None:
    """Copy the stored versions of these objects to the archive."""
    if not ids:
        return
    names = staged_object_version.columns.keys()
    stored = sa.select(*(staged_object.c[name] for name in names)).where(
        staged_object.c.stripe_account == account,
        staged_object.c.object_type == object_type,
        staged_object.c.stripe_id.in_(ids),
    )
    conn.execute(insert_into(conn, staged_object_version).from_select(names, stored).on_conflict_do_nothing())


def _archive(conn: Connection, rows: Sequence[StagedObject]) -> None:
    if not rows:
        return
    values = [
        {
            "stripe_account": row.stripe_account,
            "object_type": row.object_type,
            "stripe_id": row.stripe_id,
            "content_hash": row.content_hash,
            "payload": row.payload.decode(),
            "fetched_at": row.fetched_at,
            "run_id": row.run_id,
        }
        for row in rows
    ]
    conn.execute(insert_into(conn, staged_object_version).on_conflict_do_nothing(), values)


_KEY = ("stripe_account", "object_type", "stripe_id")
_SEEN = ("fetched_at", "api_version", "window_start", "window_end", "run_id")
_CONTENT = ("created", "content_hash", "payload", "state", "state_reason", "changed_run_id")


def _key(row: StagedObject) -> tuple[str, str, str]:
    return row.stripe_account, row.object_type, row.stripe_id


def _seen(row: StagedObject) -> tuple[Any, ...]:
    return row.fetched_at, row.api_version, row.window.start, row.window.end, row.run_id


def _content(row: StagedObject) -> tuple[Any, ...]:
    return row.created, row.content_hash, row.payload.decode(), "pending", None, row.run_id


def _write_new(conn: Connection, rows: Sequence[StagedObject]) -> None:
    values = [_key(row) + _seen(row) + _content(row) for row in rows]
    insert_many(conn, staged_object, _KEY + _SEEN + _CONTENT, values)


def _write_changed(conn: Connection, rows: Sequence[StagedObject]) -> None:
    values = [_seen(row) + _content(row) + _key(row) for row in rows]
    update_many(conn, staged_object, _KEY, _SEEN + _CONTENT, values)


def _write_unchanged(conn: Connection, rows: Sequence[StagedObject], restore: Sequence[StagedObject]) -> None:
    """Note that the stored version was seen again; put back the payloads that retention had dropped."""
    update_many(conn, staged_object, _KEY, _SEEN, [_seen(row) + _key(row) for row in rows])
    payloads = [(row.payload.decode(), *_key(row)) for row in restore]
    update_many(conn, staged_object, _KEY, ("payload",), payloads)
