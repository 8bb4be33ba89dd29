"""What depends on the country of an account: its time zone, Stripe's prices there, and the tax on them.

Data: prices for cards of the own country as Stripe's public price pages have them; every other country pays as the
United States do. Real accounts have prices of their own, so nobody may depend on these.
"""

from dataclasses import dataclass
from decimal import Decimal

from sandbox.stripe.base.shelf import Json


@dataclass(frozen=True, slots=True)
class Price:
    """What Stripe takes for a payment: a percentage, a fixed part and at most `cap`; minor units of the settlement."""

    percent: Decimal
    fixed: int = 0
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class _Country:
    time_zone: str
    card: Price
    fee_tax: Decimal = Decimal(0)


_US = _Country("America/New_York", Price(Decimal("2.9"), 30))
_COUNTRIES = {
    "US": _US,
    "DE": _Country("Europe/Berlin", Price(Decimal("1.5"), 25), Decimal(19)),
    "FR": _Country("Europe/Paris", Price(Decimal("1.5"), 25), Decimal(20)),
    "GB": _Country("Europe/London", Price(Decimal("1.5"), 20)),
    "IE": _Country("Europe/Dublin", Price(Decimal("1.5"), 25), Decimal(23)),
    "JP": _Country("Asia/Tokyo", Price(Decimal("3.6"))),
}
_OTHER_METHODS = {
    "us_bank_account": Price(Decimal("0.8"), cap=500),
    "sepa_debit": Price(Decimal(0), 35),
    "customer_balance": Price(Decimal("0.5"), cap=500),
}


def price_of(country: str, method: str) -> Price:
    """Stripe's price for a payment with this method."""
    return _OTHER_METHODS.get(method) or _COUNTRIES.get(country, _US).card


def default_fee_tax(country: str) -> Decimal:
    """Percent of tax on Stripe's fees: what an account there pays if it is not told otherwise."""
    return _COUNTRIES.get(country, _US).fee_tax


def account_object(
    blank_account: Json, account_id: str, name: str, country: str, currency: str, *, daily_payouts: bool
) -> Json:
    """The account object of a company in a country, from Stripe's resting values."""
    settings = blank_account["settings"]
    settings["dashboard"].update(display_name=name, timezone=_COUNTRIES.get(country, _US).time_zone)
    settings["payments"]["statement_descriptor"] = name.upper().split()[0][:22]
    settings["payouts"]["schedule"]["interval"] = "daily" if daily_payouts else "manual"
    blank_account["business_profile"]["name"] = name
    blank_account.update(id=account_id, country=country, default_currency=currency)
    return blank_account
