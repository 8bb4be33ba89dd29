"""Plays a golden case: Stripe objects and books in, records and postings out, all as JSON that a bookkeeper can read.

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
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import (
    InternalId,
    PaymentMethod,
    Record,
    RecordGroup,
    RecordType,
    record_group,
)
from stripe_netsuite.domain.stripe_object import (
    BalanceTransaction,
    Charge,
    Coupon,
    Customer,
    Dispute,
    Invoice,
    InvoicePayment,
    Payout,
    Price,
    Product,
    Refund,
    StripeObject,
)
from stripe_netsuite.load.body import payload_hash
from stripe_netsuite.load.plan import ActionKind, FoundRecord, Known, KnownLink, plan_load
from stripe_netsuite.mapping import AccountRole
from stripe_netsuite.mapping.fields import Fields
from stripe_netsuite.pipeline.payout_booking import payout_books
from stripe_netsuite.reconcile.payout import BookedRecord, PayoutRecords, plan_deposit
from stripe_netsuite.transform.books import Books, CustomerPolicy, ItemPolicy, Period
from stripe_netsuite.transform.control import blocked, held
from stripe_netsuite.transform.customer import customer_from_stripe, global_customer
from stripe_netsuite.transform.customer_update import changed_fields
from stripe_netsuite.transform.dispute import dispute_from_stripe
from stripe_netsuite.transform.given_back import PaymentNow, Standing, Unapplied, applied_invoices, unapplied_part
from stripe_netsuite.transform.invoice import invoice_from_stripe, sale_lines
from stripe_netsuite.transform.item import discount_item_from_coupon, item_from_price, shared_item
from stripe_netsuite.transform.money_back import BookedPayment, failed_payment_from_charge, money_back_outcome
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting
from stripe_netsuite.transform.payment import customer_payment_from_charge
from stripe_netsuite.transform.refund import refund_from_stripe
from tests.golden.answer import answer, booked, shown
from tests.golden.payout_course import CoursePlay

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


def play(kind: str, case: Json) -> Json:
    """Return what `out.json` must say. `kind` is the name of the case's folder's folder."""
    return _PLAYERS[kind](_Case(case))


class _Case:
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


def _customer(case: _Case) -> Json:
    currencies = case.given.get("currencies", ["usd"])
    if case.given.get("global_customer"):
        return booked([global_customer(case.books, currencies)])
    customer = case.one("customer", Customer)
    return shown(customer_from_stripe(customer, case.books, currencies, is_needed=case.given.get("is_needed", True)))


def _customer_update(case: _Case) -> Json:
    customer = case.one("customer", Customer)
    changes = changed_fields(customer, case.given["netsuite"], case.given["updates"])
    return answer("booked" if changes else "excluded", "" if changes else "nothing to change", changes=changes)


def _item(case: _Case) -> Json:
    if "shared" in case.given:
        return booked([shared_item(case.given["shared"], case.books)])
    coupon = case.first("coupon", Coupon)
    if coupon is not None:
        return booked([discount_item_from_coupon(coupon, case.books)])
    return booked([item_from_price(case.one("price", Price), case.first("product", Product), case.books)])


def _invoice(case: _Case) -> Json:
    invoice = case.one("invoice", Invoice)
    return shown(held(invoice.metadata, "invoice", invoice.id, case.books) or invoice_from_stripe(invoice, case.books))


def _payment(case: _Case) -> Json:
    charge = case.one("charge", Charge)
    invoices = [invoice.metadata for invoice in case.all("invoice", Invoice)]
    waiting = held(charge.metadata, "charge", charge.id, case.books, invoices)
    if waiting is not None:
        return shown(waiting)
    unbooked = frozenset(case.given.get("invoices_before_sync_start", []))
    return shown(
        customer_payment_from_charge(
            charge,
            case.first("balance_transaction", BalanceTransaction),
            case.all("invoice_payment", InvoicePayment),
            unbooked,
            case.books,
            case.given.get("invoice_room_minor", {}),
        )
    )


def _money_back(case: _Case) -> Json:
    """What leaves a booked payment without an invoice; without a refund the ledger names the charge itself."""
    charge, transaction = case.one("charge", Charge), case.one("balance_transaction", BalanceTransaction)
    payment: BookedPayment | None = None
    if "payment" in case.given:
        row = case.given["payment"]
        kind = RecordType(row["record_type"])
        payment = BookedPayment(InternalId(row["internal_id"]), kind, is_ours=row.get("is_ours", True))
    refund = case.first("refund", Refund)
    if refund is None:
        assert payment is not None
        return shown(failed_payment_from_charge(charge, transaction, payment, case.books))
    waiting = blocked(refund.metadata, "refund", refund.id, case.books)
    unused = case.given.get("deposit_unused")
    outcome = money_back_outcome(
        refund, transaction, charge, payment, None if unused is None else Decimal(unused), case.books
    )
    assert outcome is not None
    return shown(waiting or outcome)


def _refund(case: _Case) -> Json:
    return _given_back(case, case.one("refund", Refund), refund_from_stripe)


def _dispute(case: _Case) -> Json:
    return _given_back(case, case.one("dispute", Dispute), dispute_from_stripe)


def _given_back(case: _Case, given: Any, transform: Callable[..., Outcome]) -> Json:
    """`given`: the payment's internal id, what it is applied to, and how much of it and of others is unapplied."""
    charge = case.first("charge", Charge)
    standing = Standing(is_refund_booked=case.given.get("is_booked", False), is_memo_named="credit_memo" in case.given)
    payment = None
    if case.given.get("payment") is not None and charge is not None:
        lines = {}
        for invoice in case.all("invoice", Invoice):
            found = sale_lines(invoice, case.books)
            assert not isinstance(found, Waiting)
            lines[invoice.id] = found
        rows = [(one["invoice"], Decimal(one["amount"])) for one in case.given.get("payment_is_applied_to", [])]
        applied = applied_invoices(rows, charge.currency, lines)
        put_back = [
            Unapplied(number, Money.from_major(Decimal(amount), charge.currency))
            for number, amount in case.given.get("put_back", {}).items()
        ]
        total = Money(charge.amount_captured - case.given.get("refunded_from_payment", 0), charge.currency)
        own = unapplied_part(case.given["payment"], total, applied)
        payment = PaymentNow(applied, (*put_back, own))
    ledger = {line.id: line for line in case.all("balance_transaction", BalanceTransaction)}
    return shown(transform(given, ledger, charge, payment, standing, case.books))


