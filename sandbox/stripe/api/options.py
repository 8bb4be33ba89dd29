"""How a Stripe sandbox is started: one frozen value that command line, tests and demo share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.stripe.api.rate_limits import Limits

API_VERSION = "2026-10-28.endive"  # the only version whose shapes the sandbox knows
SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - a fixed key that opens nothing but the sandbox
RESTRICTED_KEY = "rk_test_sandbox"
DEFAULT_KEYS = frozenset({SECRET_KEY, RESTRICTED_KEY})
DEFAULT_PORT = 12111
DEFAULT_NOW = datetime(2026, 11, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StripeOptions:
    """What a sandbox is and does.

    `scenario` names what has happened by `now`; `control` opens /_sandbox/; every request that is let in waits `latency_s`.
    `keys` open the first account. `permissions`: what a restricted key may do (`charge_read`, `customer_write`); a
    key that is not in it may do everything. `limits`: None switches rate limiting off.
    """

    seed: int = 1
    now: datetime = DEFAULT_NOW
    scenario: str = "fortnight"
    control: bool = False
    latency_s: float = 0.0
    keys: frozenset[str] = field(default=DEFAULT_KEYS, repr=False)
    permissions: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    limits: Limits | None = None
    report_delay_s: int = 60
