"""The mapping of one company: every file's model, and the questions that the stages ask of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_netsuite.domain.netsuite_record import InternalId
from stripe_netsuite.errors import MappingError
from stripe_netsuite.mapping.accounts import AccountRole, Accounts
from stripe_netsuite.mapping.customers import Customers
from stripe_netsuite.mapping.entities import Entities, StripeAccount
from stripe_netsuite.mapping.fields import Fields
from stripe_netsuite.mapping.items import Items
from stripe_netsuite.mapping.links import CustomerLink, ItemLink, Key
from stripe_netsuite.mapping.part import AccountSelector
from stripe_netsuite.mapping.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A mapping folder that holds together. `version` names its data: comments and key order do not change it."""

    accounts: Accounts
    entities: Entities
    customers: Customers
    items: Items
    fields: Fields
    policy: Policy
    customer_links: dict[Key, CustomerLink] = field(repr=False)
    item_links: dict[Key, ItemLink] = field(repr=False)
    files: dict[str, str] = field(repr=False)
    version: str

    def content(self) -> dict[str, str]:
        """Return file name → text of every file that was read."""
        return dict(self.files)

    def stripe_account(self, account_id: str) -> StripeAccount:
        """Return a Stripe account by its id. Raises MappingError when entities.yaml does not have it."""
        return self._one_account("id", account_id)

    def account_for_connection(self, conn_id: str) -> StripeAccount:
        """Return the Stripe account of an Airflow connection. Raises MappingError when there is none."""
        return self._one_account("connection", conn_id)

    def account(self, role: AccountRole) -> AccountSelector | None:
        """Return the GL account of a role, None where accounts.yaml names none."""
        return self.accounts.selector(role)

    def bank(self, account_id: str, currency: str) -> AccountSelector | None:
        """Return the bank that a Stripe account pays out to in a currency, None where there is none (F1)."""
        return self.stripe_account(account_id).banks.get(currency)

    def clears(self, account: StripeAccount) -> bool:
        """Tell whether the account's ledger goes through clearing accounts day by day, not by payouts (F10)."""
        return self.policy.clearing == "all" or account.payouts == "by_hand"

    def linked_customer(self, account_id: str, stripe_id: str) -> InternalId | None:
        """Return the customer that customers.csv names for a Stripe customer (B2)."""
        link = self.customer_links.get((account_id, stripe_id))
        return link.record if link else None

    def linked_item(self, account_id: str, stripe_id: str) -> ItemLink | None:
        """Return the row of items.csv for a price, product or coupon (B5)."""
        return self.item_links.get((account_id, stripe_id))

    def tolerance_minor(self, currency: str) -> int:
        """Return the largest rounding difference of one line, in minor units of the currency (F7)."""
        policy = self.policy
        return policy.rounding_tolerance_minor_by_currency.get(currency, policy.rounding_tolerance_minor)

    def income_selector(self, product_id: str | None) -> AccountSelector:
        """Return the income account of an item created for a product's price (B5)."""
        own = self.items.income_accounts.get(product_id) if product_id is not None else None
        return own or self.accounts.item_income

    def _one_account(self, key: str, wanted: str) -> StripeAccount:
        accounts = {str(getattr(account, key)): account for account in self.entities.stripe_accounts}
        if wanted not in accounts:
            raise MappingError(
                f"no Stripe account has this {key}",
                subject="entities.yaml",
                saw=wanted,
                expected=" or ".join(accounts),
                next_step="add it under stripe_accounts, or ask for one that is there",
            )
        return accounts[wanted]
