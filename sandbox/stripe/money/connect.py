"""Connect, as the platform's account sees it: transfers to connected accounts, application fees, and their reversals.

Amounts are minor units of a settlement currency of the platform. What happens on the connected account is another
account's ledger; here only its id and the id of the payment made there are known.
"""

from sandbox.stripe.base.account import blank
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.money.settlement import Settlement

PLATFORM_APPLICATION = "ca_sandboxplatform"


class Connect(Settlement):
    """What can happen to transfers and application fees."""

    def transfer(
        self,
        amount: int,
        currency: str,
        destination: str,
        *,
        charge: str | None = None,
        transfer_group: str | None = None,
    ) -> Json:
        """Send money to a connected account; with `charge` it leaves when that charge's money is there.

        Raises ValueError for more than is available, or (with `charge`) than the charge brought.
        """
        if charge is None:
            self._check_affordable(amount, currency)
            return self._send_transfer(amount, currency, destination, None, transfer_group)
        source = self.get("balance_transaction", self.get("charge", charge)["balance_transaction"])
        if source["currency"] != currency or amount > source["amount"]:
            raise ValueError(f"{charge} brought {source['amount']} {source['currency']}, not {amount} {currency}.")
        return self._send_transfer(amount, currency, destination, source, transfer_group)

    def reverse_transfer(self, transfer_id: str, amount: int | None = None) -> Json:
        """Take a transfer back, by default all that is left of it; returns the reversal."""
        transfer = self.get("transfer", transfer_id)
        amount = _part(transfer_id, amount, transfer["amount"] - transfer["amount_reversed"])
        reversal_id = self.ids.next("trr")
        row = self._move_now("transfer_refund", amount, transfer["currency"], source=reversal_id)
        reversal = blank(
            "transfer_reversal",
            id=reversal_id,
            created=self.now,
            amount=amount,
            currency=transfer["currency"],
            balance_transaction=row["id"],
            destination_payment_refund=self.ids.next("pyr"),
            transfer=transfer_id,
        )
        self.add(reversal, None)
        reversed_in_all = transfer["amount_reversed"] + amount
        self.change(
            transfer,
            "transfer.reversed",
            amount_reversed=reversed_in_all,
            reversed=reversed_in_all == transfer["amount"],
            reversals=_sublist(transfer["reversals"]["url"], [reversal, *transfer["reversals"]["data"]]),
        )
        return reversal

    def refund_application_fee(self, fee_id: str, amount: int | None = None) -> Json:
        """Give an application fee back to the connected account, by default all that is left; returns the refund."""
        fee = self.get("application_fee", fee_id)
        amount = _part(fee_id, amount, fee["amount"] - fee["amount_refunded"])
        refund_id = self.ids.next("fr")
        row = self._move_now("application_fee_refund", -amount, fee["currency"], source=refund_id)
        refund = blank(
            "fee_refund",
            id=refund_id,
            created=self.now,
            amount=amount,
            currency=fee["currency"],
            balance_transaction=row["id"],
            fee=fee_id,
        )
        self.add(refund, None)
        refunded = fee["amount_refunded"] + amount
        self.change(
            fee,
            "application_fee.refunded",
            amount_refunded=refunded,
            refunded=refunded == fee["amount"],
            refunds=_sublist(fee["refunds"]["url"], [refund, *fee["refunds"]["data"]]),
        )
        return refund

    def _share_charge(self, charge: Json, row: Json) -> Json:
        """What a destination charge causes: the transfer of its money, and the fee that comes back.

        Returns what the charge then says of them (docs.stripe.com/connect/destination-charges); nothing for a charge
        that has no destination.
        """
        if charge["transfer_data"] is None:
            return {}
        destination = charge["transfer_data"]["destination"]
        group = charge["transfer_group"] or f"group_{charge['payment_intent']}"
        transfer = self._send_transfer(row["amount"], row["currency"], destination, row, group)
        shown = {"transfer": transfer["id"], "transfer_group": group}
        if charge["application_fee_amount"] is None:
            return shown
        fee = self._earn_application_fee(charge, row, transfer)
        return {**shown, "application_fee": fee["id"]}

    def _send_transfer(
        self, amount: int, currency: str, destination: str, source: Json | None, transfer_group: str | None
    ) -> Json:
        """Write a transfer and its row; with a charge's row as its `source` it leaves when that is available."""
        if amount <= 0:
            raise ValueError(f"A transfer of {amount} {currency}.")
        transfer_id = self.ids.next("tr")
        row = self._move_now(
            "transfer",
            -amount,
            currency,
            source=transfer_id,
            available_on=None if source is None else max(self.now, source["available_on"]),
        )
        transfer = blank(
            "transfer",
            id=transfer_id,
            created=self.now,
            amount=amount,
            currency=currency,
            balance_transaction=row["id"],
            destination=destination,
            destination_payment=self.ids.next("py"),
            reversals=_sublist(f"/v1/transfers/{transfer_id}/reversals", []),
            source_transaction=None if source is None else source["source"],
            transfer_group=transfer_group,
        )
        return self.add(transfer, "transfer.created")

    def _earn_application_fee(self, charge: Json, row: Json, transfer: Json) -> Json:
        fee_id = self.ids.next("fee")
        currency, amount, rate = self._settled(charge["currency"], charge["application_fee_amount"], row["currency"])
        own = self._move_now(
            "application_fee",
            amount,
            currency,
            source=fee_id,
            available_on=row["available_on"],
            exchange_rate=rate,
        )
        fee = blank(
            "application_fee",
            id=fee_id,
            created=self.now,
            account=transfer["destination"],
            amount=amount,
            currency=currency,
            application=PLATFORM_APPLICATION,
            balance_transaction=own["id"],
            charge=transfer["destination_payment"],
            fee_source={"charge": transfer["destination_payment"], "type": "charge"},
            originating_transaction=charge["id"],
            refunds=_sublist(f"/v1/application_fees/{fee_id}/refunds", []),
        )
        return self.add(fee, "application_fee.created")


def _sublist(url: str, members: list[Json]) -> Json:
    return {"object": "list", "data": members[:10], "has_more": len(members) > 10, "url": url}


def _part(item_id: str, amount: int | None, left: int) -> int:
    """The part of what is left that is taken back. Raises ValueError for more than that, or nothing."""
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise ValueError(f"{item_id} has {left} left, not {amount}.")
    return amount
