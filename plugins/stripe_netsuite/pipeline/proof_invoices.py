"""Bring H4's two sides together: Stripe's invoices as read, and what NetSuite shows unpaid of their records.

Looked at are the invoices read within the look-back, and every one that NetSuite shows open. What no field of the
invoice explains is asked about at both sides, invoice by invoice, up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.money import Money
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.proof_queries import applied_to, open_invoices, unpaid_amounts
from stripe_netsuite.pipeline.proof_scope import LOOK_BACK
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.reconcile.proof_invoice import (
    Explanation,
    InvoiceState,
    InvoiceTally,
    is_explained,
    prove_invoices,
    tally_invoices,
)
from stripe_netsuite.staging.links import read_links
from stripe_netsuite.staging.objects import read_payloads
from stripe_netsuite.staging.proof_reads import linked_invoices, linked_transactions

_ASKED = 25
_OUT_OF_BAND = "C8 paid out of band"
_CHUNK = 500


class StripeInvoice(msgspec.Struct, frozen=True):
    """What H4 reads of an invoice: what is open, and what may have paid it besides a payment."""

    id: str
    currency: str
    status: str
    total: int
    amount_remaining: int
    amount_paid_off_stripe: int | None = None
    pre_payment_credit_notes_amount: int | None = None
    starting_balance: int | None = None
    ending_balance: int | None = None


class _Paid(msgspec.Struct, frozen=True):
    type: str
    payment_intent: str | None = None
    charge: str | None = None


class _InvoicePayment(msgspec.Struct, frozen=True):
    id: str
    object: str
    created: int
    status: str
    payment: _Paid
    amount_paid: int | None = None


class _Charge(msgspec.Struct, frozen=True):
    id: str
    object: str
    created: int
    status: str


_decoder = msgspec.json.Decoder(StripeInvoice)


def invoice_verdicts(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    """H4: what is open of each invoice in NetSuite is what is open in Stripe, or has a named reason."""
    if account.mode == "reconcile_only":
        return [Verdict("H4", "invoices", "not_provable", detail="G3: another system books this account's invoices")]
    base = services.books(account).base_currency
    tallies = {base: InvoiceTally(base)}
    looked_at: set[str] = set()
    asking = _Asking(services, account)
    for page in _recent(services, run, account):
        unpaid = unpaid_amounts(services.netsuite, [number for number, _ in page.values()])
        looked_at.update(number for number, amount in unpaid.items() if amount)
        tally_invoices(asking.states(page, unpaid), tallies)
    for page, unpaid in _older_open(services, account, looked_at):
        tally_invoices(asking.states(page, unpaid), tallies)
    return prove_invoices(tallies.values())


def _recent(services: Services, run: Run, account: StripeAccount) -> Iterator[dict[str, tuple[str, bytes]]]:
    """Give the linked invoices of the look-back in pages; no connection stays open between two of them."""
    after = ""
    while True:
        with services.engine.connect() as connection:
            page = linked_invoices(
                connection, services.netsuite_account, account.id, run.window.start - LOOK_BACK, after
            )
        if not page:
            return
        yield page
        after = max(page)


def _older_open(
    services: Services, account: StripeAccount, looked_at: set[str]
) -> Iterator[tuple[dict[str, tuple[str, bytes]], dict[str, Decimal]]]:
    """Give the account's invoices that NetSuite shows open and no window of the look-back read."""
    since = services.books(account).sync_start
    numbers = [number for number, _ in open_invoices(services.netsuite, since) if number not in looked_at]
    for start in range(0, len(numbers), _CHUNK):
        with services.engine.connect() as connection:
            rows = linked_transactions(connection, services.netsuite_account, numbers[start : start + _CHUNK])
            ours = {
                row.stripe_id: number
                for number, row in rows.items()
                if row.stripe_account == account.id and row.role == Role.MAIN.value
            }
            payloads = read_payloads(connection, account.id, "invoice", ours)
        page = {stripe_id: (ours[stripe_id], payload) for stripe_id, payload in payloads.items()}
        yield page, unpaid_amounts(services.netsuite, [number for number, _ in page.values()])


