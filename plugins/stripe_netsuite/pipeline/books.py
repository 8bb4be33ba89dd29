"""Mapping + NetSuite's reference data → `Books`: every name of the mapping resolved to an internal id, or a problem.

What nothing can be booked without is an error. An account that only some payouts need is a problem in the books: it
holds those payouts, with a finding, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping as Fields
from dataclasses import replace

from stripe_netsuite.domain.netsuite_record import CustomFields, PaymentMethod, RecordType
from stripe_netsuite.errors import BooksUnavailable, MappingError
from stripe_netsuite.mapping import Mapping
from stripe_netsuite.mapping.accounts import AccountRole
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.mapping.part import AccountSelector
from stripe_netsuite.netsuite_api.reference import ReferenceData
from stripe_netsuite.transform.books import Books, CustomerPolicy, ItemPolicy, Period

_ESSENTIAL = ("accounts_receivable", "undeposited_funds", "item_income")


def assemble_books(account: StripeAccount, mapping: Mapping, reference: ReferenceData) -> Books:
    """Return the books of one Stripe account.

    Raises BooksUnavailable naming the account or subsidiary that NetSuite does not have.
    """
    subsidiary_id = _subsidiary_id(account, reference)
    account_problems: dict[str, str] = {}
    bank_problems: dict[str, str] = {}
    clearing_problems: dict[str, str] = {}
    selectors = {role.value: selector for role in AccountRole if (selector := mapping.account(role))}
    account_id_by_role = _account_ids(reference, selectors, account_problems)
    policy = mapping.policy
    needed = (*_ESSENTIAL, *(("discount",) if mapping.items.discount == "posting" else ()))
    for role in needed:
        if role in account_problems:
            raise _unavailable(role, account_problems[role])
    banks = _account_ids(reference, account.banks, bank_problems)
    clearing = _account_ids(reference, account.clearing, clearing_problems)
    method = mapping.entities.payment_method
    dates = mapping.items.line_dates
    return Books(
        stripe_account=account.id,
        zone=account.zone,
        sync_start=account.sync_start,
        base_currency=account.base_currency,
        subsidiary_id=subsidiary_id,
        receivable_account_id=account_id_by_role["accounts_receivable"],
        undeposited_funds_account_id=account_id_by_role["undeposited_funds"],
        income_account_id=account_id_by_role["item_income"],
        discount_account_id=account_id_by_role.get("discount"),
        income_account_id_by_product={
            product: _needed_id(reference, product, selector)
            for product, selector in mapping.items.income_accounts.items()
        },
        bank_account_id_by_currency=banks,
        account_id_by_role=account_id_by_role,
        currency_id_by_code={currency.symbol.lower(): currency.id for currency in reference.currencies},
        periods=_periods(reference),
        closed_period=policy.closed_period,
        customers=_customer_policy(account, mapping, reference),
        items=_item_policy(mapping),
        partial_refund=policy.refund_partial,
        dispute_item=policy.dispute_item,
        # Another system's books are not reopened: what a won dispute brings is a line of the deposit (G3).
        dispute_won=policy.dispute_won if account.mode == "full" else "other_deposit",
        tolerance_minor_by_currency=policy.rounding_tolerance_minor_by_currency,
        tolerance_minor=policy.rounding_tolerance_minor,
        payment_method=PaymentMethod(method.field, method.id) if method else None,
        line_dates=(dates.start, dates.end) if dates else None,
        fee_lines=policy.fee_lines,
        mode=account.mode,
        stripe_id_field=account.stripe_id_field,
        payouts=account.payouts,
        clearing=policy.clearing,
        clearing_account_id_by_currency=clearing,
        account_problems=account_problems,
        bank_problems=bank_problems,
        clearing_problems=clearing_problems,
        unapplied_payment=policy.unapplied_payment,
        duplicate_payment=policy.duplicate_payment,
        integration=policy.integration,
        payout_mismatch=policy.payout_mismatch,
        fail_open_threshold=policy.fail_open_threshold,
        approval=policy.approval,
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


def _subsidiary_id(account: StripeAccount, reference: ReferenceData) -> str:
    if "subsidiaries" in reference.refused:
        raise _unavailable("subsidiaries", reference.refused["subsidiaries"])
    if "accounts" in reference.refused:
        raise _unavailable("accounts", reference.refused["accounts"])
    try:
        return reference.subsidiary(account.subsidiary.value).id
    except MappingError as error:
        raise _unavailable("subsidiary", str(error)) from error


def _account_ids(
    reference: ReferenceData, selectors: Fields[str, AccountSelector], problems: dict[str, str]
) -> dict[str, str]:
    """Return the accounts that are there; note of the others what is wrong with them."""
    ids: dict[str, str] = {}
    for key, selector in selectors.items():
        try:
            ids[key] = account_id(reference, selector)
        except MappingError as error:
            problems[key] = f"account {selector.value}: {error.message}"
    return ids


def _needed_id(reference: ReferenceData, product: str, selector: AccountSelector) -> str:
    try:
        return account_id(reference, selector)
    except MappingError as error:
        raise _unavailable("item_income", f"account {selector.value} of {product}: {error.message}") from error


def _unavailable(missing: str, saw: str) -> BooksUnavailable:
    return BooksUnavailable(
        "NetSuite does not show what nothing can be booked without",
        missing=missing,
        subject=missing,
        saw=saw,
        next_step="correct the mapping, activate the record in NetSuite, or let the integration's role see it",
    )


def _periods(reference: ReferenceData) -> tuple[Period, ...] | None:
    if reference.periods is None:
        return None
    return tuple(Period(one.start, one.end, one.takes_receivables) for one in reference.periods)


def _customer_policy(account: StripeAccount, mapping: Mapping, reference: ReferenceData) -> CustomerPolicy:
    customers = mapping.customers
    policy = CustomerPolicy(
        creation=customers.policy,
        kind=customers.kind,
        entity_id=customers.entity_id,
        global_name=customers.global_customer.value,
    )
    first = mapping.entities.stripe_accounts[0]
    own = reference.subsidiary(account.subsidiary.value)
    if account.id == first.id or own.id == reference.subsidiary(first.subsidiary.value).id:
        return policy
    # A customer belongs to one subsidiary, and NetSuite refuses its transactions in every other one.
    return replace(
        policy, global_name=f"{policy.global_name} {own.name}", global_id=f"{policy.global_id}-subsidiary-{own.id}"
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
