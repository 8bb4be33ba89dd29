"""Stripe's balance and the end of its ledger, for the balance proof (ACCOUNTING H2). Amounts in minor units."""

from __future__ import annotations

from collections import Counter

import msgspec

from stripe_netsuite.extract.ledger_row import LedgerRow
from stripe_netsuite.extract.streams import LEDGER_PATH, LEDGER_TYPE
from stripe_netsuite.stripe_api.client import StripeClient


class _Amount(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Balance(msgspec.Struct, frozen=True):
    available: list[_Amount]
    pending: list[_Amount]


def read_balance(client: StripeClient) -> dict[str, int]:
    """Return available + pending of each currency: what the ledger's `payments` rows must add up to."""
    balance: _Balance = client.get("/v1/balance", row_type=_Balance)
    total: Counter[str] = Counter()
    for part in (*balance.available, *balance.pending):
        total[part.currency] += part.amount
    return dict(sorted(total.items()))


def ledger_tail_net(client: StripeClient, since_unix: int, max_pages: int) -> dict[str, int] | None:
    """Return Σ net, by currency, of the `payments` rows created at `since_unix` or later.

    The balance is always now's: what happened after a staged window is taken off with this. None when there are more
    than `max_pages` pages of it: a backfill's older windows must not read the whole ledger again each.
    """
    total: Counter[str] = Counter()
    pages = client.list_pages(
        LEDGER_PATH, {"created": {"gte": since_unix}}, row_type=LedgerRow, object_type=LEDGER_TYPE
    )
    for number, page in enumerate(pages):
        if number == max_pages:
            return None
        for row in page:
            if row.balance_type == "payments":
                total[row.currency] += row.net
    return dict(sorted(total.items()))
