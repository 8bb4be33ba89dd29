"""Staged objects: the newest version stands, nothing is lost, states follow the version they mean."""

from __future__ import annotations

import random
import threading
from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from stripe_netsuite.staging.objects import (
    ObjectState,
    PendingObject,
    StagedObject,
    StageResult,
    count_states,
    iter_pending,
    read_payloads,
    read_versions,
    set_states,
    stage_objects,
    staged_ids,
)
from stripe_netsuite.staging.payload_search import charges_of_intents
from stripe_netsuite.staging.retention import PurgeResult, drop_payloads, purge
from stripe_netsuite.staging.schema import staged_object, staged_object_version
from tests.staging.samples import ACCOUNT, DAY, NOW, staged

AWKWARD = '{"a":"tab\\t \\\\N \\u0000 “größer” 💶","b":"x\\ny"}\n'.encode()


def _row(engine: Engine, stripe_id: str = "ch_1") -> sa.Row[tuple[object, ...]]:
    with engine.connect() as conn:
        return conn.execute(sa.select(staged_object).where(staged_object.c.stripe_id == stripe_id)).one()


def test_a_new_object_is_pending_and_kept_as_received(staging_engine: Engine) -> None:
    """Every column, and the payload byte for byte."""
    given_row = staged(payload=AWKWARD, window=DAY)
    with staging_engine.begin() as conn:
        assert stage_objects(conn, [given_row]) == StageResult(new=1)
        assert read_payloads(conn, ACCOUNT, "charge", ["ch_1", "ch_2"]) == {"ch_1": AWKWARD}
    row = _row(staging_engine)._asdict()
    row.pop("payload")
    assert row == {
        "stripe_account": ACCOUNT,
        "object_type": "charge",
        "stripe_id": "ch_1",
        "created": 1_793_500_000,
        "fetched_at": NOW,
        "api_version": "2026-10-28.endive",
        "content_hash": given_row.content_hash,
        "window_start": DAY.start,
        "window_end": DAY.end,
        "run_id": "run-1",
        "state": "pending",
        "state_reason": None,
        "loaded_hash": None,
        "changed_run_id": "run-1",
    }


def test_instants_of_any_zone_are_the_same_instants(staging_engine: Engine) -> None:
    """Newest wins by instant, not by wall clock."""
    east = timezone(timedelta(hours=9))
    with staging_engine.begin() as conn:
        stage_objects(
            conn, [staged(payload=b"{1}", minute=1, fetched_at=(NOW + timedelta(minutes=1)).astimezone(east))]
        )
        stage_objects(conn, [staged(payload=b"{2}", minute=2)])
        assert read_payloads(conn, ACCOUNT, "charge", ["ch_1"]) == {"ch_1": b"{2}"}


def test_unchanged_content_keeps_its_state_and_notes_that_it_was_seen(staging_engine: Engine) -> None:
    """A second extraction of the same day makes no work."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged()])
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_1", staged().content_hash, "loaded")])
        assert stage_objects(conn, [staged(minute=5, run_id="run-2")]) == StageResult(unchanged=1)
    row = _row(staging_engine)
    assert (row.state, row.loaded_hash, row.run_id, row.changed_run_id) == (
        "loaded",
        staged().content_hash,
        "run-2",
        "run-1",
    )
    assert row.fetched_at == NOW + timedelta(minutes=5)


def test_changed_content_becomes_pending_and_archives_what_was(staging_engine: Engine) -> None:
    """What NetSuite has (`loaded_hash`) stays known."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged()])
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_1", staged().content_hash, "loaded")])
        changed = staged(payload=b'{"v":2}', minute=1, run_id="run-2")
        assert stage_objects(conn, [changed]) == StageResult(changed=1)
        assert read_versions(conn, ACCOUNT, "charge", "ch_1") == [b'{"v":1}']
    row = _row(staging_engine)
    assert (row.state, row.payload, row.changed_run_id) == ("pending", '{"v":2}', "run-2")
    assert (row.loaded_hash, row.content_hash) == (staged().content_hash, changed.content_hash)


