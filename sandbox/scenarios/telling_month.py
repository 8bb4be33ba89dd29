"""Tells the month: which scenario begins on which day in which account, and what each account has in the end.

Receives a seed; promises lines for a terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from textwrap import wrap

from sandbox.scenarios.amount import show_amount
from sandbox.scenarios.month import Month, open_month, plan
from sandbox.stripe.world import World

_WIDTH = 100
_COUNTED = ("customer", "invoice", "charge", "refund", "dispute", "payout", "balance_transaction")


def tell_month(seed: int) -> Iterator[str]:
    """Play the month to its end, and tell what was in it."""
    written = plan()
    month = open_month(seed)
    yield written.title
    yield ""
    yield from (f"    {line}" for line in wrap(written.story, _WIDTH - 4))
    yield ""
    yield from _days(month)
    yield ""
    end = datetime.combine(written.ends + timedelta(days=1), time(), UTC)
    for world in month.worlds.values():
        world.advance_to(end)
        yield from _account(world)
        yield ""
    yield f"Serve it:  python -m sandbox stripe --scenario month --now {end:%Y-%m-%d}"


def _days(month: Month) -> Iterator[str]:
    for starts in sorted({play.starts for play in month.plays}):
        yield f"{starts:%A %d %B %Y}"
        for play in month.plays:
            if play.starts == starts:
                yield f"    {play.account}  {play.scenario.number:02d}  {play.scenario.title}"


def _account(world: World) -> Iterator[str]:
    account = world.account
    yield f"{account['business_profile']['name']} ({account['id']}, {account['country']}) has in the end"
    yield "    " + ", ".join(f"{len(world.shelves[kind]):,} {kind.replace('_', ' ')}s" for kind in _COUNTED)
    charged: Counter[str] = Counter()
    paid_out: Counter[str] = Counter()
    for charge in world.shelves["charge"]:
        charged[charge["currency"]] += charge["amount_captured"]
    for payout in world.shelves["payout"]:
        paid_out[payout["currency"]] += payout["amount"] if payout["status"] == "paid" else 0
    yield f"    charged   {_amounts(charged)}"
    yield f"    paid out  {_amounts(paid_out)}"


def _amounts(totals: Counter[str]) -> str:
    return ", ".join(show_amount(total, currency) for currency, total in sorted(totals.items()))
