"""The account's state: its clock, its objects by type, what is due later, and the event every change leaves.

Promises: the clock never goes back; whatever changes an object goes through `add` or `change`, which write the event
with the object's snapshot at that moment; things scheduled for one instant happen in the order they were scheduled.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from sandbox.stripe.base.country import account_object, default_fee_tax
from sandbox.stripe.base.identity import IdSource
from sandbox.stripe.base.ledger import Ledger
from sandbox.stripe.base.shelf import Json, Shelf

DEFAULT_ACCOUNT = "acct_sandbox_us"
EVENT_API_VERSION = "2025-03-31.basil"  # the account's default: events are rendered in it, not in the caller's version
EVENT_HORIZON_S = 30 * 86_400  # docs.stripe.com/api/events: events are kept for 30 days

# Stripe's resting values by object type, in several files: billing.json, money.json, … Kept as JSON: decoding it anew
# for every object is several times quicker than a deep copy.
_BLANK: dict[str, msgspec.Raw] = {
    kind: values
    for path in sorted((Path(__file__).parent / "blank").glob("*.json"))
    for kind, values in msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw]).items()
}

# Object types that can be fetched: the prefix of their ids, and the fields that lists are often filtered by.
PREFIXES = {
    "application_fee": "fee",
    "balance_transaction": "txn",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "coupon",
    "credit_note": "cn",
    "credit_note_line_item": "cnli",
    "customer": "cus",
    "customer_balance_transaction": "cbtxn",
    "customer_cash_balance_transaction": "ccsbtxn",
    "discount": "di",
    "dispute": "du",
    "event": "evt",
    "fee_refund": "fr",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "payment_intent": "pi",
    "payout": "po",
    "plan": "plan",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "quote": "qt",
    "refund": "re",
    "reporting.report_run": "frr",
    "subscription": "sub",
    "subscription_item": "si",
    "tax_rate": "txr",
    "topup": "tu",
    "transfer": "tr",
    "transfer_reversal": "trr",
}
# Fields that never change, by which lists are often filtered.
INDEXED = {
    "balance_transaction": ("source",),
    "charge": ("customer", "payment_intent"),
    "checkout.session": ("payment_intent", "subscription"),
    "credit_note": ("customer", "invoice"),
    "credit_note_line_item": ("credit_note",),
    "customer_balance_transaction": ("customer",),
    "customer_cash_balance_transaction": ("customer",),
    "dispute": ("charge", "payment_intent"),
    "invoice": ("customer",),
    "invoice_payment": ("invoice", "payment.payment_intent"),
    "invoiceitem": ("customer",),  # its invoice comes later, when it is pending
    "payment_intent": ("customer",),
    "price": ("product",),
    "refund": ("charge", "payment_intent"),
    "subscription": ("customer",),
    "subscription_item": ("subscription",),
    "transfer_reversal": ("transfer",),
}


def blank(kind: str, /, **fields: Any) -> Json:
    """A new object with Stripe's resting values, and `fields` in it; its id comes first, as Stripe writes it."""
    first = {"id": fields["id"]} if "id" in fields else {}
    return {**first, **msgspec.json.decode(_BLANK[kind]), **fields}


