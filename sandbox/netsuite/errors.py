"""What NetSuite answers when it refuses: HTTP status, `o:errorCode`, text and locator, raised from anywhere inside.

REST puts `Error while accessing a resource. ` before the classic message text and flattens the code to USER_ERROR.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15."
_TYPES = {
    400: ("5.1", "Bad Request"),
    401: ("5.2", "Unauthorized"),
    403: ("5.4", "Forbidden"),
    404: ("5.5", "Not Found"),
    405: ("5.6", "Method Not Allowed"),
    500: ("6.1", "Internal Server Error"),
}
PREFIX = "Error while accessing a resource. "
INVALID_LOGIN_TEXT = (
    "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
    "Setup > Users/Roles > User Management > View Login Audit Trail."
)

DUPLICATE_RECORD = "A record with this ID already exists. You must enter a unique ID to create or update this record."
DUPLICATE_ENTITY = "This entity already exists."
DUPLICATE_ITEM = "Uniqueness error - there is already an item with that name or name/parent combination."
WRONG_TRANSACTION_TYPE = "Transaction type specified is incorrect."
NO_VALID_LINE = "You must have at least one valid line item for this transaction."
OVER_APPLIED = "Amount applied greater than total payments and credits"
OVER_LINKED = "Links sum to more than original transaction amount"
OTHER_ENTITY = "You are attempting to link transactions, but the entities on the transactions do not match."
OTHER_CURRENCY = "The transaction currency does not match the names currency"
OTHER_ACCOUNT_CURRENCY = "Transaction and foreign currency account use different currencies."
BANK_SUBSIDIARY = "The Subsidiary selected doesnt match the bank account selected."
CLOSED_PERIOD = "You cannot change the G/L impact of a transaction in a closed period."
CLOSED_PERIOD_EDIT = "This transaction is in a period that has been closed. You may not edit it."
NO_PERIOD = "There are no Accounting Periods that cover this transaction date."
OUTSIDE_PERIOD = "The transaction date you specified is not within the date range of your accounting period."
RECORD_CHANGED = "Record has been changed"
LOCKED_BY_WORKFLOW = "This record has been locked by a user defined workflow."
LINKED_LINES = "You cannot update linked transaction lines"
LINKED_DELETE = (
    "This transaction cannot be deleted because it is linked to by one or more transactions. "
    "Delete or unlink those transactions first."
)
REFERRED_DELETE = "This record cannot be deleted, because it is referred to by other records."
GAIN_LOSS_DELETE = "A Realized Gain/Loss Transaction cannot be deleted."
NEGATIVE_PAYMENT = "Negative payments not allowed"
NEGATIVE_TOTAL = "The total can not be negative."
MIXED_DISCOUNTS = "Posting and non-posting discounts/markups are not allowed on the same transaction"
DISCOUNT_EXCEEDS = "Discount can not exceed item total."
JOURNAL_UNBALANCED = "The amounts in the journal entry must balance."
NO_AMOUNTS = "You did not enter non-zero amounts for any accounts."
AMBIGUOUS_AUTO_APPLY = (
    "Ambiguous data: <autoApply> has been selected and lines have been selected in the <applyList> element."
)
DUPLICATE_KEYS = "This record contains duplicated key or keys. Please correct it before next update."
POSTING_DISCOUNT_ON_SCHEDULE = "Posting Discounts are not allowed on lines with Revenue Recognition Schedules."
OTHER_TAX_SUBSIDIARY = "The selected tax code is not available in subsidiary."
VOIDED_CHANGE = "The G/L impact of a voided transaction cannot be changed."
LINKED_VOID = (
    "You cannot void this transaction because it is linked to by one or more transactions such as payments. "
    "You must delete or void those transactions first"
)
CLOSED_REVERSAL = (
    "Reversal Date is in a closed accounting period. Please go to Manage Accounting Periods and re-open the "
    "accounting period."
)
ITEM_WITHOUT_ACCOUNT = (
    "One of the items on this transaction has an amount but no account. "
    "Please fix the item and resubmit the transaction."
)


class Refused(Exception):
    """A request NetSuite turns down; `body()` is the JSON it answers with."""

    def __init__(
        self,
        detail: str,
        *,
        status: int = 400,
        code: str = "USER_ERROR",
        locator: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
        self.locator = locator
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The error body of REST (`o:errorDetails` with one entry)."""
        details: dict[str, Any] = {"detail": self.detail, "o:errorCode": self.code}
        if self.locator is not None:
            details[self.locator[0]] = self.locator[1]
        if self.status == 429:
            return {"title": "Too Many Requests", "status": 429, "o:errorDetails": [details]}
        section, title = _TYPES.get(self.status, ("5.1", "Bad Request"))
        if self.code == "IDEMPOTENCY_ERROR":
            section, title = "5.10", "Conflict"
        return {"type": _RFC + section, "title": title, "status": self.status, "o:errorDetails": [details]}


