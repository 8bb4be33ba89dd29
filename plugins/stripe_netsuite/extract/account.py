"""Whose account a key opens: asked before anything of it is staged under an account's id."""

from __future__ import annotations

from typing import Any

from stripe_netsuite.errors import ConfigurationError, StripeRefused
from stripe_netsuite.stripe_api.client import StripeClient

_FORBIDDEN = 403


def confirm_account(client: StripeClient, expected_id: str, conn_id: str) -> bool:
    """Return True if the key opens the account, False if it may not tell (a restricted key without that permission).

    Raises ConfigurationError if it opens another one: everything of it would be booked into the wrong subsidiary.
    Source: docs.stripe.com/api/accounts/retrieve.
    """
    try:
        account: dict[str, Any] = client.get("/v1/account")
    except StripeRefused as error:
        if error.status == _FORBIDDEN:
            return False
        raise
    if account.get("id") != expected_id:
        raise ConfigurationError(
            "the key opens another Stripe account than the one that entities.yaml names",
            subject=f"connection {conn_id}",
            saw=str(account.get("id")),
            expected=expected_id,
            next_step="put the right key into the connection, or correct the id in entities.yaml",
        )
    return True
