"""SuiteQL that lags behind writes, on order: a copy of the books from before a burst of writes answers for a while.

The first write after the lag keeps a copy; queries read the copy until the lag is over. A write is unseen for at most
the lag, the first of a burst for all of it. Without a lag nothing is copied.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable


class DelayedView:
    """Which connection SuiteQL reads: the live one, or the copy from before the last writes."""

    def __init__(self, live: sqlite3.Connection, lag_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._live = live
        self._lag_s = lag_s
        self._clock = clock
        self._copy: sqlite3.Connection | None = None
        self._until = 0.0
        self.on_copy: Callable[[sqlite3.Connection], None] | None = None
        """What prepares a copy for queries (functions, authoriser); before there is one, nobody asks and none is kept."""

    def keep(self) -> None:
        """Before a write: keep what is there, unless a copy is answering already."""
        if self._lag_s <= 0 or self.on_copy is None or self._current() is not None:
            return
        self._copy = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._live.backup(self._copy)
        self._until = self._clock() + self._lag_s
        self.on_copy(self._copy)

    def connection(self) -> sqlite3.Connection:
        """What a query reads now."""
        return self._current() or self._live

    def close(self) -> None:
        """Drop the copy."""
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def _current(self) -> sqlite3.Connection | None:
        if self._copy is not None and self._clock() >= self._until:
            self.close()
        return self._copy
