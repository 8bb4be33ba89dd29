"""The record types: family (one id space, one external-id group), sublists with their keys, what may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TRANSACTION, ENTITY, ITEM = "transaction", "entity", "item"


@dataclass(frozen=True, slots=True)
class RecordType:
    """A REST record type. `sublists` maps a sublist to the fields that identify its lines."""

    name: str
    family: str
    sublists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    can_write: bool = True
    has_external_id: bool = True
    by_transform_only: bool = False
    """Created by transforming another record and in no other way; changed and deleted like any."""
    computed: frozenset[str] = frozenset()
    """Sublists that NetSuite fills; a body that carries one is not refused, and changes nothing."""

    @property
    def is_transaction(self) -> bool:
        """Whether it posts to the ledger."""
        return self.family == TRANSACTION

    @property
    def path(self) -> str:
        """Its URL path."""
        return f"/services/rest/record/v1/{self.name}"


_ITEM_SUBLISTS: Mapping[str, tuple[str, ...]] = {"subsidiary": ("id",), "price": ("priceLevel",)}
_APPLY = ("doc", "line")
_SALE: Mapping[str, tuple[str, ...]] = {"item": ("line",), "taxDetails": ("taxDetailsReference",)}

_TYPES = (
    RecordType(
        "customer",
        ENTITY,
        {"currencyList": ("currency",), "addressBook": ("internalId",), "contactRoles": ("contact",)},
        computed=frozenset({"contactRoles"}),
    ),
    RecordType("contact", ENTITY),
    RecordType("serviceSaleItem", ITEM, _ITEM_SUBLISTS),
    RecordType("serviceResaleItem", ITEM, _ITEM_SUBLISTS),
    RecordType("nonInventorySaleItem", ITEM, _ITEM_SUBLISTS),
    RecordType("nonInventoryResaleItem", ITEM, _ITEM_SUBLISTS),
    RecordType("discountItem", ITEM, {"subsidiary": ("id",)}),
    RecordType("invoice", TRANSACTION, _SALE),
    RecordType("creditMemo", TRANSACTION, {**_SALE, "apply": _APPLY}),
    RecordType("cashSale", TRANSACTION, _SALE),
    RecordType("cashRefund", TRANSACTION, _SALE),
    RecordType("customerPayment", TRANSACTION, {"apply": _APPLY, "credit": _APPLY, "deposit": ("doc",)}),
    RecordType("customerDeposit", TRANSACTION),
    RecordType("depositApplication", TRANSACTION, {"apply": _APPLY}, by_transform_only=True),
    RecordType("customerRefund", TRANSACTION, {"apply": _APPLY, "deposit": ("doc",)}),
    RecordType("deposit", TRANSACTION, {"payment": ("id",), "other": ("line",), "cashback": ("line",)}),
    RecordType("journalEntry", TRANSACTION, {"line": ("line",)}),
    RecordType("account", "account", {"subsidiary": ("id",)}, can_write=False),
    RecordType("currency", "currency", can_write=False),
    RecordType("subsidiary", "subsidiary", can_write=False),
    RecordType("accountingPeriod", "accountingperiod", can_write=False, has_external_id=False),
    RecordType("currencyRate", "currencyrate"),
)
_BY_FOLDED_NAME = {record_type.name.lower(): record_type for record_type in _TYPES}


def record_type(name: str) -> RecordType | None:
    """The type of a URL segment; NetSuite does not mind the case."""
    return _BY_FOLDED_NAME.get(name.lower())


def all_types() -> tuple[RecordType, ...]:
    """Every type, in the order of the catalogue."""
    return _TYPES
