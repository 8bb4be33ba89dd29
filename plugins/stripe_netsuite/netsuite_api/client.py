"""NetSuite's REST API as the product uses it: upsert, get, patch, and SuiteQL read to its end.

Receives a connection, a clock and, to share limits, a governor. Thread-safe. Raises the typed errors of
`errors.py`; what is retried, and what is not, stands in `transport`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from stripe_netsuite.clock import Clock
from stripe_netsuite.errors import (
    InvariantBroken,
    NetSuiteNotFound,
    NetSuiteProtocolError,
    NetSuiteRecordBusy,
    NetSuiteUnavailable,
)
from stripe_netsuite.netsuite_api.body import encode_body
from stripe_netsuite.netsuite_api.governor import ConcurrencyGovernor
from stripe_netsuite.netsuite_api.query_page import PAGE_ROWS, QueryPage, Row, read_page
from stripe_netsuite.netsuite_api.suiteql import (
    IN_PLACEHOLDER,
    LONGEST_IN_LIST,
    SqlValue,
    bind,
    column_name,
    in_list,
    sql_literal,
)
from stripe_netsuite.netsuite_api.transport import Answer, ApiRequest, Transport
from stripe_netsuite.netsuite_api.write_many import ConcurrentUpserts, WriteBackEnd, WriteRequest, WriteResult
from stripe_netsuite.settings import NetSuiteConnection

RECORD_PATH = "/services/rest/record/v1"
QUERY_PATH = "/services/rest/query/v1/suiteql"
_RECORD_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# What an `eid:` URL takes (NetSuite help section_156334828635).
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
# A deposit of thousands of lines takes NetSuite minutes; other clients in the field wait up to fifteen.
_TIMEOUT_S = 300.0
# Without it NetSuite drops a misspelt field and answers 204.
_WRITE_HEADERS = {"X-NetSuite-PropertyNameValidation": "Error"}


class NetSuiteClient:
    """One NetSuite account. Use it as a context manager, or `close()` it."""

    def __init__(
        self,
        connection: NetSuiteConnection,
        clock: Clock,
        governor: ConcurrencyGovernor | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self.connection = connection
        self.governor = governor or ConcurrencyGovernor(connection.concurrency, clock)
        self._transport = Transport(connection, clock, self.governor, timeout_s)
        self._back_end: WriteBackEnd = ConcurrentUpserts(self.upsert, self.governor.limit)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def upsert(
        self, record_type: str, external_id: str, body: Mapping[str, Any], *, replace: Sequence[str] = ()
    ) -> str:
        """Create or update the record with this external id and return its internal id.

        `replace` names sublists without a key of ours: on a record that is there already their lines are replaced, where
        NetSuite would append them a second time.
        NetSuiteUnavailable with `outcome_unknown`: it may have been written; NetSuiteProtocolError: likewise.
        """
        path = _record_path(record_type, f"eid:{_url_safe(external_id)}")
        subject = f"{record_type} {external_id}"
        answer = self._write("PUT", path, subject, body, {"replace": ",".join(replace)} if replace else {})
        internal_id = self._internal_id_from_location(answer)
        return internal_id or self._internal_id_after_write(path, subject)

    def patch(
        self, record_type: str, internal_id: str, body: Mapping[str, Any], *, replace: Sequence[str] = ()
    ) -> None:
        """Change fields of a record. `replace` names sublists that are replaced whole.

        A sublist that is not named there gets its unkeyed lines *appended*, by a repetition once more.
        """
        query = {"replace": ",".join(replace)} if replace else {}
        self._write(
            "PATCH", _record_path(record_type, _digits(internal_id)), f"{record_type} {internal_id}", body, query
        )

    def write_many(self, requests: Iterable[WriteRequest]) -> Iterator[WriteResult]:
        """Upsert independent records side by side; yields as they end (`write_many.ConcurrentUpserts`)."""
        return self._back_end.write_many(requests)

    def get(self, record_type: str, internal_id: str, *, expand: bool = False) -> dict[str, Any]:
        """Return a record; numbers are int or Decimal. `expand` brings the sublists' lines.

        Raises NetSuiteNotFound. NetSuite loads the record in edit mode for this: slow, so one record at a time only.
        """
        path = _record_path(record_type, _digits(internal_id))
        query = {"expandSubResources": "true"} if expand else {}
        return self._read(ApiRequest("GET", path, f"{record_type} {internal_id}", is_write=False, query=query))

    def suiteql(self, query: str, params: Sequence[SqlValue] = ()) -> Iterator[Row]:
        """Yield the rows of `query`, whose `?` are bound to `params`, page by page.

        Rows are lower-case column name → text; NULL is a missing key. The query must ORDER BY a unique key. Raises
        NetSuiteProtocolError when more than 100,000 rows match: use `suiteql_keyset`.
        """
        text = bind(query, params)
        offset = 0
        while True:
            page = self._page(text, offset)
            yield from page.rows
            if not page.has_more:
                return
            offset += len(page.rows)

    def suiteql_keyset(
        self, select: str, key: str, *, where: str = "", params: Sequence[SqlValue] = (), is_numeric: bool = True
    ) -> Iterator[Row]:
        """Yield the rows of `select … from …` in the order of `key`, however many there are.

        `key` is a unique column such as `t.id`, and is selected under its bare name (`id`); `where` a condition
        without the word, whose `?` are bound to `params`.
        """
        column_name(key)
        condition = bind(where, params)
        last: SqlValue | None = None
        while True:
            terms = [f"({condition})"] if condition else []
            if last is not None:
                terms.append(f"{key} > {sql_literal(last)}")
            clause = f" WHERE {' AND '.join(terms)}" if terms else ""
            page = self._page(f"{select}{clause} ORDER BY {key} FETCH FIRST {PAGE_ROWS} ROWS ONLY", 0)
            yield from page.rows
            if len(page.rows) < PAGE_ROWS:
                return
            last = _next_key(page.rows[-1], key, last, is_numeric=is_numeric)

    def suiteql_in(
        self, template: str, column: str, values: Collection[SqlValue], chunk: int = LONGEST_IN_LIST // 2
    ) -> Iterator[Row]:
        """Yield the rows of `template` for all `values`, `chunk` of them a query.

        `template` holds `{in}` where the condition on `column` goes, and an ORDER BY on a unique key.
        """
        if template.count(IN_PLACEHOLDER) != 1:
            raise InvariantBroken("a look-up query has exactly one {in}", saw=template)
        distinct = list(dict.fromkeys(values))
        for start in range(0, len(distinct), chunk):
            condition = in_list(column, distinct[start : start + chunk])
            yield from self.suiteql(template.replace(IN_PLACEHOLDER, condition))

    def _page(self, query: str, offset: int) -> QueryPage:
        request = ApiRequest(
            "POST",
            QUERY_PATH,
            "SuiteQL",
            is_write=False,
            query={"limit": str(PAGE_ROWS), "offset": str(offset)},
            headers={"Prefer": "transient"},
            body=encode_body({"q": query}, "SuiteQL"),
        )
        return read_page(self._read(request), offset)

    def _read(self, request: ApiRequest) -> dict[str, Any]:
        content = self._transport.send(request).content
        if not isinstance(content, dict):
            raise NetSuiteProtocolError(
                "the answer is no JSON object", subject=request.subject, saw=type(content).__name__
            )
        return content

    def _write(
        self, method: str, path: str, subject: str, body: Mapping[str, Any], query: Mapping[str, str] | None = None
    ) -> Answer:
        encoded = encode_body(body, subject)
        return self._transport.send(
            ApiRequest(method, path, subject, is_write=True, query=query or {}, headers=_WRITE_HEADERS, body=encoded)
        )

    def _internal_id_from_location(self, answer: Answer) -> str | None:
        """Take the last part of the path. The host may be the account's own behind a proxy; nothing is followed."""
        last = urlsplit(answer.headers.get("Location") or "").path.rstrip("/").rsplit("/", 1)[-1]
        return last if last.isascii() and last.isdigit() else None

    def _internal_id_after_write(self, path: str, subject: str) -> str:
        """Read the id of a record that was just written: whatever fails now, the write itself has happened."""
        try:
            content = self._read(ApiRequest("GET", path, subject, is_write=False))
        except (NetSuiteUnavailable, NetSuiteRecordBusy) as error:
            raise NetSuiteUnavailable(
                "the record was written, but its id cannot be read",
                outcome_unknown=True,
                subject=subject,
                saw=error.message,
                next_step="look it up by its external id",
            ) from None
        except NetSuiteNotFound:
            content = {}
        internal_id = str(content.get("id", ""))
        if not (internal_id.isascii() and internal_id.isdigit()):
            raise NetSuiteProtocolError(
                "a record was written without a Location, and cannot be found by its external id", subject=subject
            )
        return internal_id


def _record_path(record_type: str, identifier: str) -> str:
    if not _RECORD_TYPE.fullmatch(record_type):
        raise InvariantBroken("not a NetSuite record type", saw=repr(record_type))
    return f"{RECORD_PATH}/{record_type}/{identifier}"


def _url_safe(external_id: str) -> str:
    if not _EXTERNAL_ID.fullmatch(external_id):
        raise InvariantBroken(
            "not usable as an external id in a URL", saw=repr(external_id), expected="letters, digits, _ and -"
        )
    return external_id


def _digits(internal_id: str) -> str:
    if not (internal_id.isascii() and internal_id.isdigit()):
        raise InvariantBroken("not a NetSuite internal id", saw=repr(internal_id), expected="digits")
    return internal_id


def _next_key(row: Row, key: str, last: SqlValue | None, *, is_numeric: bool) -> SqlValue:
    value = row.get(key.rsplit(".", 1)[-1].lower())
    following: SqlValue | None = int(value) if value is not None and is_numeric and value.isdigit() else value
    if following is None or following == last:
        raise NetSuiteProtocolError(
            "a query read by key does not move on", subject="SuiteQL", saw=f"{key} = {value}", expected=f"> {last}"
        )
    return following
