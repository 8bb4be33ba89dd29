"""What is on an invoice, as a person says it: `2 Pro`, `100.00 USD for Pro less TEN taxed VAT`, `50.00 EUR for "Trip"`.

Receives the words of one line or several joined by `and`; promises the world's lines and their one currency.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sandbox.scenarios.amount import PATTERN, read_amount
from sandbox.scenarios.place import Text, refuse
from sandbox.scenarios.stage import Stage
from sandbox.stripe.base.account import unix
from sandbox.stripe.billing.invoice_lines import Line

_NAME = r"[^\W_][\w-]*"
_LINE = re.compile(
    rf"(?:(?P<count>\d[\d,]*) (?P<product>{_NAME})(?: in (?P<currency>[A-Z]{{3}}))?"
    rf'|(?P<amount>{PATTERN}) for (?:(?P<of>{_NAME})|"(?P<words>[^"]*)"))'
    rf"(?: less (?P<coupons>{_NAME}(?: \+ {_NAME})*))?(?: taxed (?P<taxes>{_NAME}(?: \+ {_NAME})*))?"
    r"(?: from (?P<first>\d{4}-\d\d-\d\d) to (?P<last>\d{4}-\d\d-\d\d))?(?P<proration> as a proration)?"
)
_BETWEEN = re.compile(r' and (?=(?:[^"]*"[^"]*")*[^"]*$)')
_ALLOWED = (
    'A line is written `2 Pro` (or `2 Pro in EUR`), `100.00 USD for Pro`, or `50.00 USD for "words"`; then, if wanted, '
    "`less COUPON`, `taxed TAX`, `from 2026-11-02 to 2026-12-02` (the last day exclusive), `as a proration`."
)


def read_lines(stage: Stage, said: str | list[Text], customer_currency: str | None = None) -> tuple[list[Line], str]:
    """The lines and their currency. Raises ScenarioError for a line nobody understands, and for several currencies."""
    texts = said if isinstance(said, list) else [_placed(part, said) for part in _BETWEEN.split(said)]
    found = [(text, _LINE.fullmatch(text)) for text in texts]
    for text, match in found:
        if match is None:
            raise refuse(text, _ALLOWED)
    matches = [match for _, match in found if match is not None]
    currencies = {match["amount"][-3:].lower() for match in matches if match["amount"]}
    currencies |= {match["currency"].lower() for match in matches if match["currency"]}
    if len(currencies) > 1:
        raise refuse(texts[0], f"An invoice has one currency, not {', '.join(sorted(currencies))}.")
    currency = next(iter(currencies), None) or _usual(stage, matches, customer_currency, texts[0])
    return [_line(stage, match, currency, text) for (text, _), match in zip(found, matches, strict=True)], currency


def _usual(stage: Stage, matches: list[re.Match[str]], preferred: str | None, at: Text) -> str:
    """The currency in which all products of the lines have a price: the customer's, or the only one."""
    offered = [
        {price.amount.currency for price in stage.catalogue.products.get(match["product"], ())} for match in matches
    ]
    common = set.intersection(*offered) if offered else set()
    if preferred in common:
        return str(preferred)
    if len(common) != 1:
        raise refuse(at, f"Say the currency, as in `2 Pro in EUR`: there are prices in {', '.join(sorted(common))}.")
    return common.pop()


def _line(stage: Stage, match: re.Match[str], currency: str, at: Text) -> Line:
    first, last = match["first"], match["last"]
    price, amount, description = _what(stage, match, currency, at)
    coupons = tuple(stage.id_of("coupon", _placed(name, at)) for name in _names(match["coupons"]))
    return Line(
        price=price,
        quantity=int((match["count"] or "1").replace(",", "")),
        amount=amount,
        description=description,
        period=None if first is None else (_midnight(stage, first), _midnight(stage, last)),
        proration=match["proration"] is not None,
        coupon=coupons[0] if coupons else None,
        tax_rates=tuple(stage.id_of("tax_rate", _placed(name, at)) for name in _names(match["taxes"])),
    )


def _what(stage: Stage, match: re.Match[str], currency: str, at: Text) -> tuple[str | None, int | None, str | None]:
    """Price id, or amount and description. An amount that is the product's price is that price."""
    if match["product"] is not None:
        return stage.id_of("price", _placed(f"{match['product']} in {currency}", at)), None, None
    amount = read_amount(_placed(match["amount"], at)).minor
    if match["words"] is not None:
        return None, amount, match["words"]
    prices = stage.catalogue.products.get(match["of"], ())
    stage.id_of("product", _placed(match["of"], at))
    if any((price.amount.minor, price.amount.currency) == (amount, currency) for price in prices):
        return stage.id_of("price", f"{match['of']} in {currency}"), None, None
    return None, amount, match["of"]


def _names(text: str | None) -> list[str]:
    return [] if text is None else text.split(" + ")


def _placed(text: str, at: str) -> Text:
    return Text.at(text, at.file, at.line) if isinstance(at, Text) else Text.at(text, "?", 0)


def _midnight(stage: Stage, day: str) -> int:
    return unix(datetime.fromisoformat(day).replace(tzinfo=UTC) + stage.shift)
