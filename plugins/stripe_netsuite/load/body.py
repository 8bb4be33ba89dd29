"""Typed record → REST body: the only place that knows how NetSuite spells its fields (REST API Browser 2026.1).

Receives records whose links are resolved by `resolve`; promises exact decimals and camelCase names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, assert_never, cast

import msgspec

from stripe_netsuite.domain.cash_record import CashRefundRecord, CashSaleRecord, CustomerDepositRecord
from stripe_netsuite.domain.identity import content_hash
from stripe_netsuite.domain.journal_entry import JournalEntryRecord, JournalLine
from stripe_netsuite.domain.netsuite_record import (
    Application,
    CreditMemoRecord,
    CustomerPaymentRecord,
    CustomerRecord,
    CustomerRefundRecord,
    CustomFields,
    DepositLine,
    DepositRecord,
    DiscountItemRecord,
    InvoiceRecord,
    ItemRecord,
    Record,
    Reference,
    SaleLine,
    Transaction,
)

Body = dict[str, Any]
Resolve = Callable[[Reference], str]

# Standard fields of fields.yaml whose value is a record, not a text.
_REFERENCE_FIELDS = frozenset({"class", "department", "location", "terms", "taxSchedule", "salesTaxCode"})
_KNOWN = (
    CustomerRecord
    | ItemRecord
    | DiscountItemRecord
    | InvoiceRecord
    | CreditMemoRecord
    | CustomerPaymentRecord
    | CustomerRefundRecord
    | DepositRecord
    | JournalEntryRecord
    | CashSaleRecord
    | CashRefundRecord
    | CustomerDepositRecord
)


def payload_hash(record: Record) -> str:
    """Return a hash of what the record books.

    Not part of it: the memo, a date moved by a closed period, the external id, which gets its suffix only while
    a neighbour that differs by case is in sight, and what a payment is applied to, which people may change (E1).
    """
    record = replace(record, external_id="")
    if isinstance(record, CustomerPaymentRecord):
        record = replace(record, applications=())
    if isinstance(record, Transaction):
        own_date = record.original_date or record.tran_date
        record = replace(record, memo="", tran_date=own_date, original_date=None)
    return content_hash(msgspec.json.encode(record, order="sorted"))


def rest_body(record: Record, resolve: Resolve) -> Body:
    """Return the JSON body of a record. The external id is not in it: it stands in the URL."""
    body = _body(cast("_KNOWN", record), resolve)
    body.update(_custom(record.custom_fields))
    return {key: value for key, value in body.items() if value is not None}


def _body(record: _KNOWN, resolve: Resolve) -> Body:
    match record:
        case CustomerRecord():
            return _customer(record)
        case ItemRecord():
            return {
                "itemId": record.item_name,
                "displayName": record.display_name,
                "incomeAccount": _id(record.income_account_id),
                "subsidiary": _ids([record.subsidiary_id]),
            }
        case DiscountItemRecord():
            return {
                "itemId": record.item_name,
                "displayName": record.display_name,
                "rate": record.rate,
                "nonPosting": record.account_id is None,
                "account": _id(record.account_id) if record.account_id else None,
                "subsidiary": _ids([record.subsidiary_id]),
            }
        case InvoiceRecord() | CreditMemoRecord():
            return _sale(record, resolve)
        case CustomerPaymentRecord() | CustomerRefundRecord():
            return _settlement(record, resolve)
        case DepositRecord():
            return _deposit(record, resolve)
        case JournalEntryRecord():
            return {**_header(record), "line": {"items": [_journal_line(line, record.memo) for line in record.lines]}}
        case CashSaleRecord() | CashRefundRecord():
            return _cash_sale(record, resolve)
        case CustomerDepositRecord():
            return _customer_deposit(record, resolve)
        case _:
            assert_never(record)


def _customer(record: CustomerRecord) -> Body:
    is_person = record.last_name is not None
    return {
        "entityId": record.entity_id,
        "isPerson": is_person,
        "companyName": record.company_name,
        "firstName": record.first_name,
        "lastName": record.last_name,
        "email": record.email,
        "phone": record.phone,
        "comments": record.comments,
        "subsidiary": _id(record.subsidiary_id),
        "currency": _id(record.currency_id),
        "currencyList": {"items": [{"currency": _id(currency)} for currency in record.currency_ids]},
    }


def _header(record: Transaction) -> Body:
    return {
        "tranDate": record.tran_date.isoformat(),
        "memo": record.memo,
        "currency": _id(record.currency_id),
        "subsidiary": _id(record.subsidiary_id),
    }


def _sale(record: InvoiceRecord | CreditMemoRecord, resolve: Resolve) -> Body:
    body = _header(record)
    body["entity"] = _id(resolve(record.customer))
    body["account"] = _id(record.receivable_account_id)
    body["item"] = {"items": [_sale_line(line, resolve) for line in record.lines]}
    if isinstance(record, CreditMemoRecord):
        body["exchangeRate"] = record.exchange_rate
    elif record.due_date:
        body["dueDate"] = record.due_date.isoformat()
    return body


def _sale_line(line: SaleLine, resolve: Resolve) -> Body:
    body: Body = {"item": _id(resolve(line.item)), "amount": line.amount, "description": line.description}
    if line.quantity:
        body["quantity"] = line.quantity
    body.update(_custom(line.custom_fields))
    return body


def _settlement(record: CustomerPaymentRecord | CustomerRefundRecord, resolve: Resolve) -> Body:
    body = _header(record)
    body["customer"] = _id(resolve(record.customer))
    body["account"] = _id(record.undeposited_funds_account_id)
    body["arAcct"] = _id(record.receivable_account_id)
    body["exchangeRate"] = record.exchange_rate
    if isinstance(record, CustomerPaymentRecord):
        body["payment"] = record.payment
    if record.payment_method:
        body[record.payment_method.field_name] = _id(record.payment_method.internal_id)
    if record.applications:
        body["apply"] = {"items": [_application(application, resolve) for application in record.applications]}
    if isinstance(record, CustomerRefundRecord) and record.deposits:
        body["deposit"] = {"items": [_application(application, resolve) for application in record.deposits]}
    return body


def _cash_sale(record: CashSaleRecord | CashRefundRecord, resolve: Resolve) -> Body:
    body = _header(record)
    body["entity"] = _id(resolve(record.customer))
    body["item"] = {"items": [_sale_line(line, resolve) for line in record.lines]}
    return body | _money(record)


def _customer_deposit(record: CustomerDepositRecord, resolve: Resolve) -> Body:
    body = _header(record)
    body["customer"] = _id(resolve(record.customer))
    body["payment"] = record.payment
    return body | _money(record)


def _money(record: CashSaleRecord | CashRefundRecord | CustomerDepositRecord) -> Body:
    body: Body = {"account": _id(record.undeposited_funds_account_id), "exchangeRate": record.exchange_rate}
    if record.payment_method:
        body[record.payment_method.field_name] = _id(record.payment_method.internal_id)
    return body


def _application(application: Application, resolve: Resolve) -> Body:
    return {"doc": _id(resolve(application.document)), "apply": True, "amount": application.amount}


def _deposit(record: DepositRecord, resolve: Resolve) -> Body:
    payments: list[Body] = []
    for line in record.payments:
        payment: Body = {"id": resolve(line.record), "deposit": True}
        if line.payment_amount is not None:
            payment["paymentAmount"] = line.payment_amount
        payments.append(payment)
    return {
        "account": _id(record.bank_account_id),
        "tranDate": record.tran_date.isoformat(),
        "memo": record.memo,
        "payment": {"items": payments} if payments else None,
        "other": _deposit_lines(record.others),
        "cashback": _deposit_lines(record.cashbacks),
    }


def _deposit_lines(lines: Sequence[DepositLine]) -> Body | None:
    if not lines:
        return None
    return {"items": [{"account": _id(line.account_id), "amount": line.amount, "memo": line.memo} for line in lines]}


def _journal_line(line: JournalLine, memo: str) -> Body:
    side = "debit" if line.amount > 0 else "credit"
    return {"account": _id(line.account_id), side: abs(line.amount), "memo": memo, **_custom(line.custom_fields)}


def _custom(fields: CustomFields) -> Body:
    return {name: _id(str(value)) if name in _REFERENCE_FIELDS else value for name, value in fields}


def _id(internal_id: str) -> Body:
    return {"id": internal_id}


def _ids(internal_ids: Sequence[str]) -> Body:
    return {"items": [_id(internal_id) for internal_id in internal_ids]}


def total_of(record: Record) -> Decimal | None:
    """Return what NetSuite's `foreigntotal` must be once written (F3, C1); None for records without an amount."""
    match record:
        case InvoiceRecord() | CreditMemoRecord() | CustomerRefundRecord() | DepositRecord():
            return record.total
        case CashSaleRecord() | CashRefundRecord():
            return record.total
        case CustomerPaymentRecord() | CustomerDepositRecord():
            return record.payment
        case _:
            return None
