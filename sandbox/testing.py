"""The Stripe sandbox for tests: `with running_stripe() as stripe:` serves a scenario, or worlds made by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sandbox.scenarios.registry import load_accounts
from sandbox.stripe.api.options import StripeOptions
from sandbox.stripe.serving import RunningStripe, served
from sandbox.stripe.world import World

__all__ = ["RunningStripe", "running_stripe"]


@contextmanager
def running_stripe(
    worlds: World | Sequence[World] | None = None, options: StripeOptions | None = None
) -> Iterator[RunningStripe]:
    """Serve `worlds`, or the worlds of `options` (default: the seeded fortnight, with the control endpoints)."""
    chosen = options or StripeOptions(control=True)
    given = load_accounts(chosen.scenario, chosen.seed, chosen.now) if worlds is None else worlds
    with served([given] if isinstance(given, World) else list(given), chosen) as stripe:
        yield stripe
