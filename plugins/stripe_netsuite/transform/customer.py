"""Stripe customer → NetSuite customer (ACCOUNTING B1 to B4)."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.netsuite_record import CustomerRecord, Link
from stripe_netsuite.domain.stripe_object import Customer
from stripe_netsuite.transform.books import GLOBAL_CUSTOMER, Books
from stripe_netsuite.transform.outcome import Booked, Excluded, Outcome, Waiting

NAME_LENGTH = 83  # NetSuite's companyName; longer names are refused, not cut, by the record service
PERSON_LENGTH = 32


def customer_link(books: Books, customer_id: str | None) -> Link:
    """Return whose record a transaction belongs to: the customer's, or the global one (B1)."""
    if customer_id is None or books.customers.creation == "global":
        return Link(GLOBAL_CUSTOMER)
    return Link(customer_id)


def customer_from_stripe(customer: Customer, books: Books, currencies: Collection[str], *, is_needed: bool) -> Outcome:
    """Return the customer to create, or why none is.

    `currencies` are those it transacts in (B4); `is_needed` tells whether a transaction is waiting for it (B1).
    Link sheets, metadata and matching (B2) come first: this is asked only for customers that none of them found.
    """
    match books.customers.creation:
        case "global":
            return Excluded("B1: every transaction goes to the global customer")
        case "link_only":
            return _not_linked(customer, books) if is_needed else Excluded("B1: no transaction yet")
        case "create" if not is_needed:
            return Excluded("B1: no transaction yet")
        case "create" | "create_always":
            if customer.deleted:
                return _deleted(customer, books)
            return Booked((_customer_record(customer, books, currencies),))
        case _:
            assert_never(books.customers.creation)


def global_customer(books: Books, currencies: Collection[str]) -> CustomerRecord:
    """Return the one record for charges without a customer, and for all of them under the `global` policy (B1)."""
    codes = _known(books, currencies)
    return CustomerRecord(
        stripe_id=GLOBAL_CUSTOMER,
        external_id=external_id(books.customers.global_id),
        subsidiary_id=books.subsidiary_id,
        entity_id=books.customers.global_name[:NAME_LENGTH],
        company_name=books.customers.global_name[:NAME_LENGTH],
        comments="Charges of Stripe that name no customer",
        currency_id=books.currency_id_by_code[books.base_currency],
        currency_ids=tuple(books.currency_id_by_code[code] for code in codes),
    )


def _customer_record(customer: Customer, books: Books, currencies: Collection[str]) -> CustomerRecord:
    name = " ".join((customer.name or customer.description or customer.email or customer.id).split())
    first, last = _person(customer, name, books)
    codes = _known(books, currencies)
    primary = customer.currency if customer.currency in codes else codes[0]
    match books.customers.entity_id:
        case "stripe_id":
            entity_id: str | None = customer.id
        case "name":
            entity_id = name[:NAME_LENGTH]
        case "auto":
            entity_id = None
        case _:
            assert_never(books.customers.entity_id)
    return CustomerRecord(
        stripe_id=customer.id,
        external_id=external_id(customer.id),
        subsidiary_id=books.subsidiary_id,
        entity_id=entity_id,
        company_name=None if last else name[:NAME_LENGTH],
        first_name=first,
        last_name=last,
        email=customer.email,
        phone=customer.phone,
        comments=f"Stripe: {customer.id}",
        currency_id=books.currency_id_by_code[primary],
        currency_ids=tuple(books.currency_id_by_code[code] for code in codes),
        custom_fields=books.extra_fields("customer", customer),
    )


def _person(customer: Customer, name: str, books: Books) -> tuple[str | None, str | None]:
    """Return first and last name of an individual; metadata overrides the split at the first space (B2)."""
    first = customer.metadata.get("netsuite_first_name")
    last = customer.metadata.get("netsuite_last_name")
    if not (first and last):
        if books.customers.kind == "company":
            return None, None
        head, _, tail = name.partition(" ")
        first, last = first or head, last or tail or head
    return first[:PERSON_LENGTH], last[:PERSON_LENGTH]


def _known(books: Books, currencies: Collection[str]) -> list[str]:
    return sorted(code for code in currencies if code in books.currency_id_by_code) or [books.base_currency]


def _not_linked(customer: Customer, books: Books) -> Waiting:
    return Waiting(
        "customer_not_linked",
        (
            Finding(
                code="customer_not_linked",
                severity=Severity.CRITICAL,
                stage="load",
                stripe_account=books.stripe_account,
                object_type="customer",
                stripe_id=customer.id,
                message="The policy only links customers, and no NetSuite customer is linked to this one.",
                suggestion="Add a row to customers.csv, or set metadata netsuite_customer_id on the Stripe customer.",
            ),
        ),
    )


def _deleted(customer: Customer, books: Books) -> Waiting:
    return Waiting(
        "customer_deleted",
        (
            Finding(
                code="customer_deleted",
                severity=Severity.CRITICAL,
                stage="load",
                stripe_account=books.stripe_account,
                object_type="customer",
                stripe_id=customer.id,
                message="The customer was deleted in Stripe before it was booked, so its name is gone.",
                suggestion="Add a row to customers.csv that links it to a NetSuite customer.",
            ),
        ),
    )
