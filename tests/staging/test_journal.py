"""The journal: intents before, outcomes after; nothing is changed, and nobody writes with an old fence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.errors import InvariantBroken, LeaseLost
from stripe_netsuite.staging.journal import Outcome, count_writes, open_intents, write_intents, write_outcomes
from stripe_netsuite.staging.lease import Lease, acquire
from stripe_netsuite.staging.schema import journal
from tests.staging.samples import ACCOUNT, NETSUITE, NOW, SettableClock, intent


@pytest.fixture
def lease(staging_engine: Engine) -> Lease:
    """The writer's lease, fence 1."""
    return acquire(staging_engine, "load acct_1", "run-1", 60, SettableClock())


def _open(engine: Engine) -> list[int]:
    with engine.connect() as conn:
        return [row.id for row in open_intents(conn, NETSUITE, ACCOUNT)]


def test_an_intent_is_open_until_its_outcome_settles_it(staging_engine: Engine, lease: Lease) -> None:
    """None yet, or `unknown`: open. Committed, adopted or refused: settled."""
    with staging_engine.begin() as conn:
        ids = write_intents(conn, lease, [intent(f"ch_{n}") for n in range(5)], at=NOW)
    assert _open(staging_engine) == ids
    with staging_engine.begin() as conn:
        outcomes = [
            Outcome(ids[1], "committed", "101"),
            Outcome(ids[2], "refused", detail="That record does not exist."),
            Outcome(ids[3], "unknown", detail="timeout"),
            Outcome(ids[4], "unknown"),
        ]
        write_outcomes(conn, outcomes, at=NOW)
    assert _open(staging_engine) == [ids[0], ids[3], ids[4]]
    with staging_engine.begin() as conn:
        write_outcomes(conn, [Outcome(ids[4], "adopted", "104")])
    assert _open(staging_engine) == [ids[0], ids[3]]


@pytest.mark.parametrize("lost", ["no outcome", "unknown"])
@pytest.mark.parametrize("then", ["no outcome", "unknown", "refused", "committed", "adopted"])
def test_a_newer_intent_of_the_record_replaces_an_older_one(
    staging_engine: Engine, lease: Lease, lost: str, then: str
) -> None:
    """Looked up, not found, sent again: only the second request can still be on its way."""
    with staging_engine.begin() as conn:
        (first,) = write_intents(conn, lease, [intent("ch_1")])
        if lost == "unknown":
            write_outcomes(conn, [Outcome(first, "unknown", detail="timeout")])
        assert [row.id for row in open_intents(conn, NETSUITE, ACCOUNT)] == [first]
        (second,) = write_intents(conn, lease, [intent("ch_1", run_id="run-2")])
        if then != "no outcome":
            write_outcomes(conn, [Outcome(second, then)])  # type: ignore[arg-type]
    assert _open(staging_engine) == ([second] if then in ("no outcome", "unknown") else [])


def test_an_outcome_is_newer_than_an_intent_and_does_not_replace_one(staging_engine: Engine, lease: Lease) -> None:
    """A late `unknown` of the first request leaves the second one open, and itself replaces nothing."""
    with staging_engine.begin() as conn:
        first, second = write_intents(conn, lease, [intent("ch_1"), intent("ch_1")])
        write_outcomes(conn, [Outcome(first, "unknown")])
        write_outcomes(conn, [Outcome(first, "committed", "101")])
    assert _open(staging_engine) == [second]


@pytest.mark.parametrize(
    "other",
    [
        {"netsuite_account": "7654321"},
        {"stripe_account": "acct_2"},
        {"stripe_id": "ch_2"},
        {"stripe_id": "CH_1"},
        {"role": Role.CREDIT_MEMO},
    ],
    ids="-".join,
)
def test_an_intent_of_another_record_replaces_nothing(
    staging_engine: Engine, lease: Lease, other: dict[str, Any]
) -> None:
    """A record is a NetSuite account, a Stripe account, a Stripe id, case and all, and a role."""
    with staging_engine.begin() as conn:
        (first,) = write_intents(conn, lease, [intent("ch_1")])
        (second,) = write_intents(conn, lease, [intent(**({"stripe_id": "ch_1"} | other))])
        write_outcomes(conn, [Outcome(second, "refused")])
    assert _open(staging_engine) == [first]


