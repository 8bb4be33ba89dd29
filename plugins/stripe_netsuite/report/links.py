"""Where a person finds an object in Stripe's dashboard and a record in NetSuite's pages.

Only ids that look like ids become links; everything else stays text.
"""

from __future__ import annotations

import re

_STRIPE_ID = re.compile(r"^[A-Za-z0-9]+_[A-Za-z0-9_]+$")
_INTERNAL_ID = re.compile(r"^[0-9]+$")
_ACCOUNT = re.compile(r"^[A-Za-z0-9_-]+$")


def stripe_link(stripe_id: str | None, *, is_test: bool = False) -> str | None:
    """Return the dashboard's address of an object, or None where the id is none (a coupon's may be any text).

    The dashboard shows an object in the mode that it belongs to: `is_test` where the key is one of test mode.
    """
    if not stripe_id or not _STRIPE_ID.match(stripe_id):
        return None
    return f"https://dashboard.stripe.com/{'test/' if is_test else ''}{stripe_id}"


def netsuite_link(account: str | None, record_type: str | None, internal_id: str | None) -> str | None:
    """Return the page of a record in NetSuite, or None where account or internal id is unknown.

    `account` as NetSuite writes it (`1234567_SB1`), `record_type` as in the REST URL.
    """
    if not account or not internal_id or not _ACCOUNT.match(account) or not _INTERNAL_ID.match(internal_id):
        return None
    host = f"https://{account.replace('_', '-').lower()}.app.netsuite.com"
    if record_type == "customer":
        return f"{host}/app/common/entity/custjob.nl?id={internal_id}"
    if record_type and record_type.lower().endswith("item"):
        return f"{host}/app/common/item/item.nl?id={internal_id}"
    return f"{host}/app/accounting/transactions/transaction.nl?id={internal_id}"