def _payout(case: _Case) -> Json:
    told = case.one("payout", Payout)
    played = CoursePlay(told, case.all("balance_transaction", BalanceTransaction), case.books, case.given)
    payout = played.deposit
    if payout is None:
        return played.without_deposit()
    books = payout_books(played.books, payout)
    assert books is not None
    records = PayoutRecords(
        by_link={_link_key(name): _booked_record(row) for name, row in case.given.get("netsuite", {}).items()},
        before_start=frozenset(case.given.get("before_sync_start", ())),
        charge_by_reversal=case.given.get("reversal_of", {}),
        part_by_deposit=case.given.get("parts", {}),
    )
    plan = plan_deposit(payout, played.lines, records, books)
    if plan.record is None:
        return answer("waiting", f"{plan.state}: {plan.reason}", findings=plan.findings)
    fields = case.books.extra_fields("deposit", payout)
    return played.with_deposit(
        [replace(one, custom_fields=fields) for one in (*plan.parts, plan.record)], plan.findings
    )


def _link_key(name: str) -> tuple[str, Role]:
    """`re_1` is the main record of a Stripe object, `re_1 (rf)` the one in that role."""
    stripe_id, _, role = name.removesuffix(")").partition(" (")
    return stripe_id, Role(role) if role else Role.MAIN


def _booked_record(row: Json) -> BookedRecord:
    amount, currency = row["stripe_amount"].split(" ")
    total, rate = row.get("total", amount), row.get("exchange_rate")
    return BookedRecord(
        internal_id=row["internal_id"],
        stripe_money=Money.from_major(Decimal(amount), currency.lower()),
        exists=row.get("exists", True),
        voided=row.get("voided", False),
        found_total=Decimal(total),
        found_account_id=row.get("account", "undeposited_funds"),
        found_subsidiary_id=row.get("subsidiary", "Acme Inc"),
        exchange_rate=None if rate is None else Decimal(rate),
        deposit_ids=tuple(row.get("deposits", ())),
    )


def _load(case: _Case) -> Json:
    """What happens to one record: `given` names our link, what NetSuite holds, and what else is linked."""
    record = _record(case)
    links = {
        (stripe_id, Role.MAIN): KnownLink("customer", "1", None, None)
        for stripe_id in case.given.get("also_linked", [])
    }
    if "link" in case.given:
        links[record.stripe_id, record.role] = _link(case.given["link"], record)
    found: dict[tuple[RecordGroup, str], FoundRecord] = {
        (record_group(record.record_type), row["external_id"]): FoundRecord(row["record_type"], row["internal_id"])
        for row in case.given.get("netsuite", [])
    }
    known = Known(
        stripe_account=BOOKS.stripe_account,
        mapping_version="this mapping",
        links=links,
        found_by_external_id=found,
        stripe_id_by_external_key={},
    )
    (action,) = plan_load([record], known).actions
    written = [action.record] if action.kind is ActionKind.CREATE else []
    reason = f"{action.reason}: {action.internal_id}" if action.internal_id else action.reason
    return answer(action.kind.value, reason, written, [action.finding] if action.finding else [])


def _record(case: _Case) -> Record:
    customer = case.first("customer", Customer)
    if customer is not None:
        outcome = customer_from_stripe(customer, case.books, ["usd"], is_needed=True)
    else:
        outcome = invoice_from_stripe(case.one("invoice", Invoice), case.books)
    assert isinstance(outcome, Booked), outcome
    (record,) = outcome.records
    return record


def _link(row: Json, record: Record) -> KnownLink:
    """The link of a record; `booked_from` is the case at the time of its booking, absent where a person linked it."""
    digest = payload_hash(_record(_Case(row["booked_from"]))) if "booked_from" in row else None
    return KnownLink(record.record_type.value, row["internal_id"], digest, row.get("mapping", "this mapping"))


_PLAYERS: dict[str, Callable[[_Case], Json]] = {
    "customer": _customer,
    "customer_update": _customer_update,
    "item": _item,
    "invoice": _invoice,
    "load": _load,
    "payment": _payment,
    "refund": _refund,
    "money_back": _money_back,
    "dispute": _dispute,
    "payout": _payout,
}
