"""Walks a span of `created` in parallel: disjoint slices, split where the rows are dense, pages as they arrive.

Stripe's cursors are sequential, so parallel reading means several spans. Nobody knows beforehand where the rows lie:
each page tells (newest first) how dense its slice is, and while workers are idle the rest of the slice is shared out.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stripe_netsuite.stripe_api.page import ListPage, PageChecker

# Every slice ends with a page that is half empty on average: smaller pieces would waste more requests than they gain.
_MIN_PAGES_OF_PIECE = 4
_POLL_S = 0.1


@dataclass(frozen=True)
class Slice:
    """Seconds from `start` to before `end`. `skip`: rows of its last second that were delivered already."""

    start: int
    end: int
    skip: frozenset[str] = field(default=frozenset(), repr=False)


FetchPage = Callable[[Slice, str | None], ListPage[Any]]


class _Stopped(Exception):
    """The reader went away, or another slice failed."""


class SlicedWalk:
    """One parallel walk. `fetch` reads a page of a slice after a cursor; it must be safe to call from threads."""

    def __init__(self, path: str, object_type: str | None, fetch: FetchPage, workers: int) -> None:
        self._path = path
        self._object_type = object_type
        self._fetch = fetch
        self._workers = workers
        self._pages: queue.Queue[list[Any] | BaseException | None] = queue.Queue(maxsize=max(2, workers))
        self._state = threading.Condition()
        self._waiting: deque[Slice] = deque()
        self._active = 0
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()

    def pages(self, whole: Slice) -> Iterator[list[Any]]:
        """Give every row of `whole` once. Raises what `fetch` or the page checks raise; then no page was the last."""
        try:
            self._add([whole])
            while True:
                item = self._pages.get()
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                if item:
                    yield item
        finally:
            self._stop()

    def _stop(self) -> None:
        # Idle workers end at once. One that waits for Stripe ends after its request: a failure is not kept waiting.
        with self._state:
            self._stopped.set()
            self._state.notify_all()

    def _add(self, parts: list[Slice]) -> None:
        with self._state:
            self._waiting.extend(parts)
            missing = min(self._workers - len(self._threads), len(self._waiting) + self._active - len(self._threads))
            for _ in range(missing):
                thread = threading.Thread(target=self._work, name=f"stripe {self._path}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._state.notify_all()

    def _work(self) -> None:
        try:
            while (part := self._next()) is not None:
                self._walk(part)
                self._finish()
        except _Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - carried to the reader's thread and raised there
            self._deliver(error)

    def _next(self) -> Slice | None:
        with self._state:
            while not self._waiting and not self._stopped.is_set():
                self._state.wait()
            if self._stopped.is_set():
                return None
            self._active += 1
            return self._waiting.popleft()

    def _finish(self) -> None:
        with self._state:
            self._active -= 1
            is_last = not self._active and not self._waiting
        if is_last:
            self._deliver(None)

    def _deliver(self, item: list[Any] | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._pages.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def _walk(self, part: Slice) -> None:
        checker = PageChecker(self._path, self._object_type, (part.start, part.end))
        after: str | None = None
        # Rows of the oldest second seen: a slice that goes on from there meets them again.
        oldest, at_oldest = part.end - 1, set(part.skip)
        while True:
            if self._stopped.is_set():
                raise _Stopped
            page = self._fetch(part, after)
            ids, created = checker.check(page)
            self._deliver(_without(page.data, ids, part.skip))
            if not page.has_more:
                return
            if created[-1] != oldest:
                oldest, at_oldest = created[-1], set()
            at_oldest.update(ids[created.index(oldest) :])
            pieces = self._pieces(part.start, oldest, created[0], len(ids))
            if pieces > 1:
                self._add(cut(Slice(part.start, oldest + 1, frozenset(at_oldest)), pieces))
                return
            after = ids[-1]

    def _pieces(self, start: int, oldest: int, newest: int, row_count: int) -> int:
        """Return into how many slices the rest should be cut: 1 while every worker is busy or little is left."""
        with self._state:
            idle = self._workers - self._active - len(self._waiting)
        seconds_left = oldest - start
        pages_left = seconds_left * row_count // (max(1, newest - oldest) * 100)
        if idle < 1 or seconds_left < 1 or pages_left < 2 * _MIN_PAGES_OF_PIECE:
            return 1
        return min(idle + 1, pages_left // _MIN_PAGES_OF_PIECE, seconds_left + 1)


def cut(part: Slice, pieces: int) -> list[Slice]:
    """Cut into at most `pieces` slices of whole seconds that touch and do not overlap, newest first."""
    span = part.end - part.start
    count = max(1, min(pieces, span))
    edges = [part.start + span * i // count for i in range(count + 1)]
    return [
        Slice(edges[i], edges[i + 1], part.skip if edges[i + 1] == part.end else frozenset())
        for i in reversed(range(count))
    ]


def _without(rows: list[Any], ids: list[str], skip: frozenset[str]) -> list[Any]:
    """Leave out the rows that were delivered already."""
    return [row for row, identity in zip(rows, ids, strict=True) if identity not in skip] if skip else rows
