"""Plays the golden cases of the load plan: what happens to one record, by what is linked and what NetSuite holds."""

from __future__ import annotations

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import Record, RecordGroup, record_group
from stripe_netsuite.domain.stripe_object import Customer, Invoice
from stripe_netsuite.load.body import payload_hash
from stripe_netsuite.load.plan import ActionKind, FoundRecord, Known, KnownLink, plan_load
from stripe_netsuite.transform.customer import customer_from_stripe
from stripe_netsuite.transform.invoice import invoice_from_stripe
from stripe_netsuite.transform.outcome import Booked
from tests.golden.answer import answer
from tests.golden.case import BOOKS, Case, Json


def play_load(case: Case) -> Json:
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


def _record(case: Case) -> Record:
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
    digest = payload_hash(_record(Case(row["booked_from"]))) if "booked_from" in row else None
    return KnownLink(record.record_type.value, row["internal_id"], digest, row.get("mapping", "this mapping"))
