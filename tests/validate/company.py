"""A small Stripe account, staged: everything in it is right, and each test breaks one thing of a copy."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Engine

from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail
from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.ledger import stage_ledger
from stripe_netsuite.staging.objects import StagedObject, stage_objects

ACCOUNT = "acme"
NOW = datetime(2026, 11, 15, tzinfo=UTC)
DAY = 1793491200  # 2026-11-01T00:00:00Z
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))

Payload = dict[str, Any]


def customer(stripe_id: str = "cus_good", **fields: Any) -> Payload:
    return {"id": stripe_id, "created": DAY, "name": "Ada", "email": "ada@example.com", **fields}


def product(stripe_id: str = "prod_good", **fields: Any) -> Payload:
    return {"id": stripe_id, "created": DAY, "name": "Plan", **fields}


def price(stripe_id: str = "price_good", **fields: Any) -> Payload:
    return {"id": stripe_id, "created": DAY, "currency": "usd", "product": "prod_good", "unit_amount": 1000, **fields}


def coupon(stripe_id: str = "coupon_good", **fields: Any) -> Payload:
    return {"id": stripe_id, "created": DAY, "percent_off": 12.5, **fields}


def line(**fields: Any) -> Payload:
    return {
        "id": "il_1",
        "amount": 1000,
        "currency": "usd",
        "period": {"start": DAY, "end": DAY + 86400},
        "pricing": {"price_details": {"price": "price_good", "product": "prod_good"}},
        "discount_amounts": [{"amount": 100, "discount": "di_1"}],
        "taxes": [
            {"amount": 90, "tax_behavior": "exclusive"},
            {"amount": 7, "tax_behavior": "inclusive"},
        ],
        **fields,
    }


def invoice(stripe_id: str = "in_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY,
        "currency": "usd",
        "total": 990,
        "amount_remaining": 0,
        "status": "paid",
        "customer": "cus_good",
        "lines": {"data": [line()], "has_more": False},
        "status_transitions": {"finalized_at": DAY + 60},
        "discounts": [{"id": "di_1", "source": {"type": "coupon", "coupon": "coupon_good"}}],
        "total_discount_amounts": [{"amount": 100, "discount": "di_1"}],
        **fields,
    }


def invoice_payment(stripe_id: str = "inpay_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY,
        "currency": "usd",
        "invoice": "in_good",
        "status": "paid",
        "amount_paid": 990,
        "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
        **fields,
    }


def charge(stripe_id: str = "ch_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY,
        "currency": "usd",
        "amount": 990,
        "amount_captured": 990,
        "status": "succeeded",
        "captured": True,
        "customer": "cus_good",
        "balance_transaction": "txn_good",
        **fields,
    }


def refund(stripe_id: str = "re_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY + 100,
        "currency": "usd",
        "amount": 400,
        "status": "succeeded",
        "charge": "ch_good",
        "balance_transaction": "txn_good_refund",
        **fields,
    }


def dispute(stripe_id: str = "du_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY + 200,
        "currency": "usd",
        "amount": 300,
        "status": "needs_response",
        "charge": "ch_good",
        "reason": "fraudulent",
        "balance_transactions": [{"id": "txn_good_dispute"}],
        **fields,
    }


def payout(stripe_id: str = "po_good", **fields: Any) -> Payload:
    return {
        "id": stripe_id,
        "created": DAY + 3600,
        "currency": "usd",
        "amount": 531,
        "arrival_date": DAY + 86400,
        "automatic": True,
        "status": "paid",
        "reconciliation_status": "completed",
        **fields,
    }


def ledger_line(stripe_id: str = "txn_good", **fields: Any) -> BalanceTransaction:
    """A charge's line; `net` follows from amount and fee unless it is given."""
    values: Payload = {
        "type": "charge",
        "reporting_category": "charge",
        "balance_type": "payments",
        "currency": "usd",
        "amount": 990,
        "fee": 59,
        "created": DAY,
        "available_on": DAY + 86400,
        "status": "available",
        "source": "ch_good",
        "payout_id": "po_good",
        **fields,
    }
    values.setdefault("net", values["amount"] - values["fee"])
    values.setdefault("fee_details", [FeeDetail(amount=values["fee"], currency="usd", type="stripe_fee")])
    return BalanceTransaction(id=stripe_id, **values)


def good_objects() -> list[tuple[str, Payload]]:
    """One right object of each type, and what makes the rules that need company applicable."""
    return [
        ("customer", customer()),
        ("product", product()),
        ("price", price()),
        ("coupon", coupon()),
        ("coupon", coupon("coupon_amount", percent_off=None, amount_off=500, currency="usd")),
        ("invoice", invoice()),
        ("invoice_payment", invoice_payment()),
        ("charge", charge()),
        ("charge", charge("ch_euro", currency="eur", amount=1000, amount_captured=1000)),
        ("refund", refund()),
        ("dispute", dispute()),
        ("payout", payout()),
    ]


def good_ledger() -> list[BalanceTransaction]:
    return [
        ledger_line(),
        ledger_line(
            "txn_good_refund",
            type="refund",
            reporting_category="refund",
            amount=-400,
            fee=0,
            source="re_good",
            fee_details=[],
        ),
        ledger_line(
            "txn_good_dispute",
            type="adjustment",
            reporting_category="dispute",
            amount=-310,
            fee=0,
            source="du_good",
            fee_details=[],
            payout_id=None,
        ),
        ledger_line(
            "txn_good_payout",
            type="payout",
            reporting_category="payout",
            amount=-531,
            fee=0,
            source="po_good",
            fee_details=[],
        ),
        ledger_line("txn_euro", source="ch_euro", amount=1083, fee=0, exchange_rate=Decimal("1.0825"), payout_id=None),
    ]


def stage(
    engine: Engine,
    objects: Sequence[tuple[str, Payload | bytes]],
    ledger: list[BalanceTransaction],
    *,
    fetched_at: datetime = NOW,
    account: str = ACCOUNT,
) -> None:
    """Put objects (payload as JSON value, or as raw bytes of an object called `broken`) and ledger lines into staging."""
    rows = []
    for object_type, payload in objects:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        stripe_id = "broken" if isinstance(payload, bytes) else payload["id"]
        created = DAY if isinstance(payload, bytes) else payload["created"]
        rows.append(
            StagedObject(
                account, object_type, stripe_id, created, fetched_at, "2026-10-28.endive", raw, WINDOW, "run-0"
            )
        )
    with engine.begin() as conn:
        stage_objects(conn, rows)
        stage_ledger(conn, account, ledger, "run-0")


def without(payload: Payload, key: str) -> Payload:
    """Return a copy that lacks a field."""
    short = copy.deepcopy(payload)
    del short[key]
    return short
