"""Who may ask: the key of a request, the account it opens, what a restricted key may do, and the API version.

Receives headers, gives the world to answer from; raises ApiError as Stripe refuses (docs.stripe.com/keys).
"""

import base64
import binascii
from collections.abc import Mapping

from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.api.api_error import ApiError
from sandbox.stripe.api.options import API_VERSION, StripeOptions
from sandbox.stripe.world import World

_NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
)
_VISIBLE = 4  # characters of a key that an error message shows


def authorize(headers: Mapping[str, str], accounts: Accounts, options: StripeOptions, permission: str) -> World:
    """The world that the request's key and `Stripe-Account` open.

    `permission`: what a restricted key must be allowed for this request (`charge_read`), if it is restricted at all.
    """
    key = key_of(headers.get("Authorization", ""))
    if not key:
        raise ApiError(401, _NO_KEY)
    world = accounts.opened_by(key)
    if world is None:
        raise ApiError(401, f"Invalid API Key provided: {masked(key)}")
    version = headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        text = f"Invalid Stripe API version: {version}. The sandbox renders {API_VERSION} only."
        raise ApiError(400, text)
    account_id = headers.get("Stripe-Account")
    if account_id is not None:
        world = reached(accounts, world, account_id)
    allowed = options.permissions.get(key)
    if allowed is not None and permission not in allowed and permission.replace("_read", "_write") not in allowed:
        text = (
            f"The provided key '{masked(key)}' does not have the required permissions for this endpoint on account "
            f"'{world.account['id']}'. Having the 'rak_{permission}' permission would allow this request to continue."
        )
        raise ApiError(403, text)
    return world


def reached(accounts: Accounts, world: World, account_id: str) -> World:
    """The account of this id, if a key of `world` has access to it."""
    found = accounts.reached_from(world, account_id)
    if found is None:
        text = (
            f"The provided key does not have access to account '{account_id}' (or that account does not exist). "
            "Application access may have been revoked."
        )
        raise ApiError(403, text, code="account_invalid")
    return found


def key_of(authorization: str) -> str:
    """The key of a Bearer header, or of a Basic one (the key is the user name, without a password)."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def masked(key: str) -> str:
    """A key as error messages show it: kind and last characters."""
    kind = next((prefix for prefix in ("sk_test_", "rk_test_", "sk_live_", "rk_live_") if key.startswith(prefix)), "")
    hidden = max(len(key) - len(kind) - _VISIBLE, 0)
    return kind + "*" * hidden + key[len(kind) + hidden :] if hidden else kind + "*" * (len(key) - len(kind))
