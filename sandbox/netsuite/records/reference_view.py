"""Reference data as GET shows it: accounts, currencies, subsidiaries, periods and rates, from their SuiteQL rows."""

from __future__ import annotations

from typing import Any

from sandbox.netsuite.books.amounts import exact
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.jsontext import Body
from sandbox.netsuite.records.catalog import RecordType


def reference_body(books: Books, record_type: RecordType, record_id: int) -> Body:
    """The body of a reference record; empty if it is gone."""
    row = books.row(f'SELECT * FROM "{record_type.family}" WHERE id = ?', (record_id,))  # noqa: S608 - a name of ours
    if row is None:
        return {}
    match record_type.name:
        case "account":
            return _account(dict(row))
        case "currency":
            return {
                "name": row["name"],
                "symbol": row["symbol"],
                "exchangeRate": exact(row["exchangerate"]),
                "currencyPrecision": {"id": str(row["currencyprecision"]), "refName": str(row["currencyprecision"])},
                "isBaseCurrency": row["isbasecurrency"] == "T",
                "isInactive": row["isinactive"] == "T",
            }
        case "subsidiary":
            return {
                "name": row["name"],
                "fullName": row["fullname"],
                "currency": {"id": str(row["currency"])},
                "country": {"id": row["country"], "refName": row["country"]},
                "isElimination": row["iselimination"] == "T",
                "isInactive": row["isinactive"] == "T",
            }
        case "accountingPeriod":
            return _period(dict(row))
        case _:
            return {
                "baseCurrency": {"id": str(row["basecurrency"])},
                "transactionCurrency": {"id": str(row["transactioncurrency"])},
                "exchangeRate": exact(row["exchangerate"]),
                "effectiveDate": row["effectivedate"][:10],
            }


def _account(row: dict[str, Any]) -> Body:
    body: Body = {
        "acctNumber": row["acctnumber"],
        "acctName": row["fullname"],
        "acctType": {"id": row["accttype"], "refName": row["accttype"]},
        "displayNameWithHierarchy": row["accountsearchdisplayname"],
        "isInactive": row["isinactive"] == "T",
        "subsidiary": {"items": [{"id": key} for key in row["subsidiary"].split(", ")]},
    }
    if row["currency"] is not None:
        body["currency"] = {"id": str(row["currency"])}
    return body


def _period(row: dict[str, Any]) -> Body:
    names = {
        "closed": "closed",
        "allLocked": "alllocked",
        "arLocked": "arlocked",
        "apLocked": "aplocked",
        "allowNonGLChanges": "allownonglchanges",
        "isAdjust": "isadjust",
        "isQuarter": "isquarter",
        "isYear": "isyear",
        "isPosting": "isposting",
        "isInactive": "isinactive",
    }
    flags = {name: row[column] == "T" for name, column in names.items()}
    dates = {"startDate": row["startdate"][:10], "endDate": row["enddate"][:10]}
    return {"periodName": row["periodname"], **dates, **flags}
