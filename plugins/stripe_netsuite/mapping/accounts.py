"""accounts.yaml: which GL account plays which role. Decides nothing else; the accounts are looked up by `load`."""

from __future__ import annotations

from enum import StrEnum

from stripe_netsuite.mapping.part import AccountSelector, MappingModel


class AccountRole(StrEnum):
    """What a GL account is for."""

    ACCOUNTS_RECEIVABLE = "accounts_receivable"
    UNDEPOSITED_FUNDS = "undeposited_funds"
    PROCESSING_FEES = "processing_fees"
    NETWORK_COSTS = "network_costs"
    PRODUCT_FEES = "product_fees"
    APPLICATION_FEES = "application_fees"
    TAX_ON_FEES = "tax_on_fees"
    ROUNDING = "rounding"
    SUSPENSE = "suspense"
    ITEM_INCOME = "item_income"
    DISCOUNT = "discount"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit"


class Accounts(MappingModel):
    """Role → GL account. A payout that needs a role which is not here waits, with a finding."""

    accounts_receivable: AccountSelector
    """Receivable account of invoices, credit memos, payments and refunds (C1, D1, E1)."""
    undeposited_funds: AccountSelector
    """Where payments wait until their payout's deposit takes them (D1, F2)."""
    processing_fees: AccountSelector
    """Stripe's fees on charges (F6)."""
    rounding: AccountSelector
    """Rounding differences within the tolerance of policy.yaml (F7)."""
    item_income: AccountSelector
    """Income account of the items that are created, unless items.yaml names another for the product (B5)."""
    network_costs: AccountSelector | None = None
    """Card network costs of interchange-plus pricing (F6)."""
    product_fees: AccountSelector | None = None
    """Fees of Stripe's products: Billing, Radar, Tax, connectors (F6)."""
    application_fees: AccountSelector | None = None
    """Fees of third-party apps and platforms (F6)."""
    tax_on_fees: AccountSelector | None = None
    """Input tax on Stripe's fees (F6)."""
    suspense: AccountSelector | None = None
    """Kinds of fees and movements that are not known yet (F6)."""
    discount: AccountSelector | None = None
    """Account of posting discount items; needed when items.yaml says `discount: posting` (B5)."""
    payouts_in_transit: AccountSelector | None = None
    """Money between Stripe's balance and the bank: negative, failed and reversed payouts (F8, F9)."""

    def selector(self, role: AccountRole) -> AccountSelector | None:
        """Return the account of a role, None where the file names none."""
        selector: AccountSelector | None = getattr(self, role.value)
        return selector