def user_error(text: str, *, path: str | None = None) -> Refused:
    """A business refusal: 400 USER_ERROR with the classic text behind REST's prefix."""
    return Refused(PREFIX + text, locator=("o:errorPath", path) if path else None)


def missing_value(*labels: str) -> Refused:
    """Required fields are empty; `labels` are the labels of the form, for example `Primary Subsidiary`."""
    return user_error(f"Please enter value(s) for: {', '.join(labels)}.")


def is_incomplete(refused: Refused) -> bool:
    """Whether a refusal only says that something is still missing."""
    return refused.detail.startswith((f"{PREFIX}Please enter value(s) for: ", PREFIX + NO_VALID_LINE))


def invalid_field(value: object, name: str, *, path: str | None = None) -> Refused:
    """A reference that does not exist, is inactive, or belongs to another subsidiary: all the same to NetSuite."""
    return user_error(f"You have entered an Invalid Field Value {value} for the following field: {name}", path=path)


def invalid_value(name: str, *, path: str | None = None) -> Refused:
    """A value of the wrong JSON type or format."""
    text = f"Invalid value for the resource or sub-resource field '{name}'. Provide a valid value."
    return Refused(PREFIX + text, code="INVALID_VALUE", locator=("o:errorPath", path or name))


def out_of_range(value: object, name: str) -> Refused:
    """A number the field does not take, such as a payment of zero."""
    text = f"Value {value} outside of valid min/max range for field {name}"
    return Refused(PREFIX + text, code="INVALID_FLD_VALUE", locator=("o:errorPath", name))


def too_many_decimals(precision: int) -> Refused:
    """An amount with more decimals than its currency has."""
    return user_error(
        "The debits and credits are not balanced on this transaction because amounts entered include more decimal "
        "places than are supported for this currency. Please round off the amount of each line to a maximum of "
        f"{precision} decimal places."
    )


def not_in_balance(applied: object, payment: object, credit: object, deposits: object) -> Refused:
    """Apply lines that do not fit what the payment, its credits and its deposits are worth together."""
    return user_error(
        f"Transaction is not in balance! Total to apply of ${applied} does not equal sum of payment ${payment} and "
        f"credits ${credit} and deposits ${deposits}"
    )


def not_settable(name: str) -> Refused:
    """A field that is read-only, or that can be set at creation only (INSUFFICIENT_PERMISSION's text)."""
    return user_error(
        f"You do not have permissions to set a value for element {name} due to one of the following reasons: "
        "1) The field is read-only; 2) An associated feature is disabled; 3) The field is available either when a "
        "record is created or updated, but not in both cases.",
        path=name,
    )


def no_open_period(day: str) -> Refused:
    """The date's posting period is closed or locked."""
    return user_error(
        f"Insert Transaction Failure: No valid, open, posting period for date - {day}. "
        "Please visit Setup > Manage Accounting Periods to set up a new accounting period."
    )


def variance_in_closed_period(rate: str) -> Refused:
    """An exchange difference would have to be posted into a closed period."""
    return user_error(
        "This action cannot be completed because it requires modification of the transaction in a closed period due "
        "to foreign exchange variance. You may either open the period for this transaction or use the same rate "
        f"({rate})between the transactions that will be linked."
    )


