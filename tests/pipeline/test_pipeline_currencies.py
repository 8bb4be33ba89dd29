"""What was asked for, what Stripe settles and what the books are kept in, in every combination (ACCOUNTING A3, D4, F7).

Sales, payments without an invoice, partial refunds and a dispute in five currencies, of none, two and three decimals,
in an account that settles in each of four; each payout equals its bank line, and every proof holds.
"""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.stripe.billing.invoice_lines import Line
from tests.pipeline.company import PROVEN, Company
from tests.pipeline.conftest import OpenCompany
from tests.pipeline.trade import Trade, opened

AMOUNT_BY_CURRENCY = {"usd": 10000, "eur": 9001, "gbp": 7777, "jpy": 15003, "kwd": 30670}
_US, _DE = "Acme Inc", "Acme GmbH"
_BANKS = {
    _US: {"usd": "1000", "eur": "1010", "gbp": "1020", "jpy": "1040", "kwd": "1050"},
    _DE: {"eur": "1030", "gbp": "1060"},
}


def traded(settles: tuple[str, ...]) -> Trade:
    """Every presentment currency: a sale refunded in part, a loose payment, a sale that is disputed later."""
    trade = opened(settlement_currencies=settles)
    world = trade.world
    product = world.create_product("Everywhere")["id"]
    disputed = []
    for currency, amount in AMOUNT_BY_CURRENCY.items():
        price = world.create_price(product, amount, currency)["id"]
        customer = world.create_customer(f"Buyer in {currency}", email=f"{currency}@example.test")["id"]
        _, sold = trade.sale(Line(price=price), customer=customer, currency=currency)
        world.charge(amount // 10 * 10, currency, customer=customer)
        _, other = trade.sale(Line(price=price, quantity=2), customer=customer, currency=currency)
        world.refund(sold["id"], amount // 30 * 10)
        disputed.append(other["id"])
    trade.at(4)
    for charge in disputed:
        world.open_dispute(charge)
    for currency, amount in AMOUNT_BY_CURRENCY.items():  # more comes in than the disputes take out
        world.charge(amount * 10, currency, customer=trade.customer)
    trade.at(12)
    return trade


def booked_in(company: Company, subsidiary: str, settles: tuple[str, ...]) -> None:
    """Map the account to a subsidiary, with a bank for each currency that it settles in."""

    def change(content: dict[str, Any]) -> None:
        (account,) = content["stripe_accounts"]
        account["subsidiary"] = {"name": subsidiary}
        account["base_currency"] = "usd" if subsidiary == _US else "eur"
        account["banks"] = {one: {"number": _BANKS[subsidiary][one]} for one in settles}
        account.pop("clearing", None)
        account["opening_balances"] = dict.fromkeys(settles, "0")

    company.edit("entities.yaml", change)


@pytest.mark.parametrize(
    ("subsidiary", "settles"),
    [
        (_US, ("usd",)),
        (_US, ("eur",)),
        (_US, ("jpy",)),
        (_US, ("kwd",)),
        (_US, ("usd", "eur", "gbp", "jpy", "kwd")),
        (_DE, ("eur",)),
        (_DE, ("gbp",)),
        (_DE, ("gbp", "eur")),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_every_combination_ties(company_of: OpenCompany, subsidiary: str, settles: tuple[str, ...]) -> None:
    """All payouts are booked at what the bank shows, nothing is left over, and another run writes nothing."""
    trade = traded(settles)
    company = company_of(trade.world)
    booked_in(company, subsidiary, settles)
    result = company.run_all()
    assert company.findings() == {}
    assert {payout["state"] for payout in result.payouts} == {"booked"}
    assert result.proofs == PROVEN
    assert company.netsuite.is_balanced()
    before = company.write_requests()
    company.run_all()
    assert company.write_requests() == before
