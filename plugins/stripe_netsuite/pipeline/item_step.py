"""Load step 2: items for prices, discount items for coupons, and the shared ones (ACCOUNTING B5)."""

from __future__ import annotations

from collections.abc import Collection

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import Coupon, Price, Product
from stripe_netsuite.netsuite_api.existing import lookup_items_by_field
from stripe_netsuite.pipeline.linking import (
    Matches,
    Named,
    link_fixed,
    link_matches,
    link_named,
    without_external_id,
)
from stripe_netsuite.pipeline.loading import Candidate, Step, load_candidates
from stripe_netsuite.pipeline.needed import excluded_before, needed_items, unlinked
from stripe_netsuite.pipeline.shared_items import offer_here
from stripe_netsuite.pipeline.staged import pending, read_objects
from stripe_netsuite.transform.books import DISPUTE_ITEM, GLOBAL_ITEM, ONE_OFF_ITEM, PARTIAL_REFUND_ITEM
from stripe_netsuite.transform.item import (
    DISCOUNT_METADATA_KEY,
    ITEM_METADATA_KEYS,
    discount_item_from_coupon,
    item_from_price,
    shared_item,
)
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting


def load_items(step: Step) -> None:
    """Link or create what invoices need; prices, products and coupons that nothing needs are not booked."""
    needed = needed_items(step)
    load_shared_items(step, needed.shared)
    _load_prices(step, needed.prices)
    _load_coupons(step, needed.coupons)
    _settle(step, "price", Price, needed.prices)
    _settle(step, "coupon", Coupon, needed.coupons)
    _settle(step, "product", Product, ())


def load_shared_items(step: Step, keys: Collection[str]) -> None:
    """Link or create the items that stand for no price: named by id in items.yaml, else created by name."""
    items = step.services.mapping.items
    selectors = {
        GLOBAL_ITEM: items.global_item,
        ONE_OFF_ITEM: items.one_off_item,
        PARTIAL_REFUND_ITEM: items.partial_refund_item,
        DISPUTE_ITEM: items.dispute_item,
    }
    new = unlinked(step, set(keys))
    by_id = {key: (selectors[key].value, step.books.items.item_type) for key in new if selectors[key].by == "id"}
    link_fixed(step, by_id)
    made = new - by_id.keys()
    load_candidates(
        step,
        [
            Candidate("item", key, None, Booked((shared_item(key, step.books),)))
            for key in sorted(made - offer_here(step, made))
        ],
    )


def _load_prices(step: Step, ids: set[str]) -> None:
    new = unlinked(step, ids)
    prices = read_objects(step, "price", Price, new)
    products = read_objects(step, "product", Product, {price.product for price in prices.values()})
    findings = _link_prices(step, prices, products)
    candidates: list[Candidate] = []
    for stripe_id in sorted(unlinked(step, set(prices))):
        finding = findings.get(stripe_id)
        price = prices[stripe_id]
        outcome: Outcome = (
            Waiting(finding.code, (finding,))
            if finding
            else Booked((item_from_price(price, products.get(price.product), step.books),))
        )
        candidates.append(Candidate("price", stripe_id, None, outcome))
    load_candidates(step, candidates)


def _link_prices(step: Step, prices: dict[str, Price], products: dict[str, Product]) -> dict[str, Finding]:
    named = [one for price in prices.values() if (one := _named_item(step, price))]
    answers = link_named(step, "item", named)
    match = step.services.mapping.items.match
    if match is not None:
        free = without_external_id(step, "item", [one for one in prices if one not in answers])
        value_by_id = {one: _match_value(prices[one], products, match.stripe) for one in free}
        values = [value for value in value_by_id.values() if value.strip()]
        found = lookup_items_by_field(step.services.netsuite, match.netsuite, values)
        answers |= link_matches(
            step,
            [
                Matches(one, found.get(value, ()), step.books.items.item_type, match.netsuite)
                for one, value in value_by_id.items()
            ],
        )
    return {stripe_id: finding for stripe_id, finding in answers.items() if finding is not None}


def _named_item(step: Step, price: Price) -> Named | None:
    """B5: the link sheet's row of the price, else of its product, then the price's metadata."""
    for stripe_id in (price.id, price.product):
        sheet = step.services.mapping.linked_item(step.account.id, stripe_id)
        if sheet is not None:
            return Named(price.id, sheet.record.value, sheet.record_type, "items.csv")
    for key, record_type in ITEM_METADATA_KEYS:
        if price.metadata.get(key):
            return Named(price.id, price.metadata[key], record_type, f"Metadata {key}")
    return None


def _match_value(price: Price, products: dict[str, Product], field: str) -> str:
    match field:
        case "nickname":
            return price.nickname or ""
        case "product_name":
            product = products.get(price.product)
            return product.name if product else ""
        case _:
            return price.id


def _load_coupons(step: Step, ids: set[str]) -> None:
    coupons = read_objects(step, "coupon", Coupon, unlinked(step, ids))
    named: list[Named] = []
    for coupon in coupons.values():
        sheet = step.services.mapping.linked_item(step.account.id, coupon.id)
        if sheet is not None:
            named.append(Named(coupon.id, sheet.record.value, sheet.record_type, "items.csv"))
        elif coupon.metadata.get(DISCOUNT_METADATA_KEY):
            internal_id = coupon.metadata[DISCOUNT_METADATA_KEY]
            named.append(Named(coupon.id, internal_id, RecordType.DISCOUNT_ITEM, f"Metadata {DISCOUNT_METADATA_KEY}"))
    answers = link_named(step, "item", named)
    new = unlinked(step, set(coupons))
    candidates: list[Candidate] = []
    for stripe_id in sorted(new - offer_here(step, new - answers.keys())):
        finding = answers.get(stripe_id)
        outcome: Outcome = (
            Waiting(finding.code, (finding,))
            if finding
            else Booked((discount_item_from_coupon(coupons[stripe_id], step.books),))
        )
        candidates.append(Candidate("coupon", stripe_id, None, outcome))
    load_candidates(step, candidates)


def _settle(step: Step, object_type: str, kind: type[Price | Coupon | Product], needed: Collection[str]) -> None:
    """Give every pending catalogue object its state: it has an item, or no invoice has used it yet."""
    hashes = {row.stripe_id: row.content_hash for row, _ in pending(step, object_type, kind)}
    hashes |= excluded_before(step, object_type, needed)
    links = {stripe_id for stripe_id, _ in step.links(hashes)}
    load_candidates(
        step,
        [
            Candidate(
                object_type,
                stripe_id,
                content_hash,
                Booked(()) if stripe_id in links else Excluded("B5: no invoice line has used it yet"),
            )
            for stripe_id, content_hash in hashes.items()
        ],
    )
