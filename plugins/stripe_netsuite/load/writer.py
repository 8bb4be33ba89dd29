"""The right to write: one lease a Stripe account, renewed while working, checked by its fence at every intent.

Airflow may run a task twice; the second writer waits for the first, or finds the lease expired and takes over,
after which the first cannot write an intent any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from stripe_netsuite.clock import Clock
from stripe_netsuite.errors import LeaseHeld
from stripe_netsuite.staging import lease as leases
from stripe_netsuite.staging.lease import Lease

LEASE_TTL_S = 120
_POLL_S = 1.0


class LeaseKeeper:
    """Holds a lease and renews it when a third of its life is over."""

    def __init__(self, engine: Engine, lease: Lease, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._renewed_at_s = clock.monotonic_s()
        self.lease = lease

    def keep(self) -> Lease:
        """Renew if it is time; return the lease. Raises LeaseLost when another run took over."""
        if self._clock.monotonic_s() - self._renewed_at_s > LEASE_TTL_S / 3:
            leases.renew(self._engine, self.lease, LEASE_TTL_S, self._clock)
            self._renewed_at_s = self._clock.monotonic_s()
        return self.lease


@contextmanager
def writing(engine: Engine, stripe_account: str, holder: str, clock: Clock, *, wait_s: float) -> Iterator[LeaseKeeper]:
    """Hold the writer's lease of a Stripe account for the block.

    Waits up to `wait_s` for another run; raises LeaseHeld after that, naming the holder.
    """
    name = f"writer:{stripe_account}"
    deadline = clock.monotonic_s() + wait_s
    while True:
        try:
            lease = leases.acquire(engine, name, holder, LEASE_TTL_S, clock)
            break
        except LeaseHeld:
            if clock.monotonic_s() >= deadline:
                raise
            clock.sleep(_POLL_S)
    try:
        yield LeaseKeeper(engine, lease, clock)
    finally:
        leases.release(engine, lease)
