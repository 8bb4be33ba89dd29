"""What the Stripe pages show: accounts, clock, balances, payouts with the rows they settle, objects as Stripe writes them.

Receives the served accounts, changes nothing. Amounts leave minor units only here, for reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web

from sandbox.pages.drawing import PageMissing, instant, page_places, whole, with_query
from sandbox.pages.drawing import amount as shown_amount
from sandbox.stripe.api.accounts import Accounts
from sandbox.stripe.base.exchange import exponent
from sandbox.stripe.base.shelf import Json, Shelf, Slice
from sandbox.stripe.web.places import SITE, account_place, type_place
from sandbox.stripe.world import World

_ROWS = 50
_FIRST_LINES = 200
_COLUMNS = ("name", "amount", "currency", "status", "type")


@dataclass(frozen=True, slots=True)
class PayoutRows:
    """A payout's rows without its own, and their sums in minor units of its currency."""

    rows: list[Json]
    own: Json | None
    amount: int
    fee: int
    net: int


def whose(accounts: Accounts) -> dict[str, str]:
    """What the frame says."""
    count = len(accounts)
    return {
        "subject": f"{count} account{'s' if count != 1 else ''}",
        "note": f"clock {accounts.first.now_utc:%Y-%m-%d %H:%M:%S} UTC",
    }


async def home(accounts: Accounts, _request: web.Request) -> web.Response:
    """GET /_sandbox/: every account with its clock and balance."""
    rows = [(world, _name_of(world), _balances(world)) for world in accounts]
    return _page(accounts, "accounts.html", here="home", title="Accounts", rows=rows)


async def one_account(accounts: Accounts, request: web.Request) -> web.Response:
    """GET /_sandbox/accounts/{account}: balance, payouts (newest first, `?page=`), and what else there is."""
    world = _world(accounts, request)
    account_id = world.account["id"]
    payouts = list(world.shelves["payout"])[::-1]
    last = max(1, -(-len(payouts) // _ROWS))
    number = min(max(1, whole(request, "page", 1)), last)
    counts = {name: len(shelf) for name, shelf in world.shelves.items() if len(shelf)}
    return _page(
        accounts,
        "account.html",
        here="home",
        title=_name_of(world),
        world=world,
        balances=_balances(world),
        payouts=payouts[(number - 1) * _ROWS : number * _ROWS],
        payout_count=len(payouts),
        row_counts={item["id"]: max(0, len(world.ledger.keys_of_payout(item["id"])) - 1) for item in payouts},
        counts=counts,
        number=number,
        last=last,
        places=page_places(account_place(account_id), number, last),
    )


async def payout(accounts: Accounts, request: web.Request) -> web.Response:
    """GET …/payouts/{id}: the payout, its rows with fees, and whether they add up to it; `?lines=all` for every row."""
    world = _world(accounts, request)
    found = _found(world, "payout", request.match_info["id"])
    settled = _settled(world, found)
    return _page(
        accounts,
        "payout.html",
        here="home",
        title=f"payout {found['id']}",
        world=world,
        payout=found,
        settled=settled,
        most=None if request.query.get("lines") == "all" else _FIRST_LINES,
        type_of=_type_of,
        text=msgspec.json.format(world.shelves["payout"].encoded(found["id"]), indent=2).decode(),
    )


async def listing(accounts: Accounts, request: web.Request) -> web.Response:
    """GET …/{type}: the objects of a type, newest first; `?after=<id>` continues."""
    world = _world(accounts, request)
    object_type = request.match_info["type"]
    shelf = world.shelves.get(object_type)
    if shelf is None:
        raise PageMissing(f"There are no objects of type {object_type}.")
    after = request.query.get("after", "")
    cursor = Shelf.key(_found(world, object_type, after)) if after else None
    ids, has_more = shelf.page(Slice(_ROWS, starting_after=cursor))
    place = type_place(world.account["id"], object_type)
    rows = [_row(world.get(object_type, item_id)) for item_id in ids]
    return _page(
        accounts,
        "objects.html",
        here="home",
        title=object_type,
        world=world,
        object_type=object_type,
        rows=rows,
        shown={name: any(row[name] for row in rows) for name in _COLUMNS},
        total=len(shelf),
        after=after,
        place=place,
        following=with_query(place, after=ids[-1]) if has_more else None,
    )


async def one_object(accounts: Accounts, request: web.Request) -> web.Response:
    """GET …/{type}/{id}: the object as Stripe writes it."""
    world = _world(accounts, request)
    object_type, item_id = request.match_info["type"], request.match_info["id"]
    _found(world, object_type, item_id)
    text = msgspec.json.format(world.shelves[object_type].encoded(item_id), indent=2).decode()
    return _page(
        accounts,
        "object.html",
        here="home",
        title=f"{object_type} {item_id}",
        world=world,
        object_type=object_type,
        text=text,
    )


def _row(item: Json) -> dict[str, str]:
    """What a list shows of an object; empty where it has no such field."""
    minor, currency = item.get("amount", item.get("total")), item.get("currency") or ""
    is_money = isinstance(minor, int) and currency != ""
    return {
        "id": item["id"],
        "name": item.get("name") or item.get("description") or "",
        "amount": money(minor, currency) if is_money and minor is not None else "",
        "currency": currency.upper(),
        "status": item.get("status") or "",
        "type": item.get("type") or "",
        "created": instant(item["created"]) if "created" in item else "",
    }


def _page(accounts: Accounts, template: str, **values: Any) -> web.Response:
    return SITE.page(template, **whose(accounts), money=money, **values)


def money(minor: int, currency: str) -> str:
    """An amount in minor units with the currency's decimals."""
    decimals = exponent(currency)
    return shown_amount(Decimal(minor).scaleb(-decimals), decimals)


def _world(accounts: Accounts, request: web.Request) -> World:
    wanted = request.match_info["account"]
    for world in accounts:
        if world.account["id"] == wanted:
            return world
    raise PageMissing(f"There is no account {wanted}.")


def _found(world: World, object_type: str, item_id: str) -> Json:
    shelf = world.shelves.get(object_type)
    item = shelf.find(item_id) if shelf is not None else None
    if item is None:
        raise PageMissing(f"There is no {object_type} {item_id}.")
    return item


def _name_of(world: World) -> str:
    profile = world.account.get("business_profile") or {}
    return str(profile.get("name") or world.account["id"])


def _balances(world: World) -> list[tuple[str, int, int]]:
    """Currency, available, pending."""
    balance = world.balance()
    available = {entry["currency"]: entry["amount"] for entry in balance["available"]}
    pending = {entry["currency"]: entry["amount"] for entry in balance["pending"]}
    return [
        (currency, available.get(currency, 0), pending.get(currency, 0)) for currency in sorted({*available, *pending})
    ]


def _settled(world: World, found: Json) -> PayoutRows:
    keys = world.ledger.keys_of_payout(found["id"])
    rows = [world.get("balance_transaction", row_id) for _, row_id in keys]
    own = next((row for row in rows if row["source"] == found["id"] and row["type"] == "payout"), None)
    others = [row for row in rows if row is not own]
    sums = {name: sum(row[name] for row in others) for name in ("amount", "fee", "net")}
    return PayoutRows(others, own, **sums)


def _type_of(world: World, item_id: str) -> str | None:
    """The type of the object with an id, for a link to it."""
    return next(
        (
            name
            for name in ("charge", "refund", "payout", "dispute", "transfer", "topup", "application_fee")
            if world.shelves[name].find(item_id) is not None
        ),
        None,
    )
