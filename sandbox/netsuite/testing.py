"""A running sandbox NetSuite for tests: `with running_netsuite(control=True) as netsuite: …`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.netsuite.app import make_app
from sandbox.netsuite.books.calendar import change_period
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.proof import out_of_balance, trial_balance
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.faults import Faults, rules_from
from sandbox.netsuite.protocol.state import ACCOUNT, Account
from sandbox.server import serve_in_thread


@dataclass(frozen=True, slots=True)
class RunningNetSuite:
    """A server on a free loopback port, with the account behind it."""

    url: str
    account: Account

    @property
    def options(self) -> Options:
        """What it was started with: the credentials are here."""
        return self.account.options

    @property
    def books(self) -> Books:
        """The books, for direct questions."""
        return self.account.books

    @property
    def faults(self) -> Faults:
        """The rules in force."""
        return self.account.faults

    @property
    def requests(self) -> dict[str, Any]:
        """The counts so far: requests, writes, statuses, too_many_requests, max_in_flight."""
        return {**self.account.meter.report(), "distinct_nonces": self.account.login.distinct_nonces}

    def fail(self, kind: str, **details: Any) -> None:
        """Order one fault rule (replaces the rules before): `fail("drop_before", method="PUT", times=2)`."""
        self.account.faults.set(rules_from({"rules": [{"kind": kind, **details}]}))

    def set_period(self, name: str, **flags: bool) -> None:
        """Open, lock or close a month: `set_period("Nov 2026", closed=True)`."""
        if not change_period(self.books, name, **flags):
            raise ValueError(f"no period {name}")

    def balance(self, number: str) -> Decimal:
        """An account's balance by number, debit positive, over all subsidiaries (base currency)."""
        return sum((entry.balance for entry in trial_balance(self.books) if entry.number == number), Decimal(0))

    def is_balanced(self) -> bool:
        """Whether debits and credits cancel in each subsidiary."""
        return not out_of_balance(self.books)


@contextmanager
def running_netsuite(**options: Any) -> Iterator[RunningNetSuite]:
    """Run a sandbox NetSuite in a thread; `options` are those of `Options`."""
    app = make_app(Options(**options))
    server = serve_in_thread(app)
    try:
        yield RunningNetSuite(server.url, app[ACCOUNT])
    finally:
        server.stop()
