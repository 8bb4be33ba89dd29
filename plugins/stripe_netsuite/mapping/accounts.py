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
    DISPUTE_FEES = "dispute_fees"
    FX_FEES = "fx_fees"
    INSTANT_PAYOUT_FEES = "instant_payout_fees"
    WITHHELD_TAX = "withheld_tax"
    DISPUTES = "disputes"
    DISPUTE_REVERSALS = "dispute_reversals"
    RESERVES = "reserves"
    TOPUPS = "topups"
    TRANSFERS = "transfers"
    PLATFORM_EARNINGS = "platform_earnings"
    CAPITAL = "capital"
    CONTRIBUTIONS = "contributions"
    ADJUSTMENTS = "adjustments"
    UNCLAIMED_FUNDS = "unclaimed_funds"
    ISSUING = "issuing"
    PRE_START = "pre_start"


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
    """Kinds of fees and movements that are not known yet, and differences that policy lets through (F5, F6)."""
    discount: AccountSelector | None = None
    """Account of posting discount items; needed when items.yaml says `discount: posting` (B5)."""
    payouts_in_transit: AccountSelector | None = None
    """Money between Stripe's balance and the bank: payouts by hand, negative, failed and reversed ones (F8, F9, F10)."""
    dispute_fees: AccountSelector | None = None
    """Fees of disputes and of countering them (E6, F6)."""
    fx_fees: AccountSelector | None = None
    """Currency conversion fees that Stripe bills apart (F6)."""
    instant_payout_fees: AccountSelector | None = None
    """Fees of instant payouts (F6)."""
    withheld_tax: AccountSelector | None = None
    """Tax that Stripe withholds from payments (F6)."""
    disputes: AccountSelector | None = None
    """Disputed money that has no record of another system, under `mode: reconcile_only` (F2, G3)."""
    dispute_reversals: AccountSelector | None = None
    """Disputes that were won, where policy.yaml says `other_deposit` (E5)."""
    reserves: AccountSelector | None = None
    """Money that Stripe holds back and releases: reserves, minimum balance (F2)."""
    topups: AccountSelector | None = None
    """Own money sent to the Stripe balance: the bank it comes from, or an account in transit (F2)."""
    transfers: AccountSelector | None = None
    """Transfers to connected accounts, and what comes back (F13)."""
    platform_earnings: AccountSelector | None = None
    """Application fees that a platform earns (F13)."""
    capital: AccountSelector | None = None
    """What Stripe lends and gets back: Capital, advances (F2)."""
    contributions: AccountSelector | None = None
    """Contributions and climate orders (F2)."""
    adjustments: AccountSelector | None = None
    """Stripe's adjustments of the balance, such as credits for goodwill (F2); what is released in another payout than
    its charge (D5)."""
    unclaimed_funds: AccountSelector | None = None
    """Customers' money that nobody claimed (F2)."""
    issuing: AccountSelector | None = None
    """Movements of Stripe Issuing (F2)."""
    pre_start: AccountSelector | None = None
    """What a payout contains from before the sync start date, net of its fees (A7)."""

    def selector(self, role: AccountRole) -> AccountSelector | None:
        """Return the account of a role, None where the file names none."""
        selector: AccountSelector | None = getattr(self, role.value)
        return selector
