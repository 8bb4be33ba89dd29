"""The customer's cash balance: bank transfers that arrive before anyone says what they pay, and what becomes of them.

Amounts are minor units. Money of a cash balance enters the account's ledger when a payment takes all it needs from it
(docs.stripe.com/payments/customer-balance). Each movement is a cash balance transaction with its event.
"""

from typing import Any

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.amounts import check_billable
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.billing.invoices import Invoices

_SENDER = "Sender of the transfer"
_TRANSFER_BY_CURRENCY: dict[str, tuple[str, Json]] = {
    "eur": ("eu_bank_transfer", {"bic": "BANKDEAAXXX", "iban_last4": "7089", "sender_name": _SENDER}),
    "gbp": ("gb_bank_transfer", {"account_number_last4": "6789", "sender_name": _SENDER, "sort_code": "108800"}),
    "jpy": ("jp_bank_transfer", {"sender_bank": None, "sender_branch": None, "sender_name": _SENDER}),
    "usd": ("us_bank_transfer", {"network": "ach", "sender_name": _SENDER}),
}


class CashBalance(Invoices):
    """What can happen to the cash balances of customers."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._applied: dict[str, int] = {}  # payment intent -> cash it holds and has not been paid with yet

    def cash_balance_of(self, customer_id: str) -> Json:
        """The cash balance object of a customer."""
        return {
            "object": "cash_balance",
            "available": self.cash_balances_of(customer_id) or None,
            "customer": customer_id,
            "customer_account": None,
            "livemode": False,
            "settings": {"reconciliation_mode": "manual", "using_merchant_default": False},
        }

    def fund_cash_balance(
        self, customer_id: str, amount: int, currency: str = "usd", *, reference: str | None = None
    ) -> Json:
        """A bank transfer arrives. Raises ValueError for a currency in which Stripe takes no transfers."""
        self._customer(customer_id)
        if currency not in _TRANSFER_BY_CURRENCY:
            raise ValueError(f"No bank transfers in {currency}: {', '.join(sorted(_TRANSFER_BY_CURRENCY))} only.")
        if amount <= 0:
            raise ValueError(f"A transfer of {amount} is none.")
        check_billable(amount, currency, f"A transfer of {customer_id}")
        kind, details = _TRANSFER_BY_CURRENCY[currency]
        transfer = {kind: dict(details), "reference": reference, "type": kind}
        return self._move_cash(customer_id, amount, currency, "funded", funded={"bank_transfer": transfer})

    def apply_cash_balance(self, customer_id: str, invoice_id: str, amount: int | None = None) -> Json | None:
        """Use cash for an open invoice: the charge if that pays it, None while its payment still waits for more.

        Raises ValueError where the customer has no cash in the invoice's currency, or not `amount`.
        """
        invoice = self._payable(invoice_id)
        if invoice["customer"] != customer_id:
            raise ValueError(f"{invoice_id} is not an invoice of {customer_id}.")
        payment = self._open_payment(invoice_id)
        intent = self.get("payment_intent", payment["payment"]["payment_intent"])
        needed = intent["amount"] - self._applied.get(intent["id"], 0)
        cash = self.cash_balances_of(customer_id).get(invoice["currency"], 0)
        used = min(cash, needed) if amount is None else amount
        if not 0 < used <= min(cash, needed):
            raise ValueError(f"{customer_id} has {cash}, {invoice_id} needs {needed}: {used} cannot be applied.")
        self._move_cash(
            customer_id,
            -used,
            invoice["currency"],
            "applied_to_payment",
            applied_to_payment={"payment_intent": intent["id"]},
        )
        if used < needed:
            self._applied[intent["id"]] = intent["amount"] - needed + used
            return None
        self._applied.pop(intent["id"], None)
        charge = self.pay_invoice(invoice_id, method="customer_balance")
        return self.succeed_payment(charge["id"]) if charge["status"] == "pending" else charge

    def unapply_cash_balance(self, customer_id: str, invoice_id: str) -> Json:
        """Take back the cash that an unfinished payment of an invoice holds. Raises ValueError if it holds none."""
        for payment in self._payments_on(invoice_id, "open"):
            held = self._applied.pop(payment["payment"]["payment_intent"], 0)
            if held:
                return self._move_cash(
                    customer_id,
                    held,
                    payment["currency"],
                    "unapplied_from_payment",
                    unapplied_from_payment={"payment_intent": payment["payment"]["payment_intent"]},
                )
        raise ValueError(f"No payment of {invoice_id} holds cash of {customer_id}.")

    def refund_to_cash_balance(self, charge_id: str, amount: int | None = None) -> Json:
        """Refund a payment into the customer's cash balance; returns the refund."""
        charge = self.get("charge", charge_id)
        if charge["customer"] is None:
            raise ValueError(f"{charge_id} has no customer, and so no cash balance.")
        refund = self.refund(charge_id, amount)
        self._move_cash(
            charge["customer"],
            refund["amount"],
            refund["currency"],
            "refunded_from_payment",
            refunded_from_payment={"refund": refund["id"]},
        )
        return refund

    def return_cash_balance(self, customer_id: str, amount: int, currency: str = "usd") -> Json:
        """Send cash back to the customer's bank. Raises ValueError for more than there is."""
        cash = self.cash_balances_of(customer_id).get(currency, 0)
        if not 0 < amount <= cash:
            raise ValueError(f"{customer_id} has {cash} {currency}, not {amount}.")
        return self._move_cash(customer_id, -amount, currency, "return_initiated")

    def void_invoice(self, invoice_id: str) -> Json:
        """Void an invoice; cash that its payment holds goes back to the cash balance first."""
        invoice = self._in_status(invoice_id, "open", "uncollectible")
        intents = [payment["payment"].get("payment_intent") for payment in self._payments_on(invoice_id, "open")]
        if any(intent in self._applied for intent in intents):
            self.unapply_cash_balance(invoice["customer"], invoice_id)
        return super().void_invoice(invoice_id)

    def _move_cash(self, customer_id: str, amount: int, currency: str, type_: str, **fields: Any) -> Json:
        balances = self._cash.setdefault(customer_id, {})
        balances[currency] = balances.get(currency, 0) + amount
        transaction = blank(
            "customer_cash_balance_transaction",
            id=self.ids.next("ccsbtxn"),
            created=self.now,
            currency=currency,
            customer=customer_id,
            ending_balance=balances[currency],
            net_amount=amount,
            type=type_,
            **fields,
        )
        return self.add(transaction, "customer_cash_balance_transaction.created")
