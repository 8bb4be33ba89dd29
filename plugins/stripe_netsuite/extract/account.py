"""Whose account a key opens: asked before anything of it is staged under an account's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stripe_netsuite.errors import ConfigurationError, StripeRefused
from stripe_netsuite.stripe_api.client import StripeClient

_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What the key shows of its account; `payout_interval` is that of its payout schedule, None where it is not shown."""

    is_confirmed: bool
    payout_interval: str | None = None


def confirm_account(client: StripeClient, expected_id: str, conn_id: str) -> AccountSeen:
    """Return what the key shows of the account; not confirmed if it may not tell (a restricted key without permission).

    Raises ConfigurationError if it opens another one: everything of it would be booked into the wrong subsidiary.
    Source: docs.stripe.com/api/accounts/retrieve.
    """
    try:
        account: dict[str, Any] = client.get("/v1/account")
    except StripeRefused as error:
        if error.status == _FORBIDDEN:
            return AccountSeen(is_confirmed=False)
        raise
    if account.get("id") != expected_id:
        raise ConfigurationError(
            "the key opens another Stripe account than the one that entities.yaml names",
            subject=f"connection {conn_id}",
            saw=str(account.get("id")),
            expected=expected_id,
            next_step="put the right key into the connection, or correct the id in entities.yaml",
        )
    return AccountSeen(is_confirmed=True, payout_interval=_payout_interval(account))


def _payout_interval(account: dict[str, Any]) -> str | None:
    """`settings.payouts.schedule.interval`: `manual`, `daily`, `weekly` or `monthly`."""
    found: Any = account
    for key in ("settings", "payouts", "schedule", "interval"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None
