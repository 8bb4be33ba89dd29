"""What the bank, the clearing account and money in transit must hold for a Stripe account, told by Stripe alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.pipeline.company import Company

BANK, CLEARING, TRANSIT, FUNDS = "1000", "1090", "1500", "1499"


def balance(company: Company, number: str) -> Decimal:
    """The balance of a dollar account in NetSuite."""
    return company.trial_balance().get((1, number), Decimal(0))


def paid_out(company: Company) -> Decimal:
    """What Stripe has paid into the bank, less what it took: payouts that are paid."""
    payouts = company.world.shelves["payout"]
    return sum((Decimal(one["amount"]) / 100 for one in payouts if one["status"] == "paid"), Decimal(0))


def stripe_balance(company: Company) -> Decimal:
    """Stripe's balance in dollars, available and pending."""
    available, pending = company.world.ledger.balance().get("usd", (0, 0))
    return Decimal(available + pending) / 100


def by_hand(company: Company, policy: str = "manual_only") -> None:
    """Tell the mapping that this account clears: it pays out by hand, or policy says so for all."""

    def change(entities: dict[str, Any]) -> None:
        (account,) = entities["stripe_accounts"]
        account["banks"] = {"usd": account["banks"]["usd"]}
        account["clearing"] = {"usd": {"number": CLEARING}}
        if policy == "manual_only":
            account["payouts"] = "by_hand"

    company.edit("entities.yaml", change)
    company.edit("policy.yaml", lambda content: content.update(clearing=policy))
