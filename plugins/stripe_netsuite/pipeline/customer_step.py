"""Load step 1: customers (ACCOUNTING B1 to B4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stripe_netsuite.domain.finding import Finding
from stripe_netsuite.domain.netsuite_record import CustomerRecord, RecordType
from stripe_netsuite.domain.stripe_object import Customer
from stripe_netsuite.netsuite_api.lookup import lookup_customers_by_field
from stripe_netsuite.pipeline.customer_upkeep import give_currencies, remember_currencies, update_customers
from stripe_netsuite.pipeline.linking import (
    Matches,
    Named,
    link_fixed,
    link_matches,
    link_named,
    without_external_id,
)
from stripe_netsuite.pipeline.loading import BATCH, Candidate, Step, load_candidates
from stripe_netsuite.pipeline.needed import excluded_before, needed_customers, unlinked
from stripe_netsuite.pipeline.settling import settle_intents
from stripe_netsuite.pipeline.staged import pending, read_objects
from stripe_netsuite.transform.books import GLOBAL_CUSTOMER
from stripe_netsuite.transform.control import blocked
from stripe_netsuite.transform.customer import customer_from_stripe, global_customer
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting


def load_customers(step: Step) -> None:
    """Link or create the customers that transactions need, give them their currencies, update what policy allows."""
    needed = needed_customers(step)
    changed = {row.stripe_id: row.content_hash for row, _ in pending(step, "customer", Customer)}
    changed |= excluded_before(step, "customer", needed)
    ids = sorted((changed.keys() | needed.keys()) - {GLOBAL_CUSTOMER})
    for start in range(0, len(ids), BATCH):
        _load_batch(step, ids[start : start + BATCH], needed, changed)
    if GLOBAL_CUSTOMER in needed:
        _load_global(step, needed[GLOBAL_CUSTOMER])
    give_currencies(step, needed)
    if not step.run.dry_run:
        # A change whose answer was lost stands by now: it was seen in NetSuite, or made again.
        settle_intents(step.services, step.account.id, {*ids, *needed})


def _load_batch(step: Step, ids: Sequence[str], needed: dict[str, set[str]], changed: dict[str, str]) -> None:
    customers = read_objects(step, "customer", Customer, ids)
    new = unlinked(step, set(customers))
    candidates = [
        customers[one] for one in sorted(new) if one in needed or step.books.customers.creation == "create_always"
    ]
    findings = _link_existing(step, candidates)
    still_new = unlinked(step, new)
    created = list(_candidates(step, customers, still_new, needed, changed, findings))
    load_candidates(step, created)
    remember_currencies(step, [r for c in created for r in c.records if isinstance(r, CustomerRecord)])
    linked = [customers[one] for one in sorted(customers.keys() - still_new) if one in changed]
    update_customers(step, linked)
    load_candidates(step, [Candidate("customer", c.id, changed[c.id], Booked(())) for c in linked])


def _candidates(
    step: Step,
    customers: dict[str, Customer],
    new: set[str],
    needed: dict[str, set[str]],
    changed: dict[str, str],
    findings: dict[str, Finding],
) -> Iterator[Candidate]:
    all_listed = set(step.account.banks) if step.services.mapping.customers.currencies == "all_listed" else set()
    for stripe_id in sorted(new):
        outcome: Outcome
        finding = findings.get(stripe_id)
        is_blocked = blocked(customers[stripe_id].metadata, "customer", stripe_id, step.books)
        if finding is not None:
            outcome = Waiting(finding.code, (finding,))
        elif is_blocked is not None and stripe_id in needed:
            outcome = is_blocked
        else:
            currencies = needed.get(stripe_id, set()) | all_listed
            outcome = customer_from_stripe(customers[stripe_id], step.books, currencies, is_needed=stripe_id in needed)
        yield Candidate("customer", stripe_id, changed.get(stripe_id), outcome)


def _link_existing(step: Step, customers: Sequence[Customer]) -> dict[str, Finding]:
    """Try link sheet, metadata, external id and field pair; return the findings of those that must wait."""
    named = [one for customer in customers if (one := _named(step, customer))]
    answers = link_named(step, "entity", named)
    match = step.services.mapping.customers.match
    if match is not None:
        rest = [c for c in customers if c.id not in answers and not c.deleted]
        free = set(without_external_id(step, "entity", [c.id for c in rest]))
        value_by_id = {c.id: str(getattr(c, match.stripe) or "") for c in rest if c.id in free}
        found = lookup_customers_by_field(
            step.services.netsuite, match.netsuite, [value for value in value_by_id.values() if value.strip()]
        )
        answers |= link_matches(
            step,
            [
                Matches(
                    stripe_id,
                    [f.internal_id for f in found.get(value, ()) if not f.is_inactive],
                    RecordType.CUSTOMER,
                    match.netsuite,
                )
                for stripe_id, value in value_by_id.items()
            ],
        )
    return {stripe_id: finding for stripe_id, finding in answers.items() if finding is not None}


def _named(step: Step, customer: Customer) -> Named | None:
    sheet = step.services.mapping.linked_customer(step.account.id, customer.id)
    if sheet is not None:
        return Named(customer.id, sheet.value, RecordType.CUSTOMER, "customers.csv")
    internal_id = customer.metadata.get("netsuite_customer_id")
    if internal_id:
        return Named(customer.id, internal_id, RecordType.CUSTOMER, "Metadata netsuite_customer_id")
    return None


def _load_global(step: Step, currencies: set[str]) -> None:
    if not unlinked(step, {GLOBAL_CUSTOMER}):
        return
    selector = step.services.mapping.customers.global_customer
    if selector.by == "id":
        link_fixed(step, {GLOBAL_CUSTOMER: (selector.value, RecordType.CUSTOMER)})
        return
    record = global_customer(step.books, currencies)
    load_candidates(step, [Candidate("customer", GLOBAL_CUSTOMER, None, Booked((record,)))])
    remember_currencies(step, [record])
