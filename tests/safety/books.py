"""What a safety test asserts of a company, whatever happened to it, and how it waits for something to happen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from stripe_netsuite.errors import RetriableError
from stripe_netsuite.staging.journal import IntentRow, open_intents
from stripe_netsuite.staging.schema import journal, link
from tests.pipeline.company import ACCOUNT, Company, RunResult

# As URLs spell them; each is the path of one kind of record only.
RECORD_TYPES = (
    "customer",
    "serviceSaleItem",
    "discountItem",
    "invoice",
    "customerPayment",
    "creditMemo",
    "customerRefund",
    "deposit",
)
_PATIENCE_S = 30.0


def assert_complete(company: Company) -> None:
    """Every movement once and nothing else; every record linked once; nothing open in the journal; nobody needed."""
    assert company.differences() == []
    keys = Counter(
        (row["family"], row["externalid"].lower())
        for row in company.netsuite.books.rows(
            "SELECT family, externalid FROM sandbox_record WHERE externalid IS NOT NULL"
        )
    )
    assert [key for key, number in keys.items() if number > 1] == []
    assert linked(company) == written(company)
    assert unsettled(company) == []
    assert company.findings() == {}


def written(company: Company) -> set[tuple[str, str, str]]:
    """The records with an external id in NetSuite: type, external id, internal id."""
    rows = company.netsuite.books.rows("SELECT type, externalid, id FROM sandbox_record WHERE externalid IS NOT NULL")
    return {(row["type"], row["externalid"], str(row["id"])) for row in rows}


def linked(company: Company) -> set[tuple[str, str, str]]:
    """The records that staging has links to: type, external id, internal id."""
    with company.engine.connect() as connection:
        rows = connection.execute(sa.select(link.c.record_type, link.c.external_id, link.c.internal_id)).all()
    return {(row.record_type, row.external_id, row.internal_id) for row in rows}


def unsettled(company: Company) -> list[IntentRow]:
    """The intents of the journal whose outcome nobody knows."""
    with company.engine.connect() as connection:
        return open_intents(connection, company.netsuite.options.realm, ACCOUNT)


def intents(company: Company) -> list[tuple[int, int]]:
    """Journal id and fence of each intent, in order."""
    query = sa.select(journal.c.id, journal.c.fence).where(journal.c.kind == "intent").order_by(journal.c.id)
    with company.engine.connect() as connection:
        return [(row.id, row.fence) for row in connection.execute(query)]


def committed(company: Company) -> Counter[str]:
    """How many times NetSuite committed an upsert, by record type."""
    return Counter({label.removeprefix("PUT "): n for label, n in company.committed().items() if label[:4] == "PUT "})


def records(company: Company) -> Counter[str]:
    """How many records there are, by record type."""
    return Counter(record_type for record_type, _, _ in written(company))


def run_until_done(company: Company, *, most: int = 6) -> tuple[RunResult, list[RetriableError]]:
    """Run everything as Airflow would: a retriable failure is tried again. Return the good run, and the failures."""
    failures: list[RetriableError] = []
    while True:
        try:
            return company.run_all(), failures
        except RetriableError as error:
            failures.append(error)
            assert len(failures) < most, failures


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until the condition holds, looking a thousand times a second."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.001)


def in_flight(company: Company, record_type: str) -> int:
    """How many upserts of this type have reached NetSuite and were not committed yet."""
    meter = company.netsuite.account.meter
    label = f"PUT {record_type}"
    return meter.requests[label] - meter.writes[label]


def is_quiet(company: Company) -> bool:
    """Whether NetSuite works on nothing."""
    return company.netsuite.account.meter._in_flight == 0
