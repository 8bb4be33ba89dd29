"""What may be chosen when a sandbox NetSuite is started. The defaults are the seeded company's, for loopback only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sandbox.netsuite.features import Features
from sandbox.netsuite.preferences import Preferences

DEFAULT_PORT = 12112
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
    """Requests at once for the whole account."""
    integration_concurrency_limit: int | None = None
    """The part of it that is reserved for this integration; None: it takes from the unallocated rest."""
    lock_after_failures: int = 5
    """Failed logins in a row after which a token is locked for half an hour; 0: never."""
    is_administrator: bool = True
    """Whether the role is the administrator's: only that one may read the governance limits."""
    language: str = "en"
    """The company's language."""
    user_language: str = "en"
    """The language of the user's preferences: another one than the company's has every request without header refused."""
    largest_body: int = 104 * 1024 * 1024
    async_delay_ms: float = 0.0
    """How long a task of an asynchronous job takes."""
    async_processors: int = 2
    """Tasks worked on at once."""
    metadata_latency_ms: float = 0.0
    """How much longer the catalogue of all record types takes (over a minute on live accounts)."""
    latency_ms: float = 0.0
    """Median time a request takes; with `latency_sigma` above zero it is drawn from a lognormal distribution."""
    latency_sigma: float = 0.0
    seed: int = 7
    now: datetime = DEFAULT_NOW
    custom_fields: tuple[str, ...] = DEFAULT_CUSTOM_FIELDS
    allow_date_outside_period: bool = False
    """NetSuite's preference "Allow Transaction Date Outside of the Posting Period"."""
    exchange_rate_decimals: int = 8
    features: Features = field(default_factory=Features)
    """Which of NetSuite's features are enabled; they decide fields, requirements and tax."""
    preferences: Preferences = field(default_factory=Preferences)
    """The accounting preferences that are neither a feature nor above."""
    query_lag_s: float = 0.0
    """For how long SuiteQL may not see a write (no such lag is documented: an order of the user's, off by default)."""

    @property
    def realm(self) -> str:
        """The account id as a signature must carry it: upper case with underscore."""
        return self.account.replace("-", "_").upper()
