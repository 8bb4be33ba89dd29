"""What a new record must carry, by the account's features: what the metadata catalogue says is `required`.

Only what NetSuite never defaults. Fields of which one of several does (a company name, or first and last name) are not
here: the refusal `Please enter value(s) for: …` names them.
"""

from __future__ import annotations

from sandbox.netsuite.features import Features
from sandbox.netsuite.records.catalog import RecordType

_BODY: dict[str, tuple[str, ...]] = {
    "customer": ("subsidiary",),
    "contact": ("subsidiary",),
    "serviceSaleItem": ("itemId", "incomeAccount", "subsidiary"),
    "serviceResaleItem": ("itemId", "incomeAccount", "subsidiary"),
    "nonInventorySaleItem": ("itemId", "incomeAccount", "subsidiary"),
    "nonInventoryResaleItem": ("itemId", "incomeAccount", "subsidiary"),
    "discountItem": ("itemId", "rate", "subsidiary"),
    "invoice": ("entity", "item"),
    "creditMemo": ("entity", "item"),
    "customerPayment": ("customer",),
    "customerDeposit": ("customer", "payment"),
    "customerRefund": ("customer", "account"),
    "deposit": ("account",),
    "journalEntry": ("subsidiary", "line"),
    "currencyRate": ("baseCurrency", "transactionCurrency", "exchangeRate", "effectiveDate"),
}
_TAX_SCHEDULE = frozenset({"serviceSaleItem", "serviceResaleItem", "nonInventorySaleItem", "nonInventoryResaleItem"})
_NUMBERED = {"customer": "entityId", "invoice": "tranId", "creditMemo": "tranId"}
_LINES: dict[str, tuple[str, ...]] = {
    "item": ("item",),
    "line": ("account",),
    "apply": ("doc",),
    "credit": ("doc",),
    "cashback": ("account", "amount"),
    "other": ("account", "amount"),
    "payment": ("id",),
    "taxDetails": ("taxDetailsReference", "taxType", "taxCode", "taxBasis", "taxRate", "taxAmount"),
}
_WITH_SEGMENTS = frozenset({"item", "line", "cashback", "other"})


def required_body(record_type: RecordType, features: Features) -> list[str]:
    """The body fields that must have a value."""
    names = list(_BODY.get(record_type.name, ()))
    if features.sui_tax and record_type.name in _TAX_SCHEDULE:
        names.append("taxSchedule")
    if not features.auto_numbering and record_type.name in _NUMBERED:
        names.append(_NUMBERED[record_type.name])
    return names


def required_line(record_type: RecordType, sublist: str, features: Features) -> list[str]:
    """The fields that each line of a sublist must have; mandatory segments where the lines carry segments."""
    names = list(_LINES.get(sublist, ()))
    if record_type.is_transaction and sublist in _WITH_SEGMENTS:
        names += sorted(features.mandatory)
    return names
