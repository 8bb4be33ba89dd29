"""Mapping + NetSuite's reference data → `Books`: every name of the mapping resolved to an internal id, or an error."""

from __future__ import annotations

from stripe_netsuite.domain.netsuite_record import CustomFields, PaymentMethod, RecordType
from stripe_netsuite.errors import MappingError
from stripe_netsuite.mapping import Mapping
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.mapping.part import AccountSelector
from stripe_netsuite.netsuite_api.reference import ReferenceData
from stripe_netsuite.transform.books import Books, CustomerPolicy, ItemPolicy, Period


def assemble_books(account: StripeAccount, mapping: Mapping, reference: ReferenceData) -> Books:
    """Return the books of one Stripe account.

    Raises MappingError naming the account, currency or subsidiary that NetSuite does not have.
    """
    account_id_by_role = {
        role.value: account_id(reference, selector) for role in AccountRole if (selector := mapping.account(role))
    }
    policy = mapping.policy
    method = mapping.entities.payment_method
    dates = mapping.items.line_dates
    return Books(
        stripe_account=account.id,
        zone=account.zone,
        sync_start=account.sync_start,
        base_currency=account.base_currency,
        subsidiary_id=reference.subsidiary(account.subsidiary.value).id,
        receivable_account_id=account_id_by_role["accounts_receivable"],
        undeposited_funds_account_id=account_id_by_role["undeposited_funds"],
        income_account_id=account_id_by_role["item_income"],
        discount_account_id=account_id_by_role.get("discount"),
        income_account_id_by_product={
            product: account_id(reference, selector) for product, selector in mapping.items.income_accounts.items()
        },
        bank_account_id_by_currency={
            currency: account_id(reference, selector) for currency, selector in account.banks.items()
        },
        account_id_by_role=account_id_by_role,
        currency_id_by_code={currency.symbol.lower(): currency.id for currency in reference.currencies},
        periods=_periods(reference),
        closed_period=policy.closed_period,
        customers=_customer_policy(mapping),
        items=_item_policy(mapping),
        partial_refund=policy.refund_partial,
        dispute_item=policy.dispute_item,
        dispute_won=policy.dispute_won,
        tolerance_minor_by_currency=policy.rounding_tolerance_minor_by_currency,
        tolerance_minor=policy.rounding_tolerance_minor,
        payment_method=PaymentMethod(method.field, method.id) if method else None,
        line_dates=(dates.start, dates.end) if dates else None,
        fee_lines=policy.fee_lines,
        payouts=account.payouts,
        clearing=policy.clearing,
        clearing_account_id_by_currency={
            currency: account_id(reference, selector) for currency, selector in account.clearing.items()
        },
        unapplied_payment=policy.unapplied_payment,
        duplicate_payment=policy.duplicate_payment,
        integration=policy.integration,
        payout_mismatch=policy.payout_mismatch,
        fail_open_threshold=policy.fail_open_threshold,
        unknown_category=policy.unknown_category,
        pre_start=policy.pre_start,
        max_deposit_lines=policy.max_deposit_lines,
        fields=mapping.fields,
        segments=_segments(account),
    )


def account_id(reference: ReferenceData, selector: AccountSelector) -> str:
    """Return the internal id of a selected account. Raises MappingError when NetSuite shows none, or it is inactive."""
    if selector.by == "name":
        return reference.account_id(selector.value)
    for account in reference.accounts:
        if selector.value == (account.id if selector.by == "id" else account.number) and not account.is_inactive:
            return account.id
    raise MappingError(
        "NetSuite has no such active account, or the role may not see it",
        subject="accounts.yaml, entities.yaml or items.yaml",
        saw=str(selector),
        next_step="correct the mapping, or activate the account in NetSuite",
    )


def _periods(reference: ReferenceData) -> tuple[Period, ...] | None:
    if reference.periods is None:
        return None
    return tuple(Period(one.start, one.end, one.takes_receivables) for one in reference.periods)


def _customer_policy(mapping: Mapping) -> CustomerPolicy:
    customers = mapping.customers
    return CustomerPolicy(
        creation=customers.policy,
        kind=customers.kind,
        entity_id=customers.entity_id,
        global_name=customers.global_customer.value,
    )


def _item_policy(mapping: Mapping) -> ItemPolicy:
    items = mapping.items
    return ItemPolicy(
        creation=items.policy,
        item_type=RecordType(items.item_type),
        global_name=items.global_item.value,
        one_off_name=items.one_off_item.value,
        partial_refund_name=items.partial_refund_item.value,
        dispute_name=items.dispute_item.value,
        discount=items.discount,
    )


def _segments(account: StripeAccount) -> CustomFields:
    segments = account.segments
    pairs = (("class", segments.class_), ("department", segments.department), ("location", segments.location))
    return tuple((name, value) for name, value in pairs if value is not None)
