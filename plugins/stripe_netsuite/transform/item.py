"""Price → sale item, coupon → discount item (ACCOUNTING B5)."""

from __future__ import annotations

from decimal import Decimal

from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.netsuite_record import DiscountItemRecord, ItemRecord, Link, RecordType
from stripe_netsuite.domain.stripe_object import Coupon, InvoiceLine, Price, Product
from stripe_netsuite.transform.books import DISPUTE_ITEM, GLOBAL_ITEM, ONE_OFF_ITEM, PARTIAL_REFUND_ITEM, Books

_DISPLAY_LENGTH = 60
# The metadata keys that link a price to an existing item, in the order of B5, and the record type each names.
ITEM_METADATA_KEYS: tuple[tuple[str, RecordType], ...] = (
    ("netsuite_service_sale_item_id", RecordType.SERVICE_SALE_ITEM),
    ("netsuite_service_resale_item_id", RecordType.SERVICE_RESALE_ITEM),
    ("netsuite_non_inventory_sale_item_id", RecordType.NON_INVENTORY_SALE_ITEM),
    ("netsuite_non_inventory_resale_item_id", RecordType.NON_INVENTORY_RESALE_ITEM),
)
DISCOUNT_METADATA_KEY = "netsuite_discount_item_id"


def item_link(books: Books, line: InvoiceLine) -> Link:
    """Return the item of an invoice line: its price's, or the one for one-off amounts (B5)."""
    details = line.pricing.price_details if line.pricing else None
    if details is None:
        return Link(ONE_OFF_ITEM)
    if books.items.creation == "global":
        return Link(GLOBAL_ITEM)
    return Link(details.price)


def item_account_id(books: Books, line: InvoiceLine) -> str:
    """Return the income account of an item that we create for the line."""
    details = line.pricing.price_details if line.pricing else None
    if details is None:
        return books.income_account_id
    return books.income_account_id_by_product.get(details.product, books.income_account_id)


def item_from_price(price: Price, product: Product | None, books: Books) -> ItemRecord:
    """Return the item to create for a price. Its name is the price id; people read the display name."""
    name = product.name if product else price.product
    detail = price.nickname or ("" if price.unit_amount is None else str(Money(price.unit_amount, price.currency)))
    return ItemRecord(
        stripe_id=price.id,
        external_id=external_id(price.id),
        item_type=books.items.item_type,
        item_name=price.id,
        display_name=_display(f"{name} {detail}"),
        income_account_id=books.income_account_id_by_product.get(price.product, books.income_account_id),
        subsidiary_id=books.subsidiary_id,
        custom_fields=books.extra_fields("item", price),
    )


def shared_item(key: str, books: Books) -> ItemRecord:
    """Return one of the items that stand for no price: all prices (B5 `global`), one-off amounts, refunds (E2), disputes (E4)."""
    name_by_key = {
        GLOBAL_ITEM: books.items.global_name,
        ONE_OFF_ITEM: books.items.one_off_name,
        PARTIAL_REFUND_ITEM: books.items.partial_refund_name,
        DISPUTE_ITEM: books.items.dispute_name,
    }
    name = name_by_key[key]
    return ItemRecord(
        stripe_id=key,
        external_id=external_id(key),
        item_type=books.items.item_type,
        item_name=name,
        display_name=_display(name),
        income_account_id=books.income_account_id,
        subsidiary_id=books.subsidiary_id,
    )


def discount_item_from_coupon(coupon: Coupon, books: Books) -> DiscountItemRecord:
    """Return the discount item to create for a coupon; non-posting unless the policy says otherwise (B5).

    Its own rate is zero: the amount stands on each invoice line, as Stripe allocated it (A2).
    """
    return DiscountItemRecord(
        stripe_id=coupon.id,
        external_id=external_id(coupon.id),
        item_name=coupon.id,
        display_name=_display(coupon.name or coupon.id),
        rate=Decimal(0),
        account_id=books.discount_account_id if books.items.discount == "posting" else None,
        subsidiary_id=books.subsidiary_id,
        custom_fields=books.extra_fields("item", coupon),
    )


def _display(text: str) -> str:
    return " ".join(text.split())[:_DISPLAY_LENGTH]