def unix(instant: datetime) -> int:
    """Unix seconds of an aware datetime. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} names no time zone; the sandbox wants an aware datetime.")
    return int(instant.timestamp())


def _told_of(earlier: Json, now: Json) -> Json:
    """The `previous_attributes`: of an object within, its changed members alone (null: it had none); an array whole."""
    told: Json = {}
    for name, value in earlier.items():
        current = now.get(name)
        if isinstance(value, dict) and isinstance(current, dict):
            members = {member: value.get(member) for member in {**value, **current}}
            value = _told_of({key: was for key, was in members.items() if current.get(key) != was}, current)  # noqa: PLW2901
        told[name] = value
    return told


class Account:
    """What every part of the world stands on.

    `start` is where the clock begins. The first of `settlement_currencies` is the account's default. Stripe's fees
    carry `fee_tax_percent` of tax, by default what the `country` takes. Events are rendered in `event_api_version`.
    """

    def __init__(
        self,
        seed: int,
        start: datetime,
        *,
        settlement_currencies: tuple[str, ...] = ("usd",),
        daily_payouts: bool = True,
        country: str = "US",
        account_id: str = DEFAULT_ACCOUNT,
        account_name: str = "Acme Inc",
        event_api_version: str = EVENT_API_VERSION,
        fee_tax_percent: Decimal | None = None,
    ) -> None:
        # The default account's ids depend on the seed alone; a further account's also on its own id.
        self.ids = IdSource(seed, "" if account_id == DEFAULT_ACCOUNT else account_id)
        self.now = unix(start)
        self.shelves = {name: Shelf(INDEXED.get(name, ())) for name in PREFIXES}
        self.ledger = Ledger(self.shelves["balance_transaction"], self.ids)
        self.settlement_currencies = settlement_currencies
        self.fee_tax_percent = default_fee_tax(country) if fee_tax_percent is None else fee_tax_percent
        self.account: Json = account_object(
            blank("account"), account_id, account_name, country, settlement_currencies[0], daily_payouts=daily_payouts
        )
        self._event_api_version = event_api_version
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._scheduled = 0

    @property
    def now_utc(self) -> datetime:
        """Where the clock stands."""
        return datetime.fromtimestamp(self.now, UTC)

    def advance_to(self, instant: datetime) -> None:
        """Let time pass up to and including `instant`. Raises ValueError if that lies before the clock."""
        until = unix(instant)
        if until < self.now:
            raise ValueError(f"The clock stands at {self.now_utc.isoformat()} and cannot go back to {instant}.")
        while self._due and self._due[0][0] <= until:
            self.now, _, action = heapq.heappop(self._due)
            self.ledger.release(self.now)
            action()
        self.now = until
        self.ledger.release(self.now)

    def schedule(self, at: int, action: Callable[[], None]) -> None:
        """Have `action` happen when the clock reaches `at` (Unix seconds; the past counts as now)."""
        heapq.heappush(self._due, (max(at, self.now), self._scheduled, action))
        self._scheduled += 1

    def get(self, object_type: str, item_id: str) -> Json:
        """The object. Raises KeyError naming type and id."""
        item = self.shelves[object_type].find(item_id)
        if item is None:
            raise KeyError(f"no such {object_type}: {item_id!r}")
        return item

    def add(self, item: Json, event: str | None) -> Json:
        """Put a new object on its shelf and write its event."""
        self.shelves[item["object"]].put(item)
        if event is not None:
            self.emit(event, item)
        return item

    def change(self, item: Json, event: str | None, **fields: Any) -> Json:
        """Set `fields` of an object; if any differs, write the event with what they were before."""
        earlier = {name: item.get(name) for name, value in fields.items() if item.get(name) != value}
        if earlier:
            item.update(fields)
            self.shelves[item["object"]].save(item)
            if event is not None:
                self.emit(event, item, _told_of(earlier, item) if event.endswith(".updated") else None)
        return item

    def tell_change(self, item: Json, event: str, earlier: Json) -> None:
        """Write one `.updated` event for several silent changes; `earlier`: the fields' values before the first of them."""
        changed = {name: value for name, value in earlier.items() if item.get(name) != value}
        if changed:
            self.emit(event, item, _told_of(changed, item))

    def emit(self, event_type: str, item: Json, previous: Json | None = None) -> None:
        """Write an event with a snapshot of `item` as it is now."""
        # A mutable snapshot would change with its object: it is kept as the bytes of this moment.
        snapshot = msgspec.Raw(self.shelves[item["object"]].encoded(item["id"]))
        data: Json = {"object": snapshot}
        if previous is not None:
            data["previous_attributes"] = previous
        self.shelves["event"].put(
            {
                "id": self.ids.next("evt"),
                "object": "event",
                "api_version": self._event_api_version,
                "created": self.now,
                "data": data,
                "livemode": False,
                "pending_webhooks": 0,
                "request": {"id": None, "idempotency_key": None},
                "type": event_type,
            }
        )
