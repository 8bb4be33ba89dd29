"""What may be chosen when a sandbox NetSuite is started. The defaults are the seeded company's, for loopback only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DEFAULT_NOW = datetime(2026, 11, 15, tzinfo=UTC)
DEFAULT_CUSTOM_FIELDS = (
    "custbody_stripe_id",
    "custbody_stripe_payout",
    "custentity_stripe_id",
    "custcol_stripe_line",
    "custitem_stripe_id",
)


@dataclass(frozen=True, slots=True)
class Options:
    """One sandbox account. `now` is the business clock; signatures are checked against the real one."""

    account: str = "SANDBOX_SB1"
    consumer_key: str = "sandbox-consumer-key"
    consumer_secret: str = field(default="sandbox-consumer-secret", repr=False)
    token_id: str = "sandbox-token-id"  # noqa: S105 - the sandbox's published name
    token_secret: str = field(default="sandbox-token-secret", repr=False)
    client_id: str = "sandbox-client"
    certificate_id: str = "sandbox-certificate"
    public_key_pem: str | None = None
    """Public key of the OAuth 2.0 client; without one the token endpoint refuses every assertion."""
    state: Path | None = None
    """SQLite file that keeps the books; None keeps them in memory."""
    control: bool = False
    """Whether `/_sandbox/` answers."""
    concurrency_limit: int = 5
    latency_ms: float = 0.0
    """Median time a request takes; with `latency_sigma` above zero it is drawn from a lognormal distribution."""
    latency_sigma: float = 0.0
    seed: int = 7
    now: datetime = DEFAULT_NOW
    custom_fields: tuple[str, ...] = DEFAULT_CUSTOM_FIELDS
    allow_date_outside_period: bool = False
    """NetSuite's preference "Allow Transaction Date Outside of the Posting Period"."""
    exchange_rate_decimals: int = 8

    @property
    def realm(self) -> str:
        """The account id as a signature must carry it: upper case with underscore."""
        return self.account.replace("-", "_").upper()
