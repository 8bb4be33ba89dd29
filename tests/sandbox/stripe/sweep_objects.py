"""What no real account could hold: contradictions between the objects of a world, found by one sweep.

Each function gives sentences, one for a contradiction; none is what a faithful world has.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.stripe.api.expansion import FIELDS
from sandbox.stripe.world import World

Json = dict[str, Any]

PAST = {"created", "finalized_at", "paid_at", "voided_at", "marked_uncollectible_at", "canceled_at", "ended_at"}
# What lives on a connected account, which is another account's world.
ELSEWHERE = {
    "application_fee.charge",
    "charge.application_fee",
    "transfer.destination_payment",
    "transfer_reversal.destination_payment_refund",
}
YOUNGER = {  # objects that may name a younger one: what is made later for them, or as a consequence of them
    "charge.balance_transaction",
    "charge.failure_balance_transaction",
    "customer_balance_transaction.invoice",
    "invoice.latest_revision",
    "payment_intent.latest_charge",
    "payout.failure_balance_transaction",
    "payout.reversed_by",
    "quote.invoice",
    "quote.subscription",
    "refund.balance_transaction",
    "refund.failure_balance_transaction",
    "subscription.latest_invoice",
    "topup.balance_transaction",
    "checkout.session.payment_intent",
    "checkout.session.invoice",
    "checkout.session.subscription",
    "invoiceitem.invoice",
}


def contradictions(world: World) -> list[str]:
    """All that a sweep finds."""
    parts = (ids, instants, references, charges, intents, invoices, notes, subscriptions, disputes, payouts, ledger)
    return [f"{part.__name__}: {text}" for part in parts for text in part(world)]


def objects(world: World) -> Iterator[Json]:
    """Every object but the events."""
    for kind, shelf in world.shelves.items():
        if kind != "event":
            yield from shelf


def values(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within an object, with its field's name."""
    yield name, node
    if isinstance(node, dict):
        for field, value in node.items():
            yield from values(value, field)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, name)


def ids(world: World) -> Iterator[str]:
    """No id, invoice number or invoice prefix twice (a recurring price is also a plan)."""
    seen = Counter(item["id"] for item in objects(world) if item["object"] != "plan")
    seen.update(event["id"] for event in world.shelves["event"])
    seen.update(f"number {item['number']}" for item in world.shelves["invoice"] if item["number"])
    seen.update(f"number {item['number']}" for item in world.shelves["credit_note"])
    seen.update(f"prefix {item['invoice_prefix']}" for item in world.shelves["customer"])
    yield from (f"{name} occurs {count} times" for name, count in seen.items() if count > 1)


def instants(world: World) -> Iterator[str]:
    """Nothing has happened after now; no number is a float; a dinar ends in 0."""
    for item in objects(world):
        is_dinar = item.get("currency") == "kwd"
        for name, value in values(item):
            if isinstance(value, float):
                yield f"{item['id']} {name} is the float {value}"
            if name in PAST and isinstance(value, int) and value > world.now:
                yield f"{item['id']} {name} lies {value - world.now} s ahead"
            if (
                is_dinar
                and name in {"amount", "total", "net", "fee", "amount_due"}
                and isinstance(value, int)
                and value % 10
            ):
                yield f"{item['id']} {name} is {value} fils"


def references(world: World) -> Iterator[str]:
    """What is named exists, and is not younger unless it came of it; customer and currency agree."""
    for item in objects(world):
        kind = item["object"]
        for path, types in FIELDS[kind].expandable.items() if kind in FIELDS else ():
            kept = [target for target in types if target in world.shelves]
            for value in named(item, path.split(".")):
                if not isinstance(value, str) or not kept or f"{kind}.{path}" in ELSEWHERE:
                    continue
                found = next((it for target in kept if (it := world.shelves[target].find(value))), None)
                if found is None:
                    yield f"{item['id']} {path} names {value}, which is nowhere"
                else:
                    yield from disagreements(item, f"{kind}.{path}", found)


def named(node: Any, levels: list[str]) -> Iterator[Any]:
    """The values at a path, through lists."""
    if isinstance(node, list):
        for member in node:
            yield from named(member, levels)
    elif not levels:
        yield node
    elif isinstance(node, dict):
        yield from named(node.get(levels[0]), levels[1:])


