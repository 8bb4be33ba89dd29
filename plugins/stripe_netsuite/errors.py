"""Every error the product raises, in one tree; the type says what to do.

StripeNetSuiteError
├── ConfigurationError          a person changes a connection or a setting, then runs again
│   └── MappingError            a person changes a mapping file: file, line, key, seen, allowed
│       └── BooksUnavailable    NetSuite lacks what nothing of one Stripe account can be booked without
├── RetriableError              nothing is wrong with the data: run the same thing again later
│   ├── StripeUnavailable       connection, 429 or 5xx after all attempts
│   ├── NetSuiteUnavailable     connection, 429 or 5xx after all attempts; the outcome of a write may be unknown
│   ├── NetSuiteRecordBusy      the record was changed or is locked; the same request may pass later
│   └── LeaseHeld               another run is writing for the same Stripe account
└── FatalError                  repeating cannot help
    ├── StripeRefused           Stripe answered 4xx
    ├── PageInvariantBroken     a Stripe list answer that would lose rows silently
    ├── NetSuiteAuthenticationFailed
    ├── NetSuiteRefused         NetSuite answered 4xx to one request (one record): becomes a finding
    │   ├── NetSuiteDuplicate       the record or its external id exists already: look it up, adopt
    │   ├── NetSuiteNotFound
    │   ├── NetSuitePeriodClosed
    │   └── NetSuiteWrongSubsidiary
    ├── NetSuiteProtocolError   HTML, a redirect, a foreign Location: never followed
    ├── LeaseLost               another run took the lease: stop writing at once
    └── InvariantBroken         our own double check failed: money would be wrong

Wrong *books* are not errors: they are `domain.finding.Finding` values, collected and reported.
"""

from __future__ import annotations


class StripeNetSuiteError(Exception):
    """Root. `subject` names the object or file, `saw` and `expected` what differed, `next_step` what to do."""

    def __init__(
        self,
        message: str,
        *,
        subject: str | None = None,
        saw: str | None = None,
        expected: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.message = message
        self.subject = subject
        self.saw = saw
        self.expected = expected
        self.next_step = next_step
        super().__init__(message)

    def __str__(self) -> str:
        """One line: subject, message, seen, expected, next step; the parts that are known."""
        parts = [f"{self.subject}: {self.message}" if self.subject else self.message]
        if self.saw is not None:
            parts.append(f"saw {self.saw}")
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.next_step is not None:
            parts.append(f"to do: {self.next_step}")
        return "; ".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the fields when Airflow carries the exception across processes."""
        return (_rebuild, (type(self), self.message, dict(self.__dict__)))


def _rebuild(kind: type[StripeNetSuiteError], message: str, fields: dict[str, object]) -> StripeNetSuiteError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(fields)
    return error


class ConfigurationError(StripeNetSuiteError):
    """A connection or a setting is missing or wrong."""


class MappingError(ConfigurationError):
    """A mapping file is wrong. `subject` is `file:line`, the message names the key.

    `problems` holds everything that is wrong in the folder, one error each; the error itself repeats the first.
    """

    problems: tuple[MappingError, ...] = ()


class BooksUnavailable(MappingError):
    """NetSuite does not have, or does not show, what nothing of a Stripe account can be booked without.

    `missing` is the role of a GL account, `subsidiary`, or what could not be read: `accounts`, `subsidiaries`.
    """

    def __init__(self, message: str, *, missing: str, **fields: str | None) -> None:
        super().__init__(message, **fields)
        self.missing = missing


class RetriableError(StripeNetSuiteError):
    """The same call may succeed later."""


class StripeUnavailable(RetriableError):
    """Stripe could not be reached, or kept answering 429 or 5xx."""


class NetSuiteUnavailable(RetriableError):
    """NetSuite could not be reached, or kept answering 429 or 5xx.

    `outcome_unknown` is true when a write may have been committed: look it up before it is sent again.
    """

    def __init__(self, message: str, *, outcome_unknown: bool = False, **fields: str) -> None:
        super().__init__(message, **fields)
        self.outcome_unknown = outcome_unknown


class NetSuiteRecordBusy(RetriableError):
    """NetSuite says that the record was changed meanwhile, or a workflow holds it."""


class LeaseHeld(RetriableError):
    """Another run holds the writer's lease of this Stripe account."""


class FatalError(StripeNetSuiteError):
    """Repeating the call cannot help."""


class StripeRefused(FatalError):
    """Stripe answered 4xx. `status`, `code` and `request_id` are Stripe's."""

    def __init__(self, message: str, *, status: int, code: str | None, request_id: str | None, **fields: str) -> None:
        super().__init__(message, **fields)
        self.status = status
        self.code = code
        self.request_id = request_id


class PageInvariantBroken(FatalError):
    """A Stripe list answer breaks a rule that our paging depends on; going on would lose rows."""


class NetSuiteAuthenticationFailed(FatalError):
    """NetSuite answered INVALID_LOGIN before any request of this client had succeeded."""


class NetSuiteRefused(FatalError):
    """NetSuite answered 4xx. `status`, `code`, `detail` and `path` come from its error body."""

    def __init__(
        self, message: str, *, status: int, code: str, detail: str, path: str | None = None, **fields: str
    ) -> None:
        super().__init__(message, **fields)
        self.status = status
        self.code = code
        self.detail = detail
        self.path = path


class NetSuiteDuplicate(NetSuiteRefused):
    """A record with this name or external id exists already."""


class NetSuiteNotFound(NetSuiteRefused):
    """No such record."""


class NetSuitePeriodClosed(NetSuiteRefused):
    """The posting period is closed or locked, or none covers the date."""


class NetSuiteWrongSubsidiary(NetSuiteRefused):
    """A record that the written one names belongs to another subsidiary."""


class NetSuiteProtocolError(FatalError):
    """The answer is not what the REST API documents (HTML, redirect, `Location` on another host)."""


class LeaseLost(FatalError):
    """Another run took the lease over; nothing more may be written by this one."""


class InvariantBroken(FatalError):
    """A property stated twice (when built, when read back) did not hold."""
