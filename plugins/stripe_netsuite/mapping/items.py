"""items.yaml: which items invoice lines are booked on, and what created items look like (ACCOUNTING B5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stripe_netsuite.mapping.part import AccountSelector, MappingModel, RecordSelector

ItemType = Literal["serviceSaleItem", "serviceResaleItem", "nonInventorySaleItem", "nonInventoryResaleItem"]

LineField = Annotated[
    str,
    StringConstraints(pattern=r"^(revRecStartDate|revRecEndDate|custcol[a-z0-9_]{1,40})$"),
    Field(json_schema_extra={"x-allowed": "revRecStartDate, revRecEndDate, or a custom column custcol_…"}),
]

ProductId = Annotated[
    str,
    StringConstraints(pattern=r"^\S{1,255}$"),
    Field(json_schema_extra={"x-allowed": "a Stripe product id"}),
]


class ItemMatch(MappingModel):
    """The pair of fields by which existing items are found: whole value, case and blanks do not count (B5)."""

    stripe: Literal["nickname", "product_name", "id"]
    """Field of the price: its nickname, its product's name, or its id."""
    netsuite: Literal["itemid", "displayname"]
    """Field of the NetSuite item."""


class LineDates(MappingModel):
    """The line fields that carry the period a line is for; the end is the last day, as NetSuite counts (C2)."""

    start: LineField = "revRecStartDate"
    """Field of the first day."""
    end: LineField = "revRecEndDate"
    """Field of the last day."""


class Items(MappingModel):
    """Every choice about items."""

    policy: Literal["per_price", "global"] = "per_price"
    """`per_price` gives each price its own item, `global` books every price on the global item (B5)."""
    global_item: RecordSelector = RecordSelector(name="Stripe Generic Line Item")
    """Item of all prices under `policy: global`."""
    one_off_item: RecordSelector = RecordSelector(name="Stripe Item")
    """Item of lines that have no price of their own (B5, C5)."""
    partial_refund_item: RecordSelector = RecordSelector(name="Stripe Partial Refund")
    """Item of a partial refund's credit memo where policy.yaml does not mirror the invoice's lines (E2)."""
    dispute_item: RecordSelector = RecordSelector(name="Stripe Dispute Item")
    """Item of a dispute's credit memo where it does not mirror the invoice's lines (E4)."""
    item_type: ItemType = "serviceSaleItem"
    """Type of created items."""
    income_accounts: Mapping[ProductId, AccountSelector] = {}
    """Stripe product id → income account of the items created for its prices; `item_income` for all others."""
    discount: Literal["non_posting", "posting"] = "non_posting"
    """Whether discount items reduce the income of their line, or post to the `discount` account (B5, C3)."""
    match: ItemMatch | None = None
    """How to find existing items before one is created; by link sheet and external id alone without it (B5)."""
    line_dates: LineDates | None = None
    """Where the period of an invoice line goes; nowhere without it. revRecStartDate and revRecEndDate exist where a
    revenue recognition feature is on (C2)."""
