"""Small staged things with sensible defaults, for the tests of staging."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, FeeDetail, Payout
from stripe_netsuite.domain.window import Window
from stripe_netsuite.staging.journal import Intent
from stripe_netsuite.staging.links import LinkRow
from stripe_netsuite.staging.objects import StagedObject

NOW = datetime(2026, 11, 2, 8, 30, 15, 123456, tzinfo=UTC)
DAY = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
ACCOUNT = "acct_1"
NETSUITE = "1234567_SB1"


def staged(stripe_id: str = "ch_1", payload: bytes = b'{"v":1}', *, minute: int = 0, **changes: Any) -> StagedObject:
    """A charge fetched `minute` minutes after NOW."""
    fields: dict[str, Any] = {
        "stripe_account": ACCOUNT,
        "object_type": "charge",
        "stripe_id": stripe_id,
        "created": 1_793_500_000,
        "fetched_at": NOW + timedelta(minutes=minute),
        "api_version": "2026-10-28.endive",
        "payload": payload,
        "window": DAY,
        "run_id": "run-1",
    }
    return StagedObject(**(fields | changes))


def ledger_row(row_id: str = "txn_1", **changes: Any) -> BalanceTransaction:
    """A card charge of 10.00 USD with a fee of 0.59, pending."""
    fields: dict[str, Any] = {
        "id": row_id,
        "type": "charge",
        "reporting_category": "charge",
        "balance_type": "payments",
        "currency": "usd",
        "amount": 1000,
        "fee": 59,
        "net": 941,
        "created": 1_793_500_000,
        "available_on": 1_793_700_000,
        "status": "pending",
        "source": "ch_1",
        "exchange_rate": Decimal("1.09125"),
        "description": "Payment\tfor \\N invoice\nin_1 “größer”",
        "fee_details": [FeeDetail(amount=59, currency="usd", type="stripe_fee", description="Processing")],
    }
    return BalanceTransaction(**(fields | changes))


def link_row(stripe_id: str = "ch_1", internal_id: str = "101", **changes: Any) -> LinkRow:
    """A created customer payment's link."""
    fields: dict[str, Any] = {
        "netsuite_account": NETSUITE,
        "stripe_account": ACCOUNT,
        "stripe_id": stripe_id,
        "role": Role.MAIN,
        "record_type": RecordType.CUSTOMER_PAYMENT,
        "internal_id": internal_id,
        "external_id": stripe_id,
        "payload_hash": "abc",
        "body_total": Decimal("10.00"),
        "origin": "created",
        "mapping_version": "m1",
        "run_id": "run-1",
        "linked_at": NOW,
    }
    return LinkRow(**(fields | changes))


def intent(stripe_id: str = "ch_1", **changes: Any) -> Intent:
    """The intent to write a customer payment."""
    fields: dict[str, Any] = {
        "run_id": "run-1",
        "netsuite_account": NETSUITE,
        "stripe_account": ACCOUNT,
        "stripe_id": stripe_id,
        "role": Role.MAIN,
        "record_type": RecordType.CUSTOMER_PAYMENT,
        "external_id": stripe_id,
        "payload_hash": "abc",
        "body": '{"payment": 10.00}',
    }
    return Intent(**(fields | changes))


def payout(payout_id: str = "po_1", **changes: Any) -> Payout:
    """A paid automatic payout whose reconciliation is still running."""
    fields: dict[str, Any] = {
        "id": payout_id,
        "created": 1_793_500_000,
        "currency": "usd",
        "amount": 94_100,
        "arrival_date": 1_793_664_000,
        "automatic": True,
        "status": "paid",
        "reconciliation_status": "in_progress",
    }
    return Payout(**(fields | changes))


class SettableClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.current = now

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self.current

    def monotonic_s(self) -> float:
        """Return the same instant in seconds."""
        return self.current.timestamp()

    def sleep(self, duration_s: float) -> None:
        """Move on without waiting."""
        self.current += timedelta(seconds=duration_s)