def test_an_intent_comes_back_as_it_was_written(staging_engine: Engine, lease: Lease) -> None:
    """With fence, instant and body; only of the accounts asked for."""
    given = intent("ch_1", body='{"memo": "Stripe: ch_1 “ü”"}', external_id=None, payload_hash=None)
    with staging_engine.begin() as conn:
        (number,) = write_intents(conn, lease, [given], at=NOW)
        (row,) = open_intents(conn, NETSUITE, ACCOUNT)
        assert open_intents(conn, NETSUITE, "acct_2") == []
        assert open_intents(conn, "other", ACCOUNT) == []
    assert (row.id, row.fence, row.at, row.intent) == (number, lease.fence, NOW, given)


def test_ids_come_in_the_order_of_the_rows(staging_engine: Engine, lease: Lease) -> None:
    """The outcome of each request must find its own intent, also among thousands."""
    with staging_engine.begin() as conn:
        ids = write_intents(conn, lease, [intent(f"ch_{n}") for n in range(2_500)])
        stored = {row.id: row.stripe_id for row in conn.execute(sa.select(journal.c.id, journal.c.stripe_id))}
        assert [stored[number] for number in ids] == [f"ch_{n}" for n in range(2_500)]
        assert write_intents(conn, lease, []) == []


def test_without_an_instant_the_database_dates_the_row(staging_engine: Engine, lease: Lease) -> None:
    """In UTC, near now."""
    with staging_engine.begin() as conn:
        write_intents(conn, lease, [intent()])
        (row,) = open_intents(conn, NETSUITE, ACCOUNT)
    assert abs(row.at - datetime.now(UTC)) < timedelta(minutes=5)


def test_after_a_take_over_the_old_writer_writes_nothing(staging_engine: Engine, lease: Lease) -> None:
    """It learns so before its request is sent."""
    acquire(staging_engine, "load acct_1", "run-2", 60, SettableClock(NOW + timedelta(hours=1)))
    with pytest.raises(LeaseLost), staging_engine.begin() as conn:
        write_intents(conn, lease, [intent()])
    assert _open(staging_engine) == []


def test_the_old_writer_may_still_tell_the_outcome_of_what_it_sent(staging_engine: Engine, lease: Lease) -> None:
    """The request was sent under a valid lease; that it was committed is a fact worth knowing."""
    with staging_engine.begin() as conn:
        ids = write_intents(conn, lease, [intent()])
    acquire(staging_engine, "load acct_1", "run-2", 60, SettableClock(NOW + timedelta(hours=1)))
    with staging_engine.begin() as conn:
        write_outcomes(conn, [Outcome(ids[0], "committed", "101")])
    assert _open(staging_engine) == []


@pytest.mark.parametrize("statement", [sa.update(journal).values(detail="x"), sa.delete(journal)])
def test_the_database_refuses_to_change_or_delete_a_row(
    staging_engine: Engine, lease: Lease, statement: sa.Update | sa.Delete
) -> None:
    """Append-only is not a habit but a rule of the database."""
    with staging_engine.begin() as conn:
        write_intents(conn, lease, [intent()])
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), staging_engine.begin() as conn:
        conn.execute(statement)
    with staging_engine.connect() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(journal)).scalar() == 1


def test_an_outcome_needs_an_intent(staging_engine: Engine, lease: Lease) -> None:
    """Neither an unknown number nor an outcome's own number will do; nothing of the call is written."""
    with staging_engine.begin() as conn:
        (number,) = write_intents(conn, lease, [intent()])
        write_outcomes(conn, [Outcome(number, "unknown")])
        with pytest.raises(InvariantBroken, match=str(number + 1)):
            write_outcomes(conn, [Outcome(number, "committed"), Outcome(number + 1, "committed")])
    assert _open(staging_engine) == [number]


def test_writes_of_a_run_are_its_committed_intents(staging_engine: Engine, lease: Lease) -> None:
    """Adopted, refused and unknown ones wrote nothing that we know of; a second sighting counts once."""
    with staging_engine.begin() as conn:
        ids = write_intents(conn, lease, [intent(f"ch_{n}") for n in range(4)])
        other = write_intents(conn, lease, [intent("ch_9", run_id="run-2")])
        outcomes = [Outcome(ids[0], "unknown"), Outcome(ids[0], "committed", "1"), Outcome(ids[1], "adopted", "2")]
        write_outcomes(conn, [*outcomes, Outcome(ids[2], "refused"), Outcome(other[0], "committed", "3")])
        assert (count_writes(conn, "run-1"), count_writes(conn, "run-2"), count_writes(conn, "run-3")) == (1, 1, 0)
