"""How a Stripe sandbox is started: one frozen value that command line, tests and demo share."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

API_VERSION = "2026-10-28.endive"  # the only version whose shapes the sandbox knows
SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - a fixed key that opens nothing but the sandbox
RESTRICTED_KEY = "rk_test_sandbox"
DEFAULT_PORT = 12111
DEFAULT_NOW = datetime(2026, 11, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StripeOptions:
    """`scenario` names what has happened by `now`; `control` opens /_sandbox/; `latency_s` is added to every answer."""

    seed: int = 1
    now: datetime = DEFAULT_NOW
    scenario: str = "fortnight"
    control: bool = False
    latency_s: float = 0.0
    keys: frozenset[str] = field(default=frozenset({SECRET_KEY, RESTRICTED_KEY}), repr=False)
