"""What the extraction tests share: a client on a served world, and what staging holds, comparable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from sandbox.testing import RunningStripe
from stripe_netsuite.domain.window import Window
from stripe_netsuite.extract.extraction import ExtractResult, extract_window
from stripe_netsuite.extract.plan import ExtractSettings
from stripe_netsuite.settings import StripeConnection
from stripe_netsuite.staging import schema
from stripe_netsuite.stripe_api.client import StripeClient
from stripe_netsuite.stripe_api.limits import Limits
from stripe_netsuite.stripe_api.retry import RetryPolicy
from tests.stripe_api.wire import FakeClock

ACCOUNT = "acct_sandbox_us"
START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 15, tzinfo=UTC)


def day(number: int, days: int = 1) -> Window:
    """The window of a day of November 2026, or of several from it on."""
    start = datetime(2026, 11, number, tzinfo=UTC)
    return Window(start, start + timedelta(days=days))


@contextmanager
def reading(stripe: RunningStripe, now: datetime = END + timedelta(minutes=5)) -> Iterator[StripeClient]:
    """A client without limits whose clock only moves by waiting."""
    connection = StripeConnection("stripe_default", stripe.key, stripe.url)
    clock = FakeClock(now)
    with StripeClient(connection, clock, Limits.unlimited(3), retry=RetryPolicy(attempts=20, total_s=1e6)) as client:
        yield client


def extract(
    client: StripeClient,
    engine: Engine,
    window: Window,
    mode: str = "hourly",
    run_id: str = "run",
    *,
    now: datetime = END + timedelta(minutes=5),
    settings: ExtractSettings | None = None,
    only_ids: list[str] | None = None,
) -> ExtractResult:
    """Extract one window of the sandbox account."""
    return extract_window(
        client, engine, ACCOUNT, window, run_id, mode=mode, clock=FakeClock(now), settings=settings, only_ids=only_ids
    )


def staged(engine: Engine) -> dict[tuple[str, str], str]:
    """Content hash by object type and id."""
    table = schema.staged_object.c
    with engine.connect() as conn:
        rows = conn.execute(sa.select(table.object_type, table.stripe_id, table.content_hash))
        return {(row[0], row[1]): row[2] for row in rows}


def ledger(engine: Engine) -> set[tuple[object, ...]]:
    """The ledger's rows without the run that brought them."""
    table = schema.balance_transaction.c
    with engine.connect() as conn:
        return {
            tuple(row)
            for row in conn.execute(sa.select(table.id, table.net, table.status, table.source_id, table.payout_id))
        }
