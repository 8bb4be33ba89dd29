"""Typed objects out of staging, for one load step."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice
from typing import TypeVar

from msgspec import ValidationError

from stripe_netsuite.domain.decoding import decode
from stripe_netsuite.domain.stripe_object import BalanceTransaction, InvoicePayment, StripeObject
from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.staging.ledger import read_ledger, read_ledger_states
from stripe_netsuite.staging.objects import PendingObject, iter_pending, read_payloads
from stripe_netsuite.staging.relations import read_relations

Kind = TypeVar("Kind", bound=StripeObject)
_BATCH = 500


def pending(step: Step, object_type: str, kind: type[Kind]) -> Iterator[tuple[PendingObject, Kind]]:
    """Yield the objects created before the window's end that are not settled and not quarantined, oldest first."""
    only_ids = set(step.run.only_ids) or None
    with step.services.engine.connect() as connection:
        for row in iter_pending(
            connection,
            step.account.id,
            object_type,
            created_before=step.run.window.end_s,
            only_ids=only_ids,
            states=("pending", "waiting"),
        ):
            yield row, _typed(decode(object_type, row.payload), kind)


def cut(rows: Iterator[tuple[PendingObject, Kind]]) -> Iterator[list[tuple[PendingObject, Kind]]]:
    """Cut into lists, so that neither memory nor a query grows with the window."""
    while batch := list(islice(rows, _BATCH)):
        yield batch


def read_objects(step: Step, object_type: str, kind: type[Kind], ids: Collection[str]) -> dict[str, Kind]:
    """Return the staged objects with these ids; those that are not staged, or cannot be read, are missing.

    What cannot be read is quarantined with a finding of its own; whatever refers to it waits.
    """
    with step.services.engine.connect() as connection:
        payloads = read_payloads(connection, step.account.id, object_type, ids)
    objects: dict[str, Kind] = {}
    for stripe_id, payload in payloads.items():
        with suppress(ValidationError):
            objects[stripe_id] = _typed(decode(object_type, payload), kind)
    return objects


def sound_ledger(step: Step, ids: Collection[str]) -> dict[str, BalanceTransaction]:
    """Return these ledger lines by id, without those that validation quarantined."""
    with step.services.engine.connect() as connection:
        states = read_ledger_states(connection, step.account.id, ids)
        sound = [one for one in ids if states.get(one) not in (None, "quarantined")]
        rows = read_ledger(connection, step.account.id, ids=sound)
    return {row.id: row for row in rows}


def paid_invoices(step: Step, targets: Collection[str]) -> dict[str, list[InvoicePayment]]:
    """Return the paid invoice payments by the payment intent or charge that paid them."""
    return {
        target: [one for one in payments if one.status == "paid"]
        for target, payments in invoice_payments(step, targets).items()
    }


def invoice_payments(step: Step, targets: Collection[str]) -> dict[str, list[InvoicePayment]]:
    """Return all invoice payments by the payment intent or charge that pays them, whatever their status."""
    with step.services.engine.connect() as connection:
        ids_by_target = read_relations(connection, step.account.id, "invoice_payment", targets)
    every = {one for ids in ids_by_target.values() for one in ids}
    objects = read_objects(step, "invoice_payment", InvoicePayment, every)
    return {target: [objects[one] for one in ids if one in objects] for target, ids in ids_by_target.items()}


def _typed(stripe_object: StripeObject, kind: type[Kind]) -> Kind:
    if not isinstance(stripe_object, kind):
        raise InvariantBroken("a staged object of another type", subject=stripe_object.id, expected=kind.__name__)
    return stripe_object
