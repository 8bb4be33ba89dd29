"""What happens to linked customers: new currencies (ACCOUNTING B4) and, where policy says so, changed fields (B3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import CustomerRecord, RecordType
from stripe_netsuite.domain.stripe_object import Customer
from stripe_netsuite.errors import NetSuiteRefused
from stripe_netsuite.pipeline.amendment import amend
from stripe_netsuite.pipeline.loading import PLANNED, Step
from stripe_netsuite.staging.customer_currencies import read_customer_currencies, write_customer_currencies
from stripe_netsuite.transform.customer_update import changed_fields


def remember_currencies(step: Step, records: Sequence[CustomerRecord]) -> None:
    """Note the currencies that customers were created with."""
    if step.run.dry_run:
        return
    links = step.links(record.stripe_id for record in records)
    pairs = [
        (links[record.stripe_id, Role.MAIN].internal_id, currency)
        for record in records
        if (record.stripe_id, Role.MAIN) in links
        for currency in record.currency_ids
    ]
    _remember(step, pairs)


def give_currencies(step: Step, needed: Mapping[str, set[str]]) -> None:
    """Add to each linked customer the currencies that its transactions need and it does not have (B4)."""
    links = step.links(needed)
    wanted = {
        (link.internal_id, step.books.currency_id_by_code[code])
        for (stripe_id, _), link in links.items()
        for code in needed[stripe_id]
        if code in step.books.currency_id_by_code and link.internal_id != PLANNED
    }
    stripe_id_by_internal_id = {link.internal_id: stripe_id for (stripe_id, _), link in links.items()}
    with step.services.engine.connect() as connection:
        known = read_customer_currencies(
            connection, step.services.netsuite_account, {internal_id for internal_id, _ in wanted}
        )
    currencies_by_customer: dict[str, list[str]] = {}
    for internal_id, currency in sorted(wanted - known):
        currencies_by_customer.setdefault(internal_id, []).append(currency)
    for internal_id, currencies in currencies_by_customer.items():
        has = _currencies_of(step.services.netsuite.get("customer", internal_id, expand=True))
        missing = [currency for currency in currencies if currency not in has]
        if missing:
            body = {"currencyList": {"items": [{"currency": {"id": currency}} for currency in missing]}}
            if not _patch(step, stripe_id_by_internal_id[internal_id], internal_id, body):
                continue
        if not step.run.dry_run:
            _remember(step, [(internal_id, currency) for currency in (*has, *currencies)])


def update_customers(step: Step, customers: Sequence[Customer]) -> None:
    """Carry changes of Stripe's fields over, field by field as customers.yaml says; the default is never (B3)."""
    updates = step.services.mapping.customers.updates
    if updates.name == updates.email == updates.phone == "never":
        return
    links = step.links(customer.id for customer in customers)
    for customer in customers:
        link = links.get((customer.id, Role.MAIN))
        if link is None or customer.deleted:
            continue
        current = step.services.netsuite.get("customer", link.internal_id)
        body = changed_fields(customer, current, {"name": updates.name, "email": updates.email, "phone": updates.phone})
        if body:
            _patch(step, customer.id, link.internal_id, body)


def _patch(step: Step, stripe_id: str, internal_id: str, body: Mapping[str, Any]) -> bool:
    """Change the customer; return False when NetSuite refused it: the other customers go on."""
    return amend(
        step, stripe_id, RecordType.CUSTOMER, internal_id, body, partial(_refusal, step, stripe_id, internal_id)
    )


def _refusal(step: Step, stripe_id: str, internal_id: str, error: NetSuiteRefused) -> Finding:
    return Finding(
        code="customer_update_refused",
        severity=Severity.WARNING,
        stage="upkeep",
        stripe_account=step.account.id,
        object_type="customer",
        stripe_id=stripe_id,
        netsuite_type=RecordType.CUSTOMER.value,
        netsuite_id=internal_id,
        message="NetSuite refused a change of the customer; the record stays as it is.",
        found=error.detail,
        suggestion="Read NetSuite's message, and change the record by hand.",
    )


def _remember(step: Step, pairs: Iterable[tuple[str, str]]) -> None:
    with step.services.engine.begin() as connection:
        write_customer_currencies(connection, step.services.netsuite_account, pairs)


def _currencies_of(record: Mapping[str, Any]) -> list[str]:
    listed = record.get("currencyList") or {}
    items = listed.get("items") or []
    ids = [str((item.get("currency") or {}).get("id") or "") for item in items]
    return [one for one in ids if one]
