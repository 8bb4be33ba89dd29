"""entities.yaml: which Stripe account books into which subsidiary, bank accounts and segments, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.window import accounting_zone
from stripe_netsuite.errors import ConfigurationError
from stripe_netsuite.mapping.part import (
    AccountSelector,
    Amount,
    ConnectionId,
    Currency,
    InternalIdText,
    MappingModel,
    RecordSelector,
)

StripeAccountId = Annotated[
    str,
    StringConstraints(pattern=r"^acct_[A-Za-z0-9_]{1,60}$"),
    Field(json_schema_extra={"x-allowed": "a Stripe account id, acct_…"}),
]

BodyFieldName = Annotated[
    str,
    StringConstraints(pattern=r"^custbody[a-z0-9_]{1,40}$"),
    Field(json_schema_extra={"x-allowed": "a custom transaction body field, custbody_…"}),
]


def _existing_zone(name: str) -> str:
    try:
        accounting_zone(name)
    except ConfigurationError:
        raise PydanticCustomError("zone", "is no time zone") from None
    except OSError:  # zoneinfo opens what it is given: a folder, or a name too long for a file
        raise PydanticCustomError("zone", "is no time zone") from None
    return name


ZoneName = Annotated[
    str,
    AfterValidator(_existing_zone),
    Field(json_schema_extra={"x-allowed": "an IANA time zone such as America/New_York"}),
]


class Segments(MappingModel):
    """Internal ids of the segments that every transaction of a Stripe account carries."""

    class_: InternalIdText | None = Field(default=None, alias="class")
    """Internal id of the class."""
    department: InternalIdText | None = None
    """Internal id of the department."""
    location: InternalIdText | None = None
    """Internal id of the location."""


class PaymentMethod(MappingModel):
    """The payment method that customer payments and refunds carry."""

    field: Literal["paymentOption", "paymentMethod"]
    """`paymentOption` with NetSuite's Payment Instruments feature, else `paymentMethod`."""
    id: InternalIdText
    """Internal id of the method."""


class StripeAccount(MappingModel):
    """One Stripe account and where it books."""

    id: StripeAccountId
    """The Stripe account's id: everything staged, linked and found is kept under it."""
    connection: ConnectionId = "stripe_default"
    """Airflow connection that holds the account's key."""
    subsidiary: RecordSelector
    """NetSuite subsidiary that everything is booked in."""
    base_currency: Currency
    """Base currency of that subsidiary (D4): three lower-case letters."""
    accounting_zone: ZoneName
    """Time zone in which an instant gets its accounting date (A4)."""
    sync_start: date = Field(json_schema_extra={"x-allowed": "a date, 2026-11-01, without quotes"})
    """First accounting date that is booked, in the accounting zone (A7)."""
    banks: Mapping[Currency, AccountSelector] = Field(min_length=1)
    """Currency (three lower-case letters) → the bank account that Stripe pays out to in it (F1)."""
    payouts: Literal["automatic", "by_hand"] = "automatic"
    """How Stripe pays out: by its schedule, or only when somebody asks for it (F10)."""
    clearing: Mapping[Currency, AccountSelector] = {}
    """Currency (three lower-case letters) → the account that stands for Stripe's balance in it (F10)."""
    mode: Literal["full", "reconcile_only"] = "full"
    """`full` books sales; under `reconcile_only` another system books them: they are only linked and deposited (G3)."""
    stripe_id_field: BodyFieldName | None = None
    """Transaction body field (custbody_…) in which the other system keeps the Stripe id, under `reconcile_only` (G3)."""
    segments: Segments = Segments()
    """Class, department and location of every transaction."""
    opening_balances: Mapping[Currency, Amount] = {}
    """Currency → Stripe's balance at the start of `sync_start`, in major units; without it, zero (H2)."""

    @property
    def zone(self) -> ZoneInfo:
        """The accounting zone."""
        return accounting_zone(self.accounting_zone)

    @property
    def sync_start_utc(self) -> datetime:
        """The first instant of `sync_start` in the accounting zone, in UTC."""
        return datetime.combine(self.sync_start, time(), self.zone).astimezone(UTC)

    def opening_balance(self, currency: str) -> Money:
        """Return Stripe's balance at the sync start; zero where none is given."""
        amount = self.opening_balances.get(currency)
        return Money(0, currency) if amount is None else Money.from_major(amount, currency)


class Entities(MappingModel):
    """The Stripe accounts, and the NetSuite account that all of them book into."""

    stripe_accounts: tuple[StripeAccount, ...] = Field(min_length=1)
    """The Stripe accounts to book, each with its own connection."""
    netsuite_connection: ConnectionId = "netsuite_default"
    """Airflow connection that holds the NetSuite credentials."""
    payment_method: PaymentMethod | None = None
    """Payment method of customer payments and refunds (D1); left empty without it."""
    accounting_book: RecordSelector | None = None
    """Accounting book that is read back in companies with several; the primary book without it."""
