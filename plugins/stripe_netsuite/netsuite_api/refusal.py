"""What a NetSuite error answer means: one typed error for one HTTP answer.

REST flattens nearly every code to USER_ERROR, so the message *text* decides (reference: NetSuite help
section_N3539978 lists the texts). Promises: no header but the operation id is ever repeated, and no request body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from stripe_netsuite.errors import (
    FatalError,
    NetSuiteDuplicate,
    NetSuiteNotFound,
    NetSuitePeriodClosed,
    NetSuiteProtocolError,
    NetSuiteRecordBusy,
    NetSuiteRefused,
    NetSuiteWrongSubsidiary,
    StripeNetSuiteError,
)

OPERATION_HEADER = "X-N-OperationId"
_PREFIX = "Error while accessing a resource. "
_LONGEST_DETAIL = 600

_BUSY = re.compile(
    r"record has been changed|edited since you retrieved it|locked by a user defined workflow", re.IGNORECASE
)
_DUPLICATE = re.compile(
    r"this (?:entity|record) already exists"
    r"|record with (?:this|the same) [a-z ]+ already exists"
    r"|there is already an item with that name",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"closed (?:accounting )?period|period that has been closed"
    r"|no valid, open,? .*period for date|no accounting periods that cover"
    r"|(?:date range|start and end dates) of your accounting period|locked (?:accounting )?period",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"transaction type specified is incorrect|record instance does not exist|that record does not exist"
    r"|transaction you are attempting to access does not exist|record has (?:already )?been deleted",
    re.IGNORECASE,
)
_SUBSIDIARY = re.compile(
    r"transaction subsidiary \S+ is not valid for|can ?not be used with the selected subsidiary"
    r"|subsidiary selected does ?n.?t match",
    re.IGNORECASE,
)
_UNKNOWN_TYPE = re.compile(r"record type '.*' does not exist", re.IGNORECASE)
_PERMISSION = re.compile(r"permission violation|do not have permissions?", re.IGNORECASE)

_CODES: dict[str, type[FatalError | NetSuiteRecordBusy]] = {
    "RCRD_HAS_BEEN_CHANGED": NetSuiteRecordBusy,
    "RCRD_EDITED_SINCE_RETRIEVED": NetSuiteRecordBusy,
    "RCRD_LOCKED_BY_WF": NetSuiteRecordBusy,
    "DUP_ENTITY": NetSuiteDuplicate,
    "DUP_ITEM": NetSuiteDuplicate,
    "DUP_RCRD": NetSuiteDuplicate,
    "UNIQUE_RCRD_ID_REQD": NetSuiteDuplicate,
    "UNIQUE_CUST_ID_REQD": NetSuiteDuplicate,
    "UNIQUE_CUST_EMAIL_REQD": NetSuiteDuplicate,
    "NONEXISTENT_ID": NetSuiteNotFound,
    "RCRD_DSNT_EXIST": NetSuiteNotFound,
    "TRANS_DSNT_EXIST": NetSuiteNotFound,
    "CLOSED_TRAN_PRD": NetSuitePeriodClosed,
    "TRAN_PERIOD_CLOSED": NetSuitePeriodClosed,
    "TRAN_PRD_CLOSED": NetSuitePeriodClosed,
    "VALID_PRD_REQD": NetSuitePeriodClosed,
    "DATE_PRD_MISMATCH": NetSuitePeriodClosed,
}

_NEXT_STEPS: dict[type[NetSuiteRefused], str] = {
    NetSuiteDuplicate: "look the record up by its external id or name, and link it",
    NetSuiteNotFound: "check that the record still exists and that the role may see it",
    NetSuitePeriodClosed: "open the period, or let the closed-period policy choose another date",
    NetSuiteWrongSubsidiary: "give the record that NetSuite names this subsidiary, or link another one",
    NetSuiteRefused: "correct the field that NetSuite names, in the mapping or in NetSuite",
}


class _Detail(msgspec.Struct):
    detail: str = ""
    code: str = msgspec.field(name="o:errorCode", default="")
    path: str | None = msgspec.field(name="o:errorPath", default=None)
    query: str | None = msgspec.field(name="o:errorQueryParam", default=None)
    header: str | None = msgspec.field(name="o:errorHeader", default=None)
    url: str | None = msgspec.field(name="o:errorUrl", default=None)


class _Body(msgspec.Struct):
    title: str = ""
    details: list[_Detail] = msgspec.field(name="o:errorDetails", default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusal:
    """NetSuite's own words: the joined details without their prefix, the first code, the first field or parameter."""

    detail: str
    code: str
    path: str | None


