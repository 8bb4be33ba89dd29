"""Staged objects: Stripe's JSON as received, the newest version of each object, and what became of it.

`stage_objects` (see `versions`) stores them; here they are found again, given out in order, and marked.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import chunks, lock_account, update_many
from stripe_netsuite.staging.schema import staged_object, staged_object_version
from stripe_netsuite.staging.versions import DROPPED, StagedObject, StageResult, stage_objects

__all__ = [
    "ObjectState",
    "PendingObject",
    "StageResult",
    "StagedObject",
    "State",
    "count_states",
    "excluded_hashes",
    "excluded_ids",
    "iter_pending",
    "read_payloads",
    "read_versions",
    "set_states",
    "stage_objects",
    "staged_ids",
]

State = Literal["pending", "loaded", "waiting", "quarantined", "excluded"]

_PAGE = 500


@dataclass(frozen=True, slots=True)
class PendingObject:
    """An object that waits for its turn."""

    stripe_id: str
    created: int
    content_hash: str
    state: State
    payload: bytes


@dataclass(frozen=True, slots=True)
class ObjectState:
    """What became of one version of one object."""

    stripe_id: str
    content_hash: str
    state: State
    reason: str | None = None


def staged_ids(conn: Connection, account: str, object_type: str, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that are staged."""
    return {row.stripe_id for row in _select_ids(conn, account, object_type, ids, staged_object.c.stripe_id)}


def excluded_ids(
    conn: Connection, account: str, object_type: str, ids: Collection[str], reason_prefix: str
) -> set[str]:
    """Return those of `ids` that a rule excludes whose name, `reason_prefix`, their reason starts with."""
    columns = (staged_object.c.stripe_id, staged_object.c.state, staged_object.c.state_reason)
    rows = _select_ids(conn, account, object_type, ids, *columns)
    return {row.stripe_id for row in rows if row.state == "excluded" and row.state_reason.startswith(reason_prefix)}


def excluded_hashes(conn: Connection, account: str, object_type: str, ids: Collection[str]) -> dict[str, str]:
    """Return the content hash of those of `ids` that a rule excludes."""
    columns = (staged_object.c.stripe_id, staged_object.c.state, staged_object.c.content_hash)
    rows = _select_ids(conn, account, object_type, ids, *columns)
    return {row.stripe_id: row.content_hash for row in rows if row.state == "excluded"}


def read_payloads(conn: Connection, account: str, object_type: str, ids: Collection[str]) -> dict[str, bytes]:
    """Return the JSON of those of `ids` that are staged and whose payload was not dropped."""
    columns = (staged_object.c.stripe_id, staged_object.c.payload)
    found = _select_ids(conn, account, object_type, ids, *columns)
    return {row.stripe_id: row.payload.encode() for row in found if row.payload != DROPPED}


def iter_pending(
    conn: Connection,
    account: str,
    object_type: str,
    *,
    created_before: int | None = None,
    only_ids: Collection[str] | None = None,
    states: Sequence[State] = ("pending", "waiting", "quarantined"),
) -> Iterator[PendingObject]:
    """Give the objects of these states, oldest first (created, then id), in bounded memory.

    The same connection may write between two of them: an object whose state changes on the way is given once.
    """
    merged: Iterator[PendingObject]
    if only_ids is None:
        merged = heapq.merge(*(_pages(conn, account, object_type, state, created_before) for state in states), key=_age)
    else:
        merged = _chosen(conn, account, object_type, created_before, only_ids, states)
    last: tuple[int, str] | None = None
    for pending in merged:
        # A state that changed behind our back may bring an object a second time, in the other state's page.
        if last is None or _age(pending) > last:
            last = _age(pending)
            yield pending


def _age(pending: PendingObject) -> tuple[int, str]:
    return pending.created, pending.stripe_id


_PENDING_COLUMNS = (
    staged_object.c.stripe_id,
    staged_object.c.created,
    staged_object.c.content_hash,
    staged_object.c.state,
    staged_object.c.payload,
)