def explanations_of(invoice: StripeInvoice) -> list[Explanation]:
    """Return what the invoice itself says about being paid by something that is not a payment in NetSuite."""
    found: list[Explanation] = []
    if invoice.status == "void":
        found += [
            Explanation("C7 voided and credited", -invoice.amount_remaining),
            Explanation("C7 voided in Stripe, open in NetSuite", invoice.total - invoice.amount_remaining),
        ]
    if invoice.status == "uncollectible":
        found.append(Explanation("C7 uncollectible and credited", -invoice.amount_remaining))
    if invoice.amount_paid_off_stripe:
        found.append(Explanation(_OUT_OF_BAND, invoice.amount_paid_off_stripe))
    if invoice.pre_payment_credit_notes_amount:
        found.append(Explanation("C10 credit note", invoice.pre_payment_credit_notes_amount))
    if invoice.ending_balance is not None and invoice.starting_balance:
        found.append(Explanation("C11 customer balance", invoice.ending_balance - invoice.starting_balance))
    return [one for one in found if one.minor]


class _Asking:
    """Turns a page into states; asks both sides about what the invoices themselves do not explain."""

    def __init__(self, services: Services, account: StripeAccount) -> None:
        self._services = services
        self._account = account
        self._left = _ASKED

    def states(self, page: Mapping[str, tuple[str, bytes]], unpaid: Mapping[str, Decimal]) -> Iterable[InvoiceState]:
        """Return the page's invoices with their explanations."""
        for stripe_id, (number, payload) in page.items():
            invoice = _decoder.decode(payload)
            amount = unpaid.get(number)
            held = None if amount is None else Money.from_major(amount, invoice.currency)
            state = InvoiceState(
                stripe_id, Money(invoice.amount_remaining, invoice.currency), held, explanations_of(invoice)
            )
            if held is not None and not is_explained(state) and self._left:
                self._left -= 1
                more = [*state.explanations, *self._by_payments(invoice, number)]
                state = InvoiceState(state.stripe_id, state.stripe, held, more)
            yield state

    def _by_payments(self, invoice: StripeInvoice, number: str) -> list[Explanation]:
        """E1, D2: a payment that is not booked yet, one that a person moved here, and one that was moved away."""
        services, account = self._services, self._account
        applied = applied_to(services.netsuite, [number]).get(number, {})
        paid, off_stripe = self._payments(invoice.id)
        with services.engine.connect() as connection:
            links = read_links(connection, services.netsuite_account, account.id, paid)
            known = linked_transactions(connection, services.netsuite_account, applied)
        found = [Explanation(_OUT_OF_BAND, off_stripe)] if off_stripe else []
        for charge, minor in paid.items():
            link = links.get((charge, Role.MAIN))
            if link is None:
                found.append(Explanation("its payment is not booked yet", min(minor, invoice.total)))
                continue
            here = applied.get(link.internal_id, Decimal(0))
            missing = minor - Money.from_major(here, invoice.currency).minor
            if missing:
                found.append(Explanation("E1 its payment was applied otherwise by a person", missing))
        for record, amount in applied.items():
            row = known.get(record)
            if row is not None and row.role == Role.MAIN.value and row.stripe_id not in paid:
                moved = Money.from_major(amount, invoice.currency).minor
                found.append(Explanation("E1 paid by a payment that a person moved here", -moved))
        return found

    def _payments(self, invoice_id: str) -> tuple[dict[str, int], int]:
        """Ask Stripe which charges paid an invoice, how much each, and how much was paid outside it; minor units."""
        client = self._services.stripe(self._account)
        paid: dict[str, int] = {}
        off_stripe = 0
        for page in client.list_pages("/v1/invoice_payments", {"invoice": invoice_id}, row_type=_InvoicePayment):
            for one in page:
                if one.status != "paid" or not one.amount_paid:
                    continue
                if one.payment.type == "payment_record":
                    off_stripe += one.amount_paid
                charges = [one.payment.charge] if one.payment.charge else []
                if one.payment.payment_intent:
                    params = {"payment_intent": one.payment.payment_intent}
                    pages = client.list_pages("/v1/charges", params, row_type=_Charge)
                    charges = [row.id for rows in pages for row in rows if row.status == "succeeded"]
                for charge in charges[:1]:
                    paid[charge] = paid.get(charge, 0) + one.amount_paid
        return paid, off_stripe
