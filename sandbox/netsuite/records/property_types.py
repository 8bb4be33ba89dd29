"""What type a property has, for the metadata catalogue: by its name, as the names are consistent over all records."""

from __future__ import annotations

from sandbox.netsuite.jsontext import Body

_DATES = frozenset(
    {
        "tranDate",
        "dueDate",
        "startDate",
        "endDate",
        "effectiveDate",
        "applyDate",
        "creditDate",
        "depositDate",
        "docDate",
    }
    | {"clearedDate", "reversalDate", "prevDate", "discountDate", "taxPointDate", "revRecStartDate", "revRecEndDate"}
    | {"closedOnDate"}
)
_INSTANTS = frozenset({"createdDate", "lastModifiedDate", "dateCreated"})
_NUMBERS = frozenset(
    {"amount", "amountPaid", "amountRemaining", "applied", "balance", "costEstimate", "credit", "creditLimit", "debit"}
    | {
        "depositBalance",
        "discountRate",
        "discountTotal",
        "due",
        "exchangeRate",
        "grossAmt",
        "overdueBalance",
        "payment",
    }
    | {"paymentAmount", "pending", "quantity", "rate", "recognizedRevenue", "deferredRevenue", "remaining", "subtotal"}
    | {"tax1Amt", "tax2Total", "taxAmount", "taxBasis", "taxRate", "taxRate1", "taxTotal", "total", "transactionAmount"}
    | {"unapplied", "unbilledOrders", "revRecTermInMonths"}
)
_INTEGERS = frozenset({"line", "orderLine", "lineId", "lineUniqueKey", "currencyPrecision", "addressId"})
_FLAGS = frozenset(
    {"allLocked", "allowNonGLChanges", "apLocked", "apply", "approved", "arLocked", "autoApply", "availableToPartners"}
    | {"cleared", "closed", "createRevenuePlansOn", "defaultBilling", "defaultShipping", "deferRevRec", "eliminate"}
    | {"directRevenuePosting", "doNotCreateRevenueElement", "excludeFromGLNumbering", "includeChildren", "inventory"}
    | {"isAdjust", "isBaseCurrency", "isBudgetApproved", "isElimination", "isFulfillable", "isInactive", "isPerson"}
    | {"isPosting", "isPreTax", "isPrivate", "isQuarter", "isResidential", "isReversal", "isTaxable", "isYear"}
    | {
        "nonPosting",
        "payrollLocked",
        "reversalDefer",
        "revalue",
        "shipComplete",
        "taxDetailsOverride",
        "taxRegOverride",
    }
    | {"taxable", "toBeEmailed", "toBePrinted", "updateCurrency", "void"}
)
_ENUMS: dict[str, tuple[str, ...]] = {
    "handlingMode": ("MIMIC", "PROCESS", "SAVE_ONLY"),
    "paymentOperation": ("SALE", "CAPTURE", "CREDIT", "REFUND"),
    "subtype": ("Sale", "Purchase", "Resale"),
}


def plain_schema(name: str) -> Body:
    """The JSON Schema of a property that is neither a reference nor a sublist."""
    if name in _DATES:
        return {"type": "string", "format": "date"}
    if name in _INSTANTS:
        return {"type": "string", "format": "date-time"}
    if name in _INTEGERS:
        return {"type": "integer", "format": "int64"}
    if name in _NUMBERS:
        return {"type": "number", "format": "double"}
    if name in _FLAGS:
        return {"type": "boolean"}
    if name in _ENUMS:
        identifier = {"type": "string", "enum": list(_ENUMS[name])}
        return {"type": "object", "properties": {"id": identifier, "refName": {"type": "string"}}}
    if name in ("status", "undepFunds", "acctType"):
        return {"type": "object", "properties": {part: {"type": "string"} for part in ("id", "refName")}}
    return {"type": "string"}