def test_a_version_that_arrives_late_does_not_win_but_is_archived(staging_engine: Engine) -> None:
    """Two extractions overlap: the one that fetched first commits last."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged(payload=b'{"v":2}', minute=5)])
        assert stage_objects(conn, [staged(payload=b'{"v":1}', minute=1)]) == StageResult(unchanged=1)
        assert read_payloads(conn, ACCOUNT, "charge", ["ch_1"]) == {"ch_1": b'{"v":2}'}
        assert read_versions(conn, ACCOUNT, "charge", "ch_1") == [b'{"v":1}']


def test_an_unchanged_sighting_counts_for_newest_wins(staging_engine: Engine) -> None:
    """Seen at 0, seen again at 9: a version of minute 5 comes too late."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged(minute=0)])
        stage_objects(conn, [staged(minute=9)])
        stage_objects(conn, [staged(payload=b"{5}", minute=5)])
        assert read_payloads(conn, ACCOUNT, "charge", ["ch_1"]) == {"ch_1": b'{"v":1}'}


VERSIONS = st.lists(st.tuples(st.sampled_from(["ch_1", "ch_2"]), st.integers(0, 3)), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=VERSIONS, seed=st.integers(0, 999), cuts=st.integers(1, 8))
def test_order_and_batching_of_arrival_do_not_matter(
    staging_engine: Engine, versions: list[tuple[str, int]], seed: int, cuts: int
) -> None:
    """Law: the last fetched version stands, and every version that ever stood or came late is found somewhere."""
    rows = [staged(key, b'{"v":%d}' % value, minute=minute) for minute, (key, value) in enumerate(versions)]
    arriving = random.Random(seed).sample(rows, len(rows))
    with staging_engine.connect() as conn, conn.begin() as transaction:
        conn.execute(sa.delete(staged_object))
        conn.execute(sa.delete(staged_object_version))
        total = StageResult()
        for start in range(0, len(arriving), cuts):
            total += stage_objects(conn, arriving[start : start + cuts])
        assert total.new + total.changed + total.unchanged == len(rows)
        for key in {key for key, _ in versions}:
            mine = [row for row in rows if row.stripe_id == key]
            standing = read_payloads(conn, ACCOUNT, "charge", [key])[key]
            assert standing == mine[-1].payload
            archived = set(read_versions(conn, ACCOUNT, "charge", key))
            assert archived | {standing} == {row.payload for row in mine}
        transaction.rollback()


def test_many_rows_of_all_kinds_at_once(staging_engine: Engine) -> None:
    """More than one chunk: new, changed and unchanged together, on the bulk path of each database."""
    first = [staged(f"ch_{n:05}", b'{"v":%d}' % n, created=n) for n in range(4_500)]
    second = [staged(f"ch_{n:05}", b'{"v":%d}' % (n + n % 2), created=n, minute=1) for n in range(200, 5_000)]
    with staging_engine.begin() as conn:
        assert stage_objects(conn, first) == StageResult(new=4_500)
        assert stage_objects(conn, second) == StageResult(new=500, changed=2_150, unchanged=2_150)
    with staging_engine.connect() as conn:
        pending = list(iter_pending(conn, ACCOUNT, "charge"))
        expected = {row.stripe_id: row.payload for row in [*first, *second]}
        assert {row.stripe_id: row.payload for row in pending} == expected
        assert [row.created for row in pending] == list(range(5_000))
        archived = conn.execute(sa.select(sa.func.count()).select_from(staged_object_version)).scalar()
        assert archived == 2_150


