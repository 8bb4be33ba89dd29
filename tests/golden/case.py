"""A golden case: Stripe objects and books, as JSON that a bookkeeper can read.

`in.json`: `rule`, `says`, `books` (what differs from BOOKS below), `stripe` (objects as Stripe's JSON, trimmed; an
instant may stand as `2026-11-01T15:00:00Z`), and `given`: what else the transform is told (NetSuite's side, mostly).
In the books of these cases an account's internal id is its role, and a currency's or subsidiary's its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from stripe_netsuite.domain.decoding import decode
from stripe_netsuite.domain.netsuite_record import PaymentMethod, RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, StripeObject
from stripe_netsuite.mapping import AccountRole
from stripe_netsuite.mapping.fields import Fields
from stripe_netsuite.transform.books import Books, CustomerPolicy, ItemPolicy, Period

FOLDER = Path(__file__).parent
Json = dict[str, Any]
Kind = TypeVar("Kind", bound=StripeObject)

_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
_ROLES = {role.value: role.value for role in AccountRole}
BOOKS = Books(
    stripe_account="acct_1",
    zone=ZoneInfo("America/New_York"),
    sync_start=date(2026, 11, 1),
    base_currency="usd",
    subsidiary_id="Acme Inc",
    receivable_account_id="accounts_receivable",
    undeposited_funds_account_id="undeposited_funds",
    income_account_id="item_income",
    discount_account_id="discount",
    bank_account_id_by_currency={code: f"bank_{code}" for code in ("usd", "eur", "gbp")},
    account_id_by_role=_ROLES,
    currency_id_by_code={code: code.upper() for code in ("usd", "eur", "gbp", "jpy", "kwd", "isk")},
    payment_method=PaymentMethod("paymentOption", "Stripe"),
)


def case_folders() -> list[Path]:
    """Return every case, by object and rule."""
    return sorted(path.parent for path in FOLDER.glob("*/*/in.json"))


def read_json(path: Path) -> Json:
    """Return the file's object."""
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


class Case:
    """The parts of `in.json`, typed."""

    def __init__(self, content: Json) -> None:
        self.given: Json = content.get("given", {})
        self._stripe: dict[str, list[Json]] = content.get("stripe", {})
        self.books = _books(content.get("books", {}))

    def all(self, object_type: str, kind: type[Kind]) -> list[Kind]:
        objects = [
            decode(object_type, json.dumps(_unix(one)).encode("utf-8")) for one in self._stripe.get(object_type, [])
        ]
        assert all(isinstance(one, kind) for one in objects)
        return objects  # type: ignore[return-value]

    def one(self, object_type: str, kind: type[Kind]) -> Kind:
        (only,) = self.all(object_type, kind)
        return only

    def first(self, object_type: str, kind: type[Kind]) -> Kind | None:
        return next(iter(self.all(object_type, kind)), None)

    @property
    def ledger(self) -> dict[str, BalanceTransaction]:
        """The ledger lines by id."""
        return {line.id: line for line in self.all("balance_transaction", BalanceTransaction)}


def _books(changes: Json) -> Books:
    values: Json = dict(changes)
    read: dict[str, Callable[[Any], Any]] = {
        "zone": ZoneInfo,
        "sync_start": date.fromisoformat,
        "customers": lambda policy: CustomerPolicy(**policy),
        "items": _item_policy,
        "fields": Fields.model_validate,
        "line_dates": tuple,
        "fail_open_threshold": lambda amounts: {code: Decimal(amount) for code, amount in amounts.items()},
        "segments": lambda segments: tuple(segments.items()),
        "periods": lambda rows: tuple(
            Period(date.fromisoformat(start), date.fromisoformat(end), state == "open") for start, end, state in rows
        ),
    }
    without = values.pop("no_account_for", [])
    values["account_id_by_role"] = {role: name for role, name in _ROLES.items() if role not in without}
    return replace(BOOKS, **{key: read[key](value) if key in read else value for key, value in values.items()})


def _item_policy(policy: Json) -> ItemPolicy:
    item_type = RecordType(policy.pop("item_type", RecordType.SERVICE_SALE_ITEM))
    return ItemPolicy(**policy, item_type=item_type)


def _unix(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unix(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_unix(one) for one in value]
    if isinstance(value, str) and _INSTANT.match(value):
        return int(datetime.fromisoformat(value).timestamp())
    return value
