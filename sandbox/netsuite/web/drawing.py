"""The NetSuite pages' frame: their names, their navigation, and whose books they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.netsuite.protocol.state import Account
from sandbox.netsuite.web.places import BOOKS, RECORDS, record_place
from sandbox.pages.drawing import Site

SITE = Site(
    brand="Sandbox NetSuite",
    home=f"{BOOKS}/",
    navigation=(
        ("balance", f"{BOOKS}/", "Trial balance"),
        ("records", RECORDS, "Records"),
        ("periods", f"{BOOKS}/periods", "Periods"),
        ("logins", f"{BOOKS}/logins", "Login audit"),
        ("requests", f"{BOOKS}/requests", "Requests"),
    ),
    templates=Path(__file__).parent / "templates",
    names={"record_place": record_place, "BOOKS": BOOKS, "RECORDS": RECORDS},
)


def page(template: str, account: Account, *, here: str, title: str, **values: Any) -> web.Response:
    """A page about an account's books."""
    return SITE.page(template, **whose(account), here=here, title=title, **values)


def whose(account: Account) -> dict[str, str]:
    """What the frame says of the account."""
    return {"subject": account.options.realm, "note": f"business day {account.books.today.isoformat()}"}
