"""The customer's credit balance: what they are owed or owe outside any invoice, and the ledger of how it came about.

Amounts are minor units of the customer's currency; negative is credit in the customer's favour. No event tells of a
balance transaction, and no money moves with one (docs.stripe.com/billing/customer/balance).
"""

from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable, least_charge
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.payments import Payments

TYPES = frozenset(
    {
        "adjustment",
        "applied_to_invoice",
        "checkout_session_subscription_payment",
        "checkout_session_subscription_payment_canceled",
        "credit_note",
        "initial",
        "invoice_overpaid",
        "invoice_too_large",
        "invoice_too_small",
        "migration",
        "unapplied_from_invoice",
        "unspent_receiver_credit",
    }
)


class CustomerBalance(Payments):
    """What can happen to the credit balances of customers, one for each currency."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._credit_balances: dict[tuple[str, str], int] = {}
        self._cash: dict[str, dict[str, int]] = {}

    def adjust_customer_balance(
        self,
        customer_id: str,
        amount: int,
        currency: str,
        description: str | None = None,
        *,
        type: str = "adjustment",  # noqa: A002 - Stripe's name
        metadata: dict[str, str] | None = None,
    ) -> Json:
        """Credit (negative) or debit the customer; it counts when the next invoice in the currency is finalised.

        A customer without a currency gets this one. Raises ValueError for a type that Stripe does not know.
        """
        if type not in TYPES:
            raise ValueError(f"{type!r} is no type of a customer balance transaction.")
        customer = self._customer(customer_id)
        check_billable(amount, currency, f"The balance of {customer_id}")
        return self._move_balance(customer, amount, currency, type, description=description, metadata=metadata or {})

    def credit_balances_of(self, customer_id: str) -> dict[str, int]:
        """The balances by currency (`invoice_credit_balance` of the customer)."""
        return {currency: left for (owner, currency), left in self._credit_balances.items() if owner == customer_id}

    def _move_balance(self, customer: Json, amount: int, currency: str, type_: str, **fields: Any) -> Json:
        """Write one balance transaction."""
        ending = self._credit_balances.get((customer["id"], currency), 0) + amount
        self._credit_balances[customer["id"], currency] = ending
        now: Json = {"currency": customer["currency"] or currency}
        if now["currency"] == currency:
            now["balance"] = ending
        self.change(customer, "customer.updated", **now)
        transaction = blank(
            "customer_balance_transaction",
            id=self.ids.next("cbtxn"),
            amount=amount,
            created=self.now,
            currency=currency,
            customer=customer["id"],
            ending_balance=ending,
            type=type_,
            **fields,
        )
        return self.add(transaction, None)

    def _use_balance(self, invoice: Json, customer: Json) -> Json:
        """Let the balance count for an invoice that is finalised now; returns the invoice's fields that follow."""
        fields, type_ = self._balance_fields(invoice)
        moved = fields["ending_balance"] - fields["starting_balance"]
        if moved:
            self._move_balance(customer, moved, invoice["currency"], type_, invoice=invoice["id"])
        return fields

    def _balance_fields(self, invoice: Json) -> tuple[Json, str]:
        """What the customer's balance makes of an invoice's total: balances before and after, and what is due.

        A negative total and what is left of a credit stay in the balance; an amount too small to be charged is carried
        over as a debit, unless the customer has a cash balance.
        """
        customer_id, currency = invoice["customer"], invoice["currency"]
        start = self._credit_balances.get((customer_id, currency), 0)
        due = invoice["total"] + start
        is_too_small = 0 < due < least_charge(currency) and not self.cash_balances_of(customer_id)
        left, due = (due, 0) if due <= 0 or is_too_small else (0, due)
        fields = {"starting_balance": start, "ending_balance": left, "amount_due": due, "amount_remaining": due}
        return fields, "invoice_too_small" if is_too_small else "applied_to_invoice"

    def _return_balance(self, invoice: Json) -> None:
        """Give back what an invoice that is voided had taken from the balance, or had put there."""
        moved = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
        customer = self.get("customer", invoice["customer"])
        if moved and not customer.get("deleted"):
            self._move_balance(customer, -moved, invoice["currency"], "unapplied_from_invoice", invoice=invoice["id"])

    def cash_balances_of(self, customer_id: str) -> dict[str, int]:
        """Cash that came by bank transfer and is not applied yet, by currency; see cash_balance.py."""
        return dict(self._cash.get(customer_id, {}))

    def _customer(self, customer_id: str) -> Json:
        """A customer that is there. Raises ValueError for a deleted one."""
        customer = self.get("customer", customer_id)
        if customer.get("deleted"):
            raise ValueError(f"{customer_id} is deleted.")
        return customer
