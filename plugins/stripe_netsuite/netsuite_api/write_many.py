"""Many independent writes at once. A back end decides how; the promise is one result for each request that ended.

A request without a result (the iteration was left, or a fatal error ended it) has an unknown outcome: its intent is
in the journal, and the next run looks it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from stripe_netsuite.errors import NetSuiteRefused, RetriableError


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One record to upsert: `key` is the caller's name for it, `body` the REST body (amounts are Decimal)."""

    key: str
    record_type: str
    external_id: str
    body: Mapping[str, Any] = field(repr=False)
    replace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How one write ended: an internal id, or the error that concerns this record alone."""

    key: str
    internal_id: str | None = None
    error: NetSuiteRefused | RetriableError | None = None


class WriteBackEnd(Protocol):
    """A way to write many records."""

    def write_many(self, requests: Iterable[WriteRequest]) -> Iterator[WriteResult]:
        """Yield results as they come, in any order; raise a fatal error after all that was under way has ended."""
        ...


class ConcurrentUpserts:
    """Single upserts side by side. The governor inside `upsert` decides how many are in flight."""

    def __init__(self, upsert: Callable[..., str], workers: int) -> None:
        self._upsert = upsert
        self._workers = workers

    def write_many(self, requests: Iterable[WriteRequest]) -> Iterator[WriteResult]:
        """Yield a WriteResult for each request; none of them may need another one of the same call.

        `requests` may be a generator that journals intents as it goes: it runs in the caller's thread, at most twice
        the number of workers ahead of the results, and so no worker waits for the end of a chunk.
        Raises the first fatal error (login refused, protocol broken, a body that is no JSON) once everything under
        way has ended and was yielded.
        """
        waiting = iter(requests)
        fatal: BaseException | None = None
        with ThreadPoolExecutor(self._workers, thread_name_prefix="netsuite-write") as pool:
            under_way = self._submit(pool, waiting, 2 * self._workers)
            try:
                while under_way:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    fatal = fatal or next((error for future in done if (error := future.exception())), None)
                    if fatal is None:
                        under_way |= self._submit(pool, waiting, len(done))
                    else:
                        under_way = {future for future in under_way if not future.cancel()}
                    yield from (future.result() for future in done if future.exception() is None)
            finally:
                for future in under_way:
                    future.cancel()
        if fatal is not None:
            raise fatal

    def _submit(
        self, pool: ThreadPoolExecutor, waiting: Iterator[WriteRequest], count: int
    ) -> set[Future[WriteResult]]:
        return {pool.submit(self._write, request) for request in islice(waiting, count)}

    def _write(self, request: WriteRequest) -> WriteResult:
        try:
            return WriteResult(request.key, self._send(request))
        except (NetSuiteRefused, RetriableError) as error:
            return WriteResult(request.key, error=error)

    def _send(self, request: WriteRequest) -> str:
        if request.replace:
            return self._upsert(request.record_type, request.external_id, request.body, replace=request.replace)
        return self._upsert(request.record_type, request.external_id, request.body)