def disagreements(item: Json, path: str, found: Json) -> Iterator[str]:
    """What an object and one that it names say differently."""
    if path not in YOUNGER and found.get("created", 0) > item.get("created", found.get("created", 0)):
        yield f"{item['id']} is older than {path}, {found['id']}"
    is_ledger = "balance_transaction" in {item["object"], found["object"]}
    for name in ("currency", "customer"):
        both = (
            name in item and name in found and found["object"] != "customer" and not (is_ledger and name == "currency")
        )
        if both and item[name] != found[name]:
            yield f"{item['id']} and {path}, {found['id']}, differ in {name}"


def charges(world: World) -> Iterator[str]:
    """Refunds, disputes, failure and ledger row of a charge are what it says of them."""
    disputed = {item["charge"] for item in world.shelves["dispute"] if item["status"] != "prevented"}
    refunded: defaultdict[str, int] = defaultdict(int)
    for refund in world.shelves["refund"]:
        if refund["status"] not in {"failed", "canceled"}:
            refunded[refund["charge"]] += refund["amount"]
        moves = refund["status"] == "succeeded" and world.get("charge", refund["charge"])["captured"]
        if moves and refund["balance_transaction"] is None:
            yield f"{refund['id']} succeeded without a row"
    for charge in world.shelves["charge"]:
        name = charge["id"]
        if charge["disputed"] != (name in disputed):
            yield f"{name} disputed={charge['disputed']}"
        # A bank debit that failed is put back by a refund object which is no refund to the customer.
        if charge["status"] != "failed" and charge["amount_refunded"] != refunded[name]:
            yield f"{name} says {charge['amount_refunded']} are refunded, its refunds {refunded[name]}"
        if charge["refunded"] != (charge["amount_refunded"] == charge["amount"]):
            yield f"{name} refunded={charge['refunded']}"
        if not charge["amount_refunded"] <= charge["amount"] >= charge["amount_captured"]:
            yield f"{name} captured or refunded more than it has"
        if (charge["status"] == "failed") != (charge["failure_code"] is not None):
            yield f"{name} is {charge['status']} with failure code {charge['failure_code']}"
        row = charge["balance_transaction"]
        if row is not None and world.get("balance_transaction", row)["source"] != name:
            yield f"{name} names another's row"
        is_due = charge["created"] < world.now - 600 and charge["captured"] and charge["status"] == "succeeded"
        if is_due and row is None:
            yield f"{name} succeeded and has no row"


def intents(world: World) -> Iterator[str]:
    """A payment intent's status is that of its charges."""
    for intent in world.shelves["payment_intent"]:
        name, status = intent["id"], intent["status"]
        keys = world.shelves["charge"].keys_with("payment_intent", name)
        mine = [world.get("charge", key[1]) for key in keys]
        received = sum(it["amount_captured"] for it in mine if it["status"] == "succeeded" and status == "succeeded")
        if intent["amount_received"] != received:
            yield f"{name} received {intent['amount_received']}, its charges {received}"
        if status == "succeeded" and (intent["latest_charge"] is None or intent["last_payment_error"] is not None):
            yield f"{name} succeeded with {intent['latest_charge']} and {intent['last_payment_error']}"
        if (status == "canceled") != (intent["canceled_at"] is not None and intent["cancellation_reason"] is not None):
            yield f"{name} is {status}, canceled at {intent['canceled_at']} for {intent['cancellation_reason']}"
        if (status == "requires_capture") != (intent["amount_capturable"] > 0):
            yield f"{name} is {status} with {intent['amount_capturable']} to capture"
        if any(it["captured"] and it["status"] == "succeeded" for it in mine) and status != "succeeded":
            yield f"{name} is {status} although a charge succeeded"


def invoices(world: World) -> Iterator[str]:
    """Statuses and their instants; payments by intents that paid; who owes is delinquent."""
    owing: set[str] = set()
    paying: set[str] = set()  # the newest change of any invoice counts: these may be delinquent or not
    for invoice in world.shelves["invoice"]:
        name, status, at = invoice["id"], invoice["status"], invoice["status_transitions"]
        if (at["finalized_at"] is None) != (status == "draft"):
            yield f"{name} is {status}, finalised at {at['finalized_at']}"
        for value, field in (("paid", "paid_at"), ("void", "voided_at")):
            if (status == value) != (at[field] is not None):
                yield f"{name} is {status} with {field} {at[field]}"
        if (status == "uncollectible") and at["marked_uncollectible_at"] is None:
            yield f"{name} is uncollectible since never"
        if status == "open" and (invoice["due_date"] or world.now) < world.now:
            owing.add(invoice["customer"])
        for _, key in world.shelves["invoice_payment"].keys_with("invoice", name):
            payment = world.get("invoice_payment", key)
            intent_id = payment["payment"].get("payment_intent")
            paid_by = None if intent_id is None else world.get("payment_intent", intent_id)["status"]
            if (payment["status"] == "paid" and paid_by not in {None, "succeeded"}) or (
                payment["status"] == "open" and paid_by in {"succeeded", "canceled"}
            ):
                yield f"{key} is {payment['status']} by an intent that is {paid_by}"
        if status == "paid":
            paying.add(invoice["customer"])
    for customer in world.shelves["customer"]:
        if customer["id"] in owing - paying and not customer["delinquent"]:
            yield f"{customer['id']} owes and is not delinquent"


