"""Everything one running sandbox account holds, and the key under which the application carries it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.netsuite.books.database import Books
from sandbox.netsuite.books.seed import seed_company
from sandbox.netsuite.options import Options
from sandbox.netsuite.protocol.faults import Faults
from sandbox.netsuite.protocol.latency import Latency
from sandbox.netsuite.protocol.login import LoginDesk
from sandbox.netsuite.protocol.meter import Meter
from sandbox.netsuite.protocol.tokens import TokenDesk
from sandbox.netsuite.records.fields import FieldCatalog
from sandbox.netsuite.records.service import RecordService
from sandbox.netsuite.suiteql.engine import SuiteQL


@dataclass(slots=True)
class Account:
    """One sandbox account: its books, services, and what watches over them."""

    options: Options
    books: Books
    records: RecordService
    queries: SuiteQL
    tokens: TokenDesk
    login: LoginDesk
    meter: Meter
    faults: Faults
    latency: Latency
    operation_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


ACCOUNT = web.AppKey("account", Account)


def open_account(options: Options) -> Account:
    """Open the books (a new file or memory is seeded with the company) and everything around them."""
    books = Books(options)
    if books.is_new:
        seed_company(books)
    tokens = TokenDesk(options)
    return Account(
        options=options,
        books=books,
        records=RecordService(books, FieldCatalog(options.custom_fields, options.features)),
        queries=SuiteQL(books),
        tokens=tokens,
        login=LoginDesk(options, tokens),
        meter=Meter(options.concurrency_limit, options.integration_concurrency_limit),
        faults=Faults(),
        latency=Latency(options.latency_ms, options.latency_sigma, options.seed),
    )