def test_two_writers_of_the_same_objects_lose_nothing(staging_engine: Engine) -> None:
    """Hourly and daily extraction stage the same 300 objects at the same time, in opposite order."""
    hourly = [staged(f"ch_{n}", b"{h}", minute=1) for n in range(300)]
    daily = [staged(f"ch_{n}", b"{d}", minute=2) for n in reversed(range(300))]
    failures: list[BaseException] = []

    def work(rows: list[StagedObject]) -> None:
        try:
            for start in range(0, 300, 60):
                with staging_engine.begin() as conn:
                    stage_objects(conn, rows[start : start + 30])
                    stage_objects(conn, rows[start + 30 : start + 60])
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(rows,)) for rows in (hourly, daily)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    with staging_engine.connect() as conn:
        ids = [row.stripe_id for row in hourly]
        assert set(read_payloads(conn, ACCOUNT, "charge", ids).values()) == {b"{d}"}
        assert staged_ids(conn, ACCOUNT, "charge", [*ids, "ch_x"]) == set(ids)


def test_types_and_accounts_are_apart(staging_engine: Engine) -> None:
    """The same id in another account or type is another object."""
    rows = [staged(), staged(stripe_account="acct_2"), staged(object_type="refund")]
    with staging_engine.begin() as conn:
        assert stage_objects(conn, rows) == StageResult(new=3)
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_1", rows[0].content_hash, "excluded", "policy")])
        assert count_states(conn, ACCOUNT) == {("charge", "excluded"): 1, ("refund", "pending"): 1}
        assert count_states(conn, "acct_2") == {("charge", "pending"): 1}


def test_a_state_is_set_only_if_the_version_still_stands(staging_engine: Engine) -> None:
    """A load that worked on the old version must not mark the new one as done."""
    old, new = staged(), staged(payload=b'{"v":2}', minute=1)
    with staging_engine.begin() as conn:
        stage_objects(conn, [old])
        stage_objects(conn, [new])
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_1", old.content_hash, "loaded")])
    row = _row(staging_engine)
    assert (row.state, row.loaded_hash) == ("pending", None)


@pytest.mark.parametrize("count", [3, 120])
def test_states_in_bulk(staging_engine: Engine, count: int) -> None:
    """Few rows and many take different ways to the database; both end the same."""
    rows = [staged(f"ch_{n}") for n in range(count)]
    states = [
        ObjectState(row.stripe_id, row.content_hash, "loaded" if n % 3 else "waiting", None if n % 3 else "no customer")
        for n, row in enumerate(rows)
    ]
    with staging_engine.begin() as conn:
        stage_objects(conn, rows)
        set_states(conn, ACCOUNT, "charge", states)
        assert count_states(conn, ACCOUNT) == {
            ("charge", "waiting"): count // 3,
            ("charge", "loaded"): count - count // 3,
        }
    assert _row(staging_engine, "ch_0").state_reason == "no customer"
    assert (_row(staging_engine, "ch_0").loaded_hash, _row(staging_engine, "ch_1").loaded_hash) == (
        None,
        rows[1].content_hash,
    )


def test_pending_objects_come_oldest_first_filtered_by_state_age_and_id(staging_engine: Engine) -> None:
    """By created, then by id in byte order, capital letters first, on every database."""
    rows = [staged("ch_b", created=2), staged("ch_B", created=2), staged("ch_a", created=3), staged("ch_c", created=1)]
    with staging_engine.begin() as conn:
        stage_objects(conn, rows)
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_c", rows[3].content_hash, "waiting")])
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_a", rows[2].content_hash, "loaded")])

        def ids(**filters: object) -> list[str]:
            return [row.stripe_id for row in iter_pending(conn, ACCOUNT, "charge", **filters)]  # type: ignore[arg-type]

        assert ids() == ["ch_c", "ch_B", "ch_b"]
        assert ids(created_before=2) == ["ch_c"]
        assert ids(states=("loaded",)) == ["ch_a"]
        assert ids(only_ids=["ch_b", "ch_a", "ch_c", "ch_x"]) == ["ch_c", "ch_b"]
        assert ids(only_ids=["ch_b", "ch_c"], created_before=2) == ["ch_c"]
        assert ids(only_ids=[]) == []
        first = next(iter_pending(conn, ACCOUNT, "charge"))
        assert first == PendingObject("ch_c", 1, rows[3].content_hash, "waiting", b'{"v":1}')