def unknown_record(url: str) -> Refused:
    """No such record instance (all records but transactions asked by internal id)."""
    return Refused(
        "The record instance does not exist. Provide a valid record instance ID.",
        status=404,
        code="NONEXISTENT_ID",
        locator=("o:errorUrl", url),
    )


def unknown_type(name: str, url: str) -> Refused:
    """No such record type."""
    return Refused(
        f"Record type '{name}' does not exist.", status=404, code="NONEXISTENT_ID", locator=("o:errorUrl", url)
    )


def invalid_id(value: str, url: str) -> Refused:
    """An id that is neither a number nor `eid:` with letters, digits, `_` and `-`."""
    return Refused(
        f"Invalid record instance identifier '{value}'. Provide a valid record instance ID.",
        code="INVALID_ID",
        locator=("o:errorUrl", url),
    )


def invalid_query(description: str) -> Refused:
    """A SuiteQL or `q` text that cannot be run."""
    return Refused(
        f"Invalid search query. Detailed unprocessed description follows. {description}",
        code="INVALID_PARAMETER",
        locator=("o:errorQueryParam", "q"),
    )


def invalid_parameter(name: str, value: str) -> Refused:
    """A paging parameter out of range."""
    return Refused(
        f"Invalid query parameter '{name}' with value '{value}'.",
        code="INVALID_PARAMETER",
        locator=("o:errorQueryParam", name),
    )


def invalid_content(text: str) -> Refused:
    """A request body that is not what the resource takes."""
    return Refused(f"Invalid content in the request body. {text}", code="INVALID_CONTENT")


def stale_record() -> Refused:
    """Another save came first: RCRD_HAS_BEEN_CHANGED."""
    return user_error(RECORD_CHANGED)


def idempotency_conflict(job: str) -> Refused:
    """The idempotency key of a job that was submitted before; `job` is its location."""
    return Refused(
        "A request with the same idempotency key is already submitted. "
        'See the "Location" header for a link to the previously submitted job',
        code="IDEMPOTENCY_ERROR",
        headers={"Location": job, "Preference-Applied": "respond-async"},
    )


def cannot_transform(target: str, source: str, record_id: object) -> Refused:
    """A transform that these two types, or the state of this record, do not allow (INVALID_INITIALIZE_REF)."""
    if (source, target) == ("invoice", "customerPayment"):
        return user_error(f"Can not initialize customerPayment: invalid invoice reference {record_id}.")
    if (source, target) == ("creditMemo", "customerRefund"):
        return user_error(f"Cannot initialize customerRefund: invalid creditMemo reference {record_id}.")
    return user_error(f"You can not initialize {target}: invalid reference {record_id}.")


def invalid_header(name: str, text: str) -> Refused:
    """A request header that is missing or has a value that does not do."""
    return Refused(text, code="INVALID_HEADER", locator=("o:errorHeader", name))


def unexpected(error_id: str = "sandbox") -> Refused:
    """What NetSuite says when it fails itself."""
    return Refused(f"An unexpected error occurred. Error ID: {error_id}", status=500, code="UNEXPECTED_ERROR")


def too_many_requests() -> Refused:
    """More requests at once than the account or the integration may send."""
    return Refused("Concurrent request limit exceeded. Request blocked.", status=429, code="CONCURRENCY_LIMIT_EXCEEDED")


def body_too_large(limit: int) -> Refused:
    """More bytes than a request may have."""
    return Refused(f"You have exceeded the permitted request size limit ({limit})", code="EXCEEDED_RQST_SIZE_LIMIT")


def malformed_bearer(realm: str) -> Refused:
    """A bearer authorization that is none (Oracle help subsect_158521885412)."""
    text = "The request could not be understood by the server due to malformed syntax."
    challenge = f'Bearer realm="{realm}", error="invalid_request", error_description="{text}"'
    return Refused(text, code="INVALID_REQUEST", headers={"WWW-Authenticate": challenge})


def login_refused() -> Refused:
    """Whatever is wrong with the login: NetSuite says one thing."""
    return Refused(INVALID_LOGIN_TEXT, status=401, code="INVALID_LOGIN")
