"""Reads Stripe: one object, a list by cursor, or a window of a list in parallel; complete or loud. Writes metadata.

Receives a connection, a clock and limits; gives decoded rows. Never touches the SDK's global key. Every request is
counted by endpoint, for Stripe's read allowance (500 reads a transaction over 30 days).
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn, Self
from urllib.parse import quote

import msgspec

from stripe_netsuite.clock import Clock
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import PageInvariantBroken, StripeRefused, StripeUnavailable
from stripe_netsuite.settings import StripeConnection
from stripe_netsuite.stripe_api.limits import Limits, RateLimiter, endpoint_of
from stripe_netsuite.stripe_api.page import ListPage, PageChecker
from stripe_netsuite.stripe_api.retry import RetryPolicy, is_worth_retrying
from stripe_netsuite.stripe_api.slices import Slice, SlicedWalk
from stripe_netsuite.stripe_api.transport import (
    API_VERSION,
    Answer,
    ConnectionDropped,
    Method,
    RequestsTransport,
    StripeRequester,
    Transport,
)

PAGE_SIZE = 100
_KEY = re.compile(r"\b[sr]k_(?:test|live)_\S+")


class StripeClient:
    """A reader of one Stripe account, safe to share between threads."""

    api_version = API_VERSION

    def __init__(
        self,
        connection: StripeConnection,
        clock: Clock,
        limits: Limits | None = None,
        *,
        transport: Transport | None = None,
        retry: RetryPolicy | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.limits = limits or Limits.for_key(connection.api_key)
        self._connection = connection
        self._clock = clock
        self._retry = retry or RetryPolicy()
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, guards nothing
        # One connection for each worker, and one for whoever asks beside them.
        self._transport = transport or RequestsTransport(connection.base_url, self.limits.workers + 1)
        self._requester = StripeRequester(connection, self._transport)
        self._limiter = RateLimiter(self.limits, clock)
        self._counts: Counter[str] = Counter()
        self._counts_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close kept connections; a transport that was given stays open."""
        if isinstance(self._transport, RequestsTransport):
            self._transport.close()

    @property
    def counts(self) -> dict[str, int]:
        """Requests sent so far, retries included, by endpoint."""
        with self._counts_lock:
            return dict(self._counts)

    @property
    def request_count(self) -> int:
        """Requests sent so far, retries included."""
        return sum(self.counts.values())

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        expand: Sequence[str] = (),
        row_type: Any = dict[str, Any],
    ) -> Any:
        """Return one object: a dict with exact decimals, or a `row_type` struct.

        Raises StripeRefused (4xx), StripeUnavailable (429, 5xx, drops after all attempts), PageInvariantBroken when
        the object has not the shape of `row_type`.
        """
        return self._fetch(path, _with_expand(params, expand), _decoder(row_type))

    def list_pages(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        expand: Sequence[str] = (),
        limit: int = PAGE_SIZE,
        row_type: Any = dict[str, Any],
        object_type: str | None = None,
    ) -> Iterator[list[Any]]:
        """Walk a list by cursor and give its pages. Raises as `get`, and PageInvariantBroken (`PageChecker`)."""
        checker = PageChecker(path, object_type)
        asked = {**_with_expand(params, expand), "limit": limit}
        while True:
            page: ListPage[Any] = self._fetch(path, asked, _page_decoder(row_type))
            ids = checker.check(page).ids
            yield page.data
            if not page.has_more:
                return
            asked["starting_after"] = ids[-1]

    def list_window(
        self,
        path: str,
        window: Window,
        params: Mapping[str, Any] | None = None,
        *,
        expand: Sequence[str] = (),
        row_type: Any = dict[str, Any],
        object_type: str | None = None,
    ) -> Iterator[list[Any]]:
        """Give every row created in `window`, each once, page by page in no promised order.

        Slices of `created` are read in parallel and split by density while they are read. Memory holds at most a page
        for each worker and each place of a queue of that length. Any slice that fails fails the whole call.
        """
        asked = {**_with_expand(params, expand), "limit": PAGE_SIZE}
        decoder = _page_decoder(row_type)

        def fetch(part: Slice, after: str | None) -> ListPage[Any]:
            query = {**asked, "created": {"gte": part.start, "lt": part.end}}
            if after is not None:
                query["starting_after"] = after
            page: ListPage[Any] = self._fetch(path, query, decoder)
            return page

        whole = Slice(window.start_s, window.end_s)
        return SlicedWalk(path, object_type, fetch, self.limits.workers).pages(whole)

    def write_metadata(self, path: str, metadata: Mapping[str, str]) -> None:
        """Set these keys of an object's metadata; every other key stays (docs.stripe.com/api/metadata).

        The only write of the product to Stripe. Sending it again changes nothing, so it is retried as a read is.
        Raises as `get`.
        """
        self._fetch(path, {"metadata": dict(metadata)}, _decoder(dict[str, Any]), "post")

    def _fetch(
        self, path: str, params: Mapping[str, Any], decoder: msgspec.json.Decoder[Any], method: Method = "get"
    ) -> Any:
        endpoint = endpoint_of(path)
        started_s = self._clock.monotonic_s()
        attempt = 0
        while True:
            attempt += 1
            self._limiter.acquire(endpoint)
            with self._counts_lock:
                self._counts[endpoint] += 1
            try:
                answer = self._requester.send(path, params, method)
                if answer.status == 200:
                    return decoder.decode(answer.body)
                failure = self._judge(answer, path, endpoint, method)
            except ConnectionDropped as error:
                failure = f"connection broke off ({error})"
            except msgspec.ValidationError as error:
                raise PageInvariantBroken(
                    "an answer has not the documented shape",
                    subject=f"Stripe {path}",
                    saw=str(error),
                    next_step="check that the connection's host is Stripe's API",
                ) from None
            except msgspec.DecodeError:
                failure = "the body was cut, or is not JSON"
            wait_s = self._retry.wait_s(attempt, self._rng)
            elapsed_s = self._clock.monotonic_s() - started_s
            if attempt >= self._retry.attempts or elapsed_s + wait_s > self._retry.total_s:
                raise StripeUnavailable(
                    f"no usable answer after {attempt} attempts",
                    subject=f"Stripe {path}",
                    saw=failure,
                    next_step="run again later; status.stripe.com shows outages",
                )
            self._clock.sleep(wait_s)

    def _judge(self, answer: Answer, path: str, endpoint: str, method: Method) -> str:
        """Return what failed, for an answer to ask again for. Raises StripeRefused for the others."""
        if not is_worth_retrying(answer):
            self._refuse(answer, path, method)
        if answer.status == 429:
            self._limiter.throttled(endpoint, answer.headers.get("stripe-rate-limited-reason"))
        return f"HTTP {answer.status}"

    def _refuse(self, answer: Answer, path: str, method: Method) -> NoReturn:
        error = _error_of(answer.body)
        text = str(error.get("message") or "no message").replace(self._connection.api_key, "…")
        raise StripeRefused(
            _KEY.sub("…", text),
            status=answer.status,
            code=error.get("code") or error.get("type"),
            request_id=answer.headers.get("request-id"),
            subject=f"Stripe {path} (connection {self._connection.conn_id})",
            saw=f"HTTP {answer.status}",
            next_step=_NEXT_STEPS.get((method, answer.status), "look the request id up in Stripe's request log"),
        )


_NEXT_STEPS = {
    ("get", 401): "check the key in the connection's password",
    ("get", 403): "give the restricted key read permission for this resource",
    ("get", 404): "check that the id belongs to this Stripe account and mode",
    ("post", 403): "give the restricted key write permission for this resource, or set write_back: off in policy.yaml",
}


def object_path(path: str, identity: str) -> str:
    """Return the path of one object of a list; ids are quoted, because coupons may have any."""
    return f"{path}/{quote(identity, safe='')}"


def _with_expand(params: Mapping[str, Any] | None, expand: Sequence[str]) -> dict[str, Any]:
    asked = dict(params or {})
    if expand:
        asked["expand"] = list(expand)
    return asked


@lru_cache(maxsize=64)
def _decoder(row_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(row_type, float_hook=Decimal)


@lru_cache(maxsize=64)
def _page_decoder(row_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(ListPage[row_type], float_hook=Decimal)


def _error_of(body: bytes) -> dict[str, Any]:
    try:
        error = msgspec.json.decode(body)["error"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