@pytest.mark.parametrize("only_ids", [False, True])
def test_reading_pending_objects_while_changing_their_state(staging_engine: Engine, only_ids: bool) -> None:
    """Each is given once, though it moves to a state that is read as well."""
    rows = [staged(f"ch_{n:04}", created=n) for n in range(1_300)]
    with staging_engine.begin() as conn:
        stage_objects(conn, rows)
    seen = []
    with staging_engine.begin() as conn:
        chosen = [row.stripe_id for row in rows] if only_ids else None
        for pending in iter_pending(conn, ACCOUNT, "charge", only_ids=chosen):
            seen.append(pending.stripe_id)
            set_states(conn, ACCOUNT, "charge", [ObjectState(pending.stripe_id, pending.content_hash, "waiting")])
    assert seen == [row.stripe_id for row in rows]


def test_retention_drops_what_is_settled_and_old(staging_engine: Engine) -> None:
    """Old versions go, old payloads of loaded objects go; hashes and what still waits stay."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged("ch_1"), staged("ch_2"), staged("ch_3", minute=50)])
        stage_objects(conn, [staged("ch_1", b'{"v":2}', minute=1)])
        done = [
            ObjectState(row.stripe_id, row.content_hash, "loaded") for row in _stored(conn) if row.stripe_id != "ch_2"
        ]
        set_states(conn, ACCOUNT, "charge", done)
        assert purge(conn, NOW + timedelta(minutes=30)) == PurgeResult(versions_deleted=1, payloads_dropped=1)
        assert set(read_payloads(conn, ACCOUNT, "charge", ["ch_1", "ch_2", "ch_3"])) == {"ch_2", "ch_3"}
        assert purge(conn, NOW + timedelta(minutes=30)) == PurgeResult(0, 0)
        assert staged_ids(conn, ACCOUNT, "charge", ["ch_1"]) == {"ch_1"}


def test_ids_only_drops_payloads_after_the_load_and_takes_them_back(staging_engine: Engine) -> None:
    """The dropped object, fetched again unchanged, has its payload again and is still loaded."""
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged("ch_1", b"{0}")])
        stage_objects(conn, [staged("ch_1", minute=1), staged("ch_2")])
        set_states(conn, ACCOUNT, "charge", [ObjectState("ch_1", staged().content_hash, "loaded")])
        assert drop_payloads(conn, ACCOUNT) == PurgeResult(versions_deleted=1, payloads_dropped=1)
        assert set(read_payloads(conn, ACCOUNT, "charge", ["ch_1", "ch_2"])) == {"ch_2"}
        assert stage_objects(conn, [staged("ch_1", minute=2)]) == StageResult(unchanged=1)
        assert read_payloads(conn, ACCOUNT, "charge", ["ch_1"]) == {"ch_1": b'{"v":1}'}
        assert count_states(conn, ACCOUNT)["charge", "loaded"] == 1


def test_a_dropped_charge_is_still_found_by_its_payment_intent(staging_engine: Engine) -> None:
    """Whatever dropped it, `ids_only` or its age; a payment that is attached to an invoice later names the intent."""
    charges = {f"ch_{number}": b'{"payment_intent":"pi_%d"}' % (number % 2) for number in range(4)}
    with staging_engine.begin() as conn:
        stage_objects(conn, [staged(one, payload) for one, payload in charges.items()])
        for one in ("ch_0", "ch_3"):
            content_hash = staged(one, charges[one]).content_hash
            set_states(conn, ACCOUNT, "charge", [ObjectState(one, content_hash, "loaded")])
        before = charges_of_intents(conn, ACCOUNT, ["pi_0", "pi_1"])
        assert drop_payloads(conn, ACCOUNT).payloads_dropped == 2
        after = charges_of_intents(conn, ACCOUNT, ["pi_0", "pi_1"])
        assert {intent: sorted(ids) for intent, ids in after.items()} == before
        assert before == {"pi_0": ["ch_0", "ch_2"], "pi_1": ["ch_1", "ch_3"]}


def _stored(conn: sa.Connection) -> list[sa.Row[tuple[object, ...]]]:
    return list(conn.execute(sa.select(staged_object)))
