"""The records: types with counts, lists with search and paging, and one record with all that the books know of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from aiohttp import web

from sandbox.netsuite.books import views
from sandbox.netsuite.books.amounts import ZERO
from sandbox.netsuite.protocol.state import ACCOUNT, Account
from sandbox.netsuite.records.catalog import record_type
from sandbox.netsuite.records.view import record_view
from sandbox.netsuite.web.drawing import page
from sandbox.netsuite.web.fields import RecordBody, parts_of
from sandbox.netsuite.web.ledger_pages import subsidiary_ledgers
from sandbox.netsuite.web.places import RECORDS
from sandbox.pages.drawing import PageMissing, page_places, whole

EVERYTHING = "all"
_SIZES = (50, 200, 1000)
_FIRST_LINES = 200


async def types(request: web.Request) -> web.Response:
    """GET /records: every type that has records."""
    account = request.app[ACCOUNT]
    counts = views.record_counts(account.books)
    return page("types.html", account, here="records", title="Records", counts=counts, everything=EVERYTHING)


async def listing(request: web.Request) -> web.Response:
    """GET /records/{type}: `text`, `from`, `to` narrow it down; `page` from 1, `size` rows a page."""
    account = request.app[ACCOUNT]
    type_name = request.match_info["type"]
    if type_name != EVERYTHING and not _is_type(account, type_name):
        raise PageMissing(f"There is no record type {type_name}.")
    text = request.query.get("text", "").strip()
    days, wrong = _days(request)
    size = whole(request, "size", _SIZES[0])
    size = size if size in _SIZES else _SIZES[0]
    number = max(1, whole(request, "page", 1))
    found = views.records(
        account.books,
        type_name=None if type_name == EVERYTHING else type_name,
        text=text,
        day_from=days["from"],
        day_to=days["to"],
        offset=(number - 1) * size,
        limit=size,
    )
    query = {"text": text, **days, "size": size if size != _SIZES[0] else ""}
    last = max(1, -(-found.total // size))
    places = page_places(f"{RECORDS}/{type_name}", number, last, **query)
    return page(
        "list.html",
        account,
        here="records",
        title="All records" if type_name == EVERYTHING else type_name,
        type_name=type_name,
        is_mixed=type_name == EVERYTHING,
        found=found,
        wrong=wrong,
        text=text,
        days=days,
        size=size,
        sizes=_SIZES,
        number=number,
        last=last,
        places=places,
        everything=EVERYTHING,
    )


async def record(request: web.Request) -> web.Response:
    """GET /records/{type}/{id}: fields, sublists, G/L lines, applications, links; an account's postings.

    Long tables show their first lines; `?lines=all` shows every line.
    """
    account = request.app[ACCOUNT]
    type_name, segment = request.match_info["type"], request.match_info["id"]
    if not segment.isascii() or not segment.isdigit() or len(segment) > 18:
        raise PageMissing(f"{segment} is not an internal id.")
    listed = views.record(account.books, type_name, int(segment))
    if listed is None:
        raise PageMissing(f"There is no {type_name} {segment}.")
    most = None if request.query.get("lines") == "all" else _FIRST_LINES
    is_transaction = type_name == "fxReval" or _is_transaction(type_name)
    lines = views.postings(account.books, listed.id) if is_transaction else []
    return page(
        "record.html",
        account,
        here="records",
        title=f"{type_name} {listed.name}".strip(),
        listed=listed,
        body=_body(account, listed),
        lines=lines,
        sums=_sums(lines),
        told={name for line in lines for name in ("item", "customer", "memo") if getattr(line, name)},
        applications=views.applications(account.books, listed.id) if is_transaction else [],
        links=views.links(account.books, listed.id) if is_transaction else [],
        is_transaction=is_transaction,
        ledgers=subsidiary_ledgers(account.books, listed.id) if type_name == "account" else [],
        precisions={
            row["symbol"]: row["currencyprecision"]
            for row in account.books.rows("SELECT symbol, currencyprecision FROM currency")
        },
        most=most,
    )


def _body(account: Account, listed: views.Listed) -> RecordBody:
    kind = record_type(listed.type_name)
    if kind is None:  # a revaluation: NetSuite's record service does not show it either
        return RecordBody([], {})
    row = account.records.record_row(kind, listed.id)
    shown = record_view(account.books, kind, row, RECORDS, expand=True)
    return parts_of(shown, listed.precision)


def _sums(lines: list[views.Posting]) -> dict[str, Decimal]:
    """Debits and credits of all lines, in the transaction's currency (posting lines only) and in base currency."""
    posting = [line for line in lines if line.account is not None]
    return {
        "foreign_debit": sum((line.foreign for line in posting if line.foreign > 0), ZERO),
        "foreign_credit": -sum((line.foreign for line in posting if line.foreign < 0), ZERO),
        "base_debit": sum((line.base for line in posting if line.base > 0), ZERO),
        "base_credit": -sum((line.base for line in posting if line.base < 0), ZERO),
    }


def _is_type(account: Account, name: str) -> bool:
    found = record_type(name)
    return (found is not None and found.name == name) or name in views.record_counts(account.books)


def _is_transaction(name: str) -> bool:
    found = record_type(name)
    return found is not None and found.is_transaction


def _days(request: web.Request) -> tuple[dict[str, date | None], list[str]]:
    """The dates of the search form, and those parts of it that are no dates."""
    days: dict[str, date | None] = {"from": None, "to": None}
    wrong = []
    for name in days:
        text = request.query.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            wrong.append(text)
    return days, wrong
