"""Reads a Stripe sandbox over HTTP, as anybody with a key would: single objects and whole lists.

Independent of the product and of the server's own code.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

Json = dict[str, Any]

# Object type → the first part of its path.
PATHS = {
    "charge": "charges",
    "checkout.session": "checkout/sessions",
    "coupon": "coupons",
    "credit_note": "credit_notes",
    "customer": "customers",
    "dispute": "disputes",
    "invoice": "invoices",
    "payout": "payouts",
    "quote": "quotes",
    "refund": "refunds",
    "subscription": "subscriptions",
    "topup": "topups",
    "transfer": "transfers",
}


class StripeReader:
    """Asks one account with one key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def get(self, path: str, **parameters: str | int) -> Json:
        """The answer to a GET. Raises urllib's HTTPError for a refusal."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        request = urllib.request.Request(  # noqa: S310 - the sandbox is on loopback
            f"{self._url}/v1/{path}{query}", headers={"Authorization": f"Bearer {self._key}"}
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310
            answer: Json = json.load(response)
        return answer

    def one(self, kind: str, item_id: str) -> Json:
        """An object by its type and id."""
        return self.get(f"{PATHS[kind]}/{item_id}")

    def all(self, path: str, **parameters: str | int) -> list[Json]:
        """Every object of a list, oldest first."""
        found: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=100, **parameters, **cursor)
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]
            cursor = {"starting_after": found[-1]["id"]}
