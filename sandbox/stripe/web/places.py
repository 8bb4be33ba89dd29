"""The addresses of the Stripe pages, and their frame."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from sandbox.pages.drawing import Site

HOME = "/_sandbox/"
ACCOUNTS = "/_sandbox/accounts"


def account_place(account_id: str) -> str:
    """The page of one account."""
    return f"{ACCOUNTS}/{quote(account_id, safe='')}"


def type_place(account_id: str, object_type: str) -> str:
    """The list of an account's objects of one type."""
    return f"{account_place(account_id)}/{quote(object_type, safe='')}"


def object_place(account_id: str, object_type: str, item_id: str) -> str:
    """The page of one object; a payout has one of its own."""
    kind = "payouts" if object_type == "payout" else quote(object_type, safe="")
    return f"{account_place(account_id)}/{kind}/{quote(item_id, safe='')}"


SITE = Site(
    brand="Sandbox Stripe",
    home=HOME,
    navigation=(("home", HOME, "Accounts"),),
    templates=Path(__file__).parent / "templates",
    names={"account_place": account_place, "type_place": type_place, "object_place": object_place},
)