def notes(world: World) -> Iterator[str]:
    """An invoice knows its credit notes, and a note's refunds are as large as it says."""
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for note in world.shelves["credit_note"]:
        if note["status"] == "issued":
            totals[note["invoice"]][0] += note["pre_payment_amount"]
            totals[note["invoice"]][1] += note["post_payment_amount"]
        for part in note["refunds"]:
            if world.get("refund", part["refund"])["amount"] < part["amount_refunded"]:
                yield f"{note['id']} refunds more than {part['refund']} does"
    for invoice in world.shelves["invoice"]:
        told = [invoice["pre_payment_credit_notes_amount"], invoice["post_payment_credit_notes_amount"]]
        if told != totals[invoice["id"]]:
            yield f"{invoice['id']} tells of notes {told}, the notes are {totals[invoice['id']]}"


def subscriptions(world: World) -> Iterator[str]:
    """A subscription that runs is in its period, holds its own items and names its newest invoice."""
    for subscription in world.shelves["subscription"]:
        name, status = subscription["id"], subscription["status"]
        for item in subscription["items"]["data"]:
            if item != world.get("subscription_item", item["id"]):
                yield f"{name} shows an old {item['id']}"
            is_in = item["current_period_start"] <= world.now <= item["current_period_end"]
            if status in {"active", "trialing", "past_due"} and not is_in:
                yield f"{name} is {status} outside its period"
        if (status in {"canceled", "incomplete_expired"}) != (subscription["ended_at"] is not None):
            yield f"{name} is {status}, ended at {subscription['ended_at']}"
        if subscription["latest_invoice"] is None:
            yield f"{name} has no invoice"


def disputes(world: World) -> Iterator[str]:
    """A dispute shows its ledger rows as they are."""
    rows: defaultdict[str, list[Json]] = defaultdict(list)
    for row in world.shelves["balance_transaction"]:
        rows[row["source"] or ""].append(row)
    for dispute in world.shelves["dispute"]:
        shown = sorted(dispute["balance_transactions"], key=lambda row: row["id"])
        if shown != sorted(rows[dispute["id"]], key=lambda row: row["id"]):
            yield f"{dispute['id']} shows other rows than the ledger has"


def payouts(world: World) -> Iterator[str]:
    """Nothing arrives before its day; a payout holds what was available; a failure has its code."""
    for payout in world.shelves["payout"]:
        name = payout["id"]
        if payout["status"] == "paid" and payout["arrival_date"] > world.now:
            yield f"{name} is paid before it arrives"
        if payout["status"] in {"pending", "in_transit"} and payout["arrival_date"] < world.now - 86_400:
            yield f"{name} is {payout['status']} after it arrived"
        if (payout["status"] == "failed") != (payout["failure_code"] is not None):
            yield f"{name} is {payout['status']} with {payout['failure_code']}"
        for _, key in world.ledger.keys_of_payout(name):
            row = world.get("balance_transaction", key)
            if row["type"] != "payout" and row["available_on"] > payout["created"]:
                yield f"{name} holds {key}, which was not available"


def ledger(world: World) -> Iterator[str]:
    """A row's amount is its object's, at its rate; none is available before it exists."""
    for row in world.shelves["balance_transaction"]:
        if row["available_on"] < row["created"]:
            yield f"{row['id']} is available before it was made"
        source = next(
            (it for kind in ("charge", "refund", "topup") if (it := world.shelves[kind].find(row["source"] or ""))),
            None,
        )
        if source is not None:
            worth = Decimal(source["amount"]) * (row["exchange_rate"] or 1)
            if abs(abs(row["amount"]) - worth) > 1 or (row["exchange_rate"] is None) != (
                source["currency"] == row["currency"]
            ):
                yield f"{row['id']} of {row['amount']} at {row['exchange_rate']} for {source['id']} of {source['amount']}"
