"""The company the books start with, from data/company.json: subsidiaries, currencies, rates, accounts, periods."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.netsuite.books.amounts import rounded, stored
from sandbox.netsuite.books.database import Books, stored_day
from sandbox.netsuite.books.names import display_name

COMPANY_FILE = Path(__file__).parent.parent / "data" / "company.json"
_RATE_DECIMALS = 6


def seed_company(books: Books) -> None:
    """Fill empty books; the same file gives the same rows and internal ids."""
    company: dict[str, Any] = json.loads(COMPANY_FILE.read_text(encoding="utf-8"))
    with books.writing():
        for family, first in company["first_ids"].items():
            books.execute("INSERT INTO sandbox_counter VALUES (?, ?)", (family, first))
        _seed_currencies(books, company)
        _seed_subsidiaries(books, company)
        _seed_periods(books, company)
        for account in company["accounts"]:
            if books.options.features.one_world or 1 in account.get("subsidiaries", [1]):
                _seed_account(books, account)
        _seed_tax_codes(books, company)
        for name, values in company["lists"].items():
            for key, label in values.items():
                books.execute("INSERT INTO sandbox_list VALUES (?, ?, ?)", (name, int(key), label))
        _seed_rates(books, company)


def _flag(value: object) -> str:
    return "T" if value else "F"


def _record(books: Books, family: str, record_type: str, record_id: int) -> None:
    books.insert("sandbox_record", _record_row(books, family, record_type, record_id))


def _record_row(books: Books, family: str, record_type: str, record_id: int) -> dict[str, Any]:
    return {
        "family": family,
        "id": record_id,
        "type": record_type,
        "body": "{}",
        "created": books.stamp,
        "modified": books.stamp,
    }


def _seed_currencies(books: Books, company: dict[str, Any]) -> None:
    for entry in company["currencies"]:
        row = {
            "id": entry["id"],
            "name": entry["name"],
            "symbol": entry["symbol"],
            "exchangerate": company["rates_to_usd"].get(entry["symbol"], {"base": "1"})["base"],
            "isbasecurrency": _flag(entry["symbol"] == "USD"),
            "currencyprecision": entry["precision"],
            "isinactive": "F",
        }
        books.insert("currency", row)
        _record(books, "currency", "currency", entry["id"])


def _seed_subsidiaries(books: Books, company: dict[str, Any]) -> None:
    single = not books.options.features.one_world
    for entry in company["subsidiaries"][: 1 if single else None]:
        row = {
            "id": entry["id"],
            "name": entry["name"],
            "fullname": entry["name"],
            "parent": entry.get("parent"),
            "currency": entry["currency"],
            "country": entry["country"],
            "iselimination": "F",
            "isinactive": "F",
        }
        books.insert("subsidiary", row)
        _record(books, "subsidiary", "subsidiary", entry["id"])


def _seed_periods(books: Books, company: dict[str, Any]) -> None:
    for entry in company["periods"]:
        closed = entry.get("closed", False)
        row = {
            "id": entry["id"],
            "periodname": entry["name"],
            "startdate": stored_day(date.fromisoformat(entry["start"])),
            "enddate": stored_day(date.fromisoformat(entry["end"])),
            "closed": _flag(closed),
            "alllocked": _flag(closed),
            "arlocked": _flag(closed),
            "aplocked": _flag(closed),
            "payrolllocked": _flag(closed),
            "allownonglchanges": "F",
            "isadjust": "F",
            "isquarter": _flag(entry["kind"] == "quarter"),
            "isyear": _flag(entry["kind"] == "year"),
            "isinactive": "F",
            "isposting": _flag(entry["kind"] == "month"),
            "parent": entry.get("parent"),
        }
        books.insert("accountingperiod", row)
        _record(books, "accountingperiod", "accountingPeriod", entry["id"])


def _seed_account(books: Books, entry: dict[str, Any]) -> None:
    number = books.next_id("account")
    features = books.options.features
    offered = entry.get("subsidiaries", [1, 2]) if features.one_world else [1]
    row = {
        "id": number,
        "acctnumber": entry["number"] if features.account_numbers else None,
        "accountsearchdisplayname": display_name(entry["number"], entry["name"], with_number=features.account_numbers),
        "accountsearchdisplaynamecopy": entry["name"],
        "fullname": entry["name"],
        "accttype": entry["type"],
        "sspecacct": entry.get("special"),
        "currency": entry.get("currency"),
        "subsidiary": ", ".join(str(key) for key in offered),
        "isinactive": "F",
    }
    books.insert("account", row)
    _record(books, "account", "account", number)


def _seed_tax_codes(books: Books, company: dict[str, Any]) -> None:
    """Tax codes with their rate, liability account and subsidiary; their names are a list that references find."""
    subsidiaries = {row["id"] for row in books.rows("SELECT id FROM subsidiary")}
    for entry in company["tax_codes"]:
        if entry["subsidiary"] not in subsidiaries:
            continue
        account = books.row("SELECT id FROM account WHERE fullname = ?", (entry["account"],))
        books.insert(
            "sandbox_tax_code",
            {
                "id": entry["id"],
                "name": entry["name"],
                "rate": entry["rate"],
                "account": account["id"] if account is not None else None,
                "taxtype": entry["tax_type"],
                "subsidiary": entry["subsidiary"],
                "isdefault": _flag(entry.get("default")),
            },
        )
        for name in ("taxCode", "salesTaxItem"):
            books.execute("INSERT INTO sandbox_list VALUES (?, ?, ?)", (name, entry["id"], entry["name"]))


def _seed_rates(books: Books, company: dict[str, Any]) -> None:
    """A rate a day to USD for each currency, and from each to the euro by the cross rate."""
    ids = {entry["symbol"]: entry["id"] for entry in company["currencies"]}
    day = date.fromisoformat(company["rates_first_day"])
    last = date.fromisoformat(company["rates_last_day"])
    entered: list[tuple[int, int, Decimal, date]] = []
    while day <= last:
        to_usd = {"USD": Decimal(1)}
        for symbol, rule in company["rates_to_usd"].items():
            swing = (day.toordinal() * rule["stride"]) % 11 - 5
            to_usd[symbol] = Decimal(rule["base"]) + Decimal(rule["step"]) * swing
        for symbol, rate in to_usd.items():
            if symbol != "USD":
                entered.append((ids["USD"], ids[symbol], rounded(rate, _RATE_DECIMALS), day))
            if symbol != "EUR":
                entered.append((ids["EUR"], ids[symbol], rounded(rate / to_usd["EUR"], _RATE_DECIMALS), day))
        day += timedelta(days=1)
    first = books.next_id("currencyrate")
    numbered = list(enumerate(entered, start=first))
    books.insert_all("currencyrate", [_rate_row(books, key, *rate) for key, rate in numbered])
    books.insert_all("sandbox_record", [_record_row(books, "currencyrate", "currencyRate", key) for key, _ in numbered])
    books.execute("UPDATE sandbox_counter SET next = ? WHERE family = 'currencyrate'", (first + len(numbered),))


def add_rate(books: Books, base: int, currency: int, rate: Decimal, day: date) -> int:
    """Enter the rate of a day: one unit of `currency` is `rate` units of `base`. Returns the record's id."""
    number = books.next_id("currencyrate")
    books.insert("currencyrate", _rate_row(books, number, base, currency, rate, day))
    _record(books, "currencyrate", "currencyRate", number)
    return number


def _rate_row(books: Books, number: int, base: int, currency: int, rate: Decimal, day: date) -> dict[str, Any]:
    return {
        "id": number,
        "basecurrency": base,
        "transactioncurrency": currency,
        "exchangerate": stored(rate),
        "effectivedate": stored_day(day),
        "lastmodifieddate": books.stamp,
    }
