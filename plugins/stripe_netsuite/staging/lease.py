"""One writer at a time: a lease by name, with a fence that only ever grows.

A task that was declared dead may still be running. It loses its lease to the next one, and the fence it carries,
older than the stored one, keeps it from writing intents (`journal.write_intents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from stripe_netsuite.clock import Clock
from stripe_netsuite.errors import LeaseHeld, LeaseLost
from stripe_netsuite.staging import schema
from stripe_netsuite.staging.bulk import insert_into

_lease = schema.lease


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write under `name`, as long as `fence` is the newest."""

    name: str
    holder: str
    fence: int


def acquire(engine: Engine, name: str, holder: str, ttl_s: float, clock: Clock) -> Lease:
    """Take the lease for `ttl_s` seconds, in a transaction of its own.

    It must be free, expired, or the holder's own already (a retried task takes over from itself, with a higher
    fence). Raises LeaseHeld, naming holder and expiry, when another one has it.
    """
    now = clock.now()
    with engine.begin() as conn:
        conn.execute(
            insert_into(conn, _lease).values(name=name, holder=None, fence=0, expires_at=now).on_conflict_do_nothing()
        )
        fence = conn.execute(
            sa.update(_lease)
            .where(
                _lease.c.name == name,
                sa.or_(_lease.c.holder.is_(None), _lease.c.holder == holder, _lease.c.expires_at <= now),
            )
            .values(holder=holder, fence=_lease.c.fence + 1, expires_at=now + timedelta(seconds=ttl_s))
            .returning(_lease.c.fence)
        ).scalar()
        if fence is not None:
            return Lease(name, holder, int(fence))
        row = conn.execute(sa.select(_lease.c.holder, _lease.c.expires_at).where(_lease.c.name == name)).one()
    raise LeaseHeld(
        "another run is writing",
        subject=f"lease {name}",
        saw=f"held by {row.holder} until {row.expires_at:%Y-%m-%d %H:%M:%S} UTC",
        next_step="nothing: the next attempt takes it when that run ends, or when the lease expires",
    )


def renew(engine: Engine, lease: Lease, ttl_s: float, clock: Clock) -> None:
    """Extend the lease to `ttl_s` seconds from now. Raises LeaseLost when another one took it meanwhile."""
    with engine.begin() as conn:
        renewed = conn.execute(
            sa.update(_lease).where(_is_current(lease)).values(expires_at=clock.now() + timedelta(seconds=ttl_s))
        )
    if renewed.rowcount == 0:
        raise _lost(lease)


def release(engine: Engine, lease: Lease) -> None:
    """Give the lease back; the row and its fence stay. Without effect when it was lost already."""
    with engine.begin() as conn:
        conn.execute(sa.update(_lease).where(_is_current(lease)).values(holder=None))


def hold_current(conn: Connection, lease: Lease) -> None:
    """Make sure that nobody takes the lease before this transaction ends. Raises LeaseLost when somebody has."""
    held = conn.execute(sa.update(_lease).where(_is_current(lease)).values(fence=_lease.c.fence))
    if held.rowcount == 0:
        raise _lost(lease)


def _is_current(lease: Lease) -> sa.ColumnElement[bool]:
    return sa.and_(_lease.c.name == lease.name, _lease.c.holder == lease.holder, _lease.c.fence == lease.fence)


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(
        "another run took the lease over",
        subject=f"lease {lease.name}",
        saw=f"fence {lease.fence} of {lease.holder} is no longer the newest",
        next_step="stop writing; the run that holds the lease does the rest",
    )
