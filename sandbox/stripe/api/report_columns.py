"""What stands in a column of an itemized report: values of one ledger row, its payout and the objects behind it.

Amounts are decimals in major units (docs.stripe.com/reports/api); instants are texts in UTC or the run's time zone.
A column that the sandbox's objects know nothing of (`card_address_city`) stays empty.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from sandbox.stripe.base.exchange import exponent
from sandbox.stripe.base.shelf import Json, field_at
from sandbox.stripe.world import World

_ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger row with what belongs to it; an empty object stands for one that there is not."""

    row: Json
    payout: Json
    charge: Json
    customer: Json
    refund: Json
    dispute: Json
    transfer: Json
    invoice: Json
    zone: tzinfo


def entry_of(world: World, row: Json, payout: Json | None, zone: tzinfo) -> Entry:
    """Look up what belongs to a row."""
    source = row["source"]
    refund, dispute = _find(world, "refund", source), _find(world, "dispute", source)
    charge = _find(world, "charge", refund.get("charge") or dispute.get("charge") or source)
    return Entry(
        row=row,
        payout=payout or {},
        charge=charge,
        customer=_find(world, "customer", charge.get("customer")),
        refund=refund,
        dispute=dispute,
        transfer=_find(world, "transfer", source),
        invoice=_invoice_of(world, charge.get("payment_intent")),
        zone=zone,
    )


def cell(entry: Entry, column: str) -> str:
    """The text in a column."""
    if column.endswith("]"):
        return _metadata(entry, column)
    value = _VALUES[column](entry) if column in _VALUES else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def major(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal in major units."""
    return Decimal(amount).scaleb(-exponent(currency))


def at(instant: int | None, zone: tzinfo) -> str | None:
    """Unix seconds as reports write them."""
    return None if instant is None else datetime.fromtimestamp(instant, zone).strftime("%Y-%m-%d %H:%M:%S")


def _find(world: World, object_type: str, item_id: str | None) -> Json:
    found = None if item_id is None else world.shelves[object_type].find(item_id)
    return {} if found is None or "deleted" in found else found


def _invoice_of(world: World, intent: str | None) -> Json:
    payments = world.shelves["invoice_payment"]
    keys = [] if intent is None else payments.keys_with("payment.payment_intent", intent)
    payment = payments.find(keys[0][1]) if keys else None
    return {} if payment is None else _find(world, "invoice", payment["invoice"])


def _metadata(entry: Entry, column: str) -> str:
    name, _, key = column[:-1].partition("[")
    owner = {"payment_metadata": entry.charge, "refund_metadata": entry.refund}.get(name, entry.transfer)
    return str((owner.get("metadata") or {}).get(key, ""))


def _amount(name: str) -> Callable[[Entry], object]:
    return lambda entry: major(entry.row[name], entry.row["currency"])


def _local(get: Callable[[Entry], int | None]) -> Callable[[Entry], object]:
    return lambda entry: at(get(entry), entry.zone)


def _utc(get: Callable[[Entry], int | None]) -> Callable[[Entry], object]:
    return lambda entry: at(get(entry), UTC)


def _of(owner: str, path: str) -> Callable[[Entry], object]:
    return lambda entry: field_at(getattr(entry, owner), path)


def _customer_facing(entry: Entry) -> tuple[int, str] | None:
    """What the customer saw: the payment's, refund's or dispute's own amount and currency."""
    owner = entry.refund or entry.dispute or entry.charge
    return (owner["amount"], owner["currency"]) if owner else None


def _customer_facing_amount(entry: Entry) -> object:
    facing = _customer_facing(entry)
    if facing is None:
        return None
    sign = -1 if entry.row["amount"] < 0 else 1
    return sign * major(*facing)


def _withheld(entry: Entry) -> int:
    return sum(detail["amount"] for detail in entry.row["fee_details"] if detail["type"] == "withheld_tax")


_VALUES: dict[str, Callable[[Entry], object]] = {
    "automatic_payout_id": _of("payout", "id"),
    "automatic_payout_effective_at": _local(lambda entry: entry.payout.get("arrival_date")),
    "automatic_payout_effective_at_utc": _utc(lambda entry: entry.payout.get("arrival_date")),
    "balance_transaction_id": _of("row", "id"),
    "created": _local(lambda entry: entry.row["created"]),
    "created_utc": _utc(lambda entry: entry.row["created"]),
    "available_on": _local(lambda entry: entry.row["available_on"]),
    "available_on_utc": _utc(lambda entry: entry.row["available_on"]),
    "currency": _of("row", "currency"),
    "gross": _amount("amount"),
    "fee": _amount("fee"),
    "net": _amount("net"),
    "withheld_tax": lambda entry: major(_withheld(entry), entry.row["currency"]),
    "fee_net_of_withheld_tax": lambda entry: major(entry.row["fee"] - _withheld(entry), entry.row["currency"]),
    "reporting_category": _of("row", "reporting_category"),
    "source_id": _of("row", "source"),
    "description": _of("row", "description"),
    "customer_facing_amount": _customer_facing_amount,
    "customer_facing_currency": lambda entry: (_customer_facing(entry) or (0, None))[1],
    "customer_id": _of("charge", "customer"),
    "customer_email": _of("customer", "email"),
    "customer_name": _of("customer", "name"),
    "customer_description": _of("customer", "description"),
    **{f"customer_shipping_address_{part}": _of("customer", f"shipping.address.{part}") for part in _ADDRESS},
    **{f"customer_address_{part}": _of("customer", f"address.{part}") for part in _ADDRESS},
    **{f"shipping_address_{part}": _of("charge", f"shipping.address.{part}") for part in _ADDRESS},
    "charge_id": _of("charge", "id"),
    "payment_intent_id": _of("charge", "payment_intent"),
    "charge_created": _local(lambda entry: entry.charge.get("created")),
    "charge_created_utc": _utc(lambda entry: entry.charge.get("created")),
    "invoice_id": _of("invoice", "id"),
    "invoice_number": _of("invoice", "number"),
    "subscription_id": _of("invoice", "parent.subscription_details.subscription"),
    "payment_method_type": _of("charge", "payment_method_details.type"),
    "card_brand": _of("charge", "payment_method_details.card.brand"),
    "card_funding": _of("charge", "payment_method_details.card.funding"),
    "card_country": _of("charge", "payment_method_details.card.country"),
    "statement_descriptor": _of("charge", "calculated_statement_descriptor"),
    "dispute_reason": _of("dispute", "reason"),
    "connected_account_id": _of("transfer", "destination"),
    "destination_payment_id": _of("transfer", "destination_payment"),
    "payout_statement_descriptor": _of("payout", "statement_descriptor"),
    "trace_id": _of("payout", "trace_id.value"),
    "trace_id_status": _of("payout", "trace_id.status"),
}