def _pages(
    conn: Connection, account: str, object_type: str, state: State, created_before: int | None
) -> Iterator[PendingObject]:
    """Walk one state by the index (account, type, state, created, id)."""
    table = staged_object.c
    query = (
        sa.select(*_PENDING_COLUMNS)
        .where(table.stripe_account == account, table.object_type == object_type, table.state == state)
        .order_by(table.created, table.stripe_id)
        .limit(_PAGE)
    )
    if created_before is not None:
        query = query.where(table.created < created_before)
    page = conn.execute(query).all()
    while page:
        yield from (_pending(row) for row in page)
        after = sa.tuple_(table.created, table.stripe_id) > sa.tuple_(
            sa.literal(page[-1].created), sa.literal(page[-1].stripe_id)
        )
        page = conn.execute(query.where(after)).all()


def _chosen(
    conn: Connection,
    account: str,
    object_type: str,
    created_before: int | None,
    only_ids: Collection[str],
    states: Sequence[State],
) -> Iterator[PendingObject]:
    """Order the chosen ids by age first, then read the objects a page at a time."""
    table = staged_object.c
    found = _select_ids(conn, account, object_type, only_ids, table.created, table.stripe_id, table.state)
    ordered = sorted(
        (row.created, row.stripe_id)
        for row in found
        if row.state in states and (created_before is None or row.created < created_before)
    )
    for page in chunks(ordered, _PAGE):
        rows = _select_ids(conn, account, object_type, [stripe_id for _, stripe_id in page], *_PENDING_COLUMNS)
        yield from sorted((_pending(row) for row in rows if row.state in states), key=_age)


def _pending(row: sa.Row[*tuple[Any, ...]]) -> PendingObject:
    return PendingObject(row.stripe_id, row.created, row.content_hash, row.state, row.payload.encode())


def _select_ids(
    conn: Connection, account: str, object_type: str, ids: Collection[str], *columns: sa.Column[Any]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    for chunk in chunks(sorted(set(ids))):
        yield from conn.execute(
            sa.select(*columns).where(
                staged_object.c.stripe_account == account,
                staged_object.c.object_type == object_type,
                staged_object.c.stripe_id.in_(chunk),
            )
        ).all()


def set_states(conn: Connection, account: str, object_type: str, rows: Sequence[ObjectState]) -> None:
    """Note what became of objects, each only if the version meant is still the stored one.

    State `loaded` remembers the version's hash as the one that NetSuite has.
    """
    lock_account(conn, account)
    found_by = ("stripe_account", "object_type", "stripe_id", "content_hash")
    loaded = [
        (row.state, row.reason, row.content_hash, account, object_type, row.stripe_id, row.content_hash)
        for row in rows
        if row.state == "loaded"
    ]
    others = [
        (row.state, row.reason, account, object_type, row.stripe_id, row.content_hash)
        for row in rows
        if row.state != "loaded"
    ]
    update_many(conn, staged_object, found_by, ("state", "state_reason", "loaded_hash"), loaded)
    update_many(conn, staged_object, found_by, ("state", "state_reason"), others)


def count_states(conn: Connection, account: str) -> dict[tuple[str, State], int]:
    """Return how many objects of each type are in each state."""
    table = staged_object.c
    query = (
        sa.select(table.object_type, table.state, sa.func.count())
        .where(table.stripe_account == account)
        .group_by(table.object_type, table.state)
    )
    return {(object_type, state): count for object_type, state, count in conn.execute(query)}


def read_versions(conn: Connection, account: str, object_type: str, stripe_id: str) -> list[bytes]:
    """Return the superseded versions' JSON, in the order in which they were fetched."""
    table = staged_object_version.c
    query = (
        sa.select(table.payload)
        .where(table.stripe_account == account, table.object_type == object_type, table.stripe_id == stripe_id)
        .order_by(table.fetched_at, table.content_hash)
    )
    return [payload.encode() for payload in conn.execute(query).scalars()]