def read_refusal(body: bytes) -> Refusal | None:
    """Return what an error body says, or None when it is not one of NetSuite's."""
    try:
        parsed = msgspec.json.decode(body, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not parsed.details:
        return None
    detail = " | ".join(item.detail.removeprefix(_PREFIX).strip() for item in parsed.details)
    first = parsed.details[0]
    paths = [path for item in parsed.details for path in (item.path, item.query, item.header, item.url) if path]
    return Refusal(detail[:_LONGEST_DETAIL], first.code or parsed.title, paths[0] if paths else None)


def error_from_response(status: int, headers: Mapping[str, str], body: bytes, subject: str) -> StripeNetSuiteError:
    """Return the typed error for a 4xx answer to a request about `subject`.

    NetSuiteRecordBusy means that nothing was written and the same request may pass later; NetSuiteProtocolError
    that the answer is not one of NetSuite's REST errors (an HTML page, a proxy).
    """
    operation = headers.get(OPERATION_HEADER)
    suffix = f" (NetSuite operation {operation})" if operation else ""
    refusal = read_refusal(body)
    if refusal is None:
        return NetSuiteProtocolError(
            f"NetSuite's answer is not a REST error{suffix}",
            subject=subject,
            saw=f"HTTP {status}, {headers.get('Content-Type', 'no content type')}",
            expected="a JSON body with o:errorDetails",
            next_step="check the connection's host, and what stands between here and NetSuite",
        )
    kind = _kind_of(status, refusal)
    if kind is NetSuiteRecordBusy:
        return NetSuiteRecordBusy(f"{refusal.detail}{suffix}", subject=subject, saw=f"HTTP {status} {refusal.code}")
    refused = kind if issubclass(kind, NetSuiteRefused) else NetSuiteRefused
    return refused(
        f"{refusal.detail}{suffix}",
        status=status,
        code=refusal.code,
        detail=refusal.detail,
        path=refusal.path,
        subject=subject,
        saw=f"HTTP {status} {refusal.code}" + (f" at {refusal.path}" if refusal.path else ""),
        next_step=_next_step(refused, refusal),
    )


def _kind_of(status: int, refusal: Refusal) -> type[FatalError | NetSuiteRecordBusy]:
    text = refusal.detail
    if _UNKNOWN_TYPE.search(text):
        return NetSuiteRefused  # a wrong URL is not a missing record: nobody may create one because of it
    if refusal.code in _CODES:
        return _CODES[refusal.code]
    by_text: tuple[tuple[re.Pattern[str], type[FatalError | NetSuiteRecordBusy]], ...] = (
        (_BUSY, NetSuiteRecordBusy),
        (_DUPLICATE, NetSuiteDuplicate),
        (_PERIOD, NetSuitePeriodClosed),
        (_NOT_FOUND, NetSuiteNotFound),
        (_SUBSIDIARY, NetSuiteWrongSubsidiary),
    )
    for pattern, kind in by_text:
        if pattern.search(text):
            return kind
    return NetSuiteNotFound if status == 404 else NetSuiteRefused


def _next_step(kind: type[NetSuiteRefused], refusal: Refusal) -> str:
    if kind is NetSuiteRefused and _PERMISSION.search(refusal.detail):
        return "give the integration's role the permission that NetSuite names"
    return _NEXT_STEPS[kind]


_THROTTLING_CODES = frozenset(
    ["CONCURRENCY_LIMIT_EXCEEDED", "EXCEEDED_MAX_CONCUR_RQST", "SSS_REQUEST_LIMIT_EXCEEDED", "WS_REQUEST_BLOCKED"]
)


def is_throttled(status: int, body: bytes) -> bool:
    """Say whether NetSuite refused for concurrency: 429, or a 400 or 503 that carries one of the older codes."""
    if status == 429:
        return True
    if status not in (400, 503):
        return False
    refusal = read_refusal(body)
    return refusal is not None and refusal.code in _THROTTLING_CODES
