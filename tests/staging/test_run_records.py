"""What a run leaves behind: itself, its counts, its proofs, its validation, the mapping it used."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from stripe_netsuite.errors import InvariantBroken
from stripe_netsuite.staging.mapping_versions import read_mapping_version, write_mapping_version
from stripe_netsuite.staging.proofs import Proof, read_proofs, write_proofs
from stripe_netsuite.staging.runs import RunRow, end_run, read_run, start_run
from stripe_netsuite.staging.stage_counts import StageCount, read_stage_counts, write_stage_counts
from stripe_netsuite.staging.validation_results import (
    latest_validation_result,
    read_validation_result,
    write_validation_result,
)
from tests.staging.samples import ACCOUNT, DAY, NOW

LATER = NOW + timedelta(hours=1)
RUN = RunRow(
    run_id="run-1",
    kind="daily",
    stripe_accounts=(ACCOUNT, "acct_2"),
    window=DAY,
    mapping_version="m1",
    dry_run=False,
    started_at=NOW,
    link="http://airflow/run-1",
)


def test_a_run_starts_once_and_its_last_end_stands(staging_engine: Engine) -> None:
    """A retried task starts it again: the first start stays."""
    with staging_engine.begin() as conn:
        assert read_run(conn, "run-1") is None
        start_run(conn, RUN)
        assert read_run(conn, "run-1") == RUN
        start_run(conn, replace(RUN, started_at=LATER, kind="other"))
        end_run(conn, "run-1", outcome="failed", counts={}, now=NOW)
        end_run(conn, "run-1", outcome="success", counts={"written": 3}, now=LATER)
        ended = replace(RUN, ended_at=LATER, outcome="success", counts={"written": 3})
        assert read_run(conn, "run-1") == ended


def test_a_run_may_have_no_window(staging_engine: Engine) -> None:
    """Preflight has none."""
    with staging_engine.begin() as conn:
        start_run(conn, replace(RUN, window=None, mapping_version=None, dry_run=True, link=None))
        run = read_run(conn, "run-1")
    assert run is not None
    assert (run.window, run.dry_run) == (None, True)


def test_a_run_that_never_started_cannot_end(staging_engine: Engine) -> None:
    """An end without a start is a mistake of ours."""
    with pytest.raises(InvariantBroken, match="run-9"), staging_engine.begin() as conn:
        end_run(conn, "run-9", outcome="success", counts={}, now=NOW)


PARTS = st.tuples(*[st.integers(0, 10**9)] * 4)
SIGNED = st.tuples(*[st.integers(-(10**12), 10**12)] * 4)
SIDES = ("out", "quarantined", "excluded", "waiting")


@given(counts=PARTS, amounts=SIGNED, lost=st.integers(-3, 3), lost_amount=st.integers(-3, 3))
def test_balanced_is_exactly_that_nothing_vanished(
    counts: tuple[int, ...], amounts: tuple[int, ...], lost: int, lost_amount: int
) -> None:
    """Law: in = out + quarantined + excluded + waiting, in count and in amount, and never otherwise."""
    parts = {f"{side}_count": value for side, value in zip(SIDES, counts, strict=True)}
    parts |= {f"{side}_amount": value for side, value in zip(SIDES, amounts, strict=True)}
    row = StageCount(
        stage="transform",
        object_type="charge",
        currency="usd",
        in_count=sum(counts) + lost,
        in_amount=sum(amounts) + lost_amount,
        **parts,
    )
    assert row.balanced is (lost == 0 and lost_amount == 0)


def test_stage_counts_are_replaced_for_a_run_account_and_stage(staging_engine: Engine) -> None:
    """A retried task counts once; other stages, accounts and runs stay."""
    usd = StageCount(stage="transform", object_type="charge", currency="usd", in_count=2, out_count=2, in_amount=2**40)
    eur = replace(usd, currency="eur")
    load = replace(usd, stage="load", currency="")
    with staging_engine.begin() as conn:
        write_stage_counts(conn, "run-1", ACCOUNT, "transform", [usd, eur])
        write_stage_counts(conn, "run-1", ACCOUNT, "load", [load])
        write_stage_counts(conn, "run-1", "acct_2", "load", [load])
        write_stage_counts(conn, "run-2", ACCOUNT, "transform", [eur])
        again = replace(usd, in_count=3)
        write_stage_counts(conn, "run-1", ACCOUNT, "transform", [again])
        assert read_stage_counts(conn, "run-1", ACCOUNT) == [load, again]
        assert read_stage_counts(conn, "run-2") == [eur]
        write_stage_counts(conn, "run-1", ACCOUNT, "transform", [])
        assert read_stage_counts(conn, "run-1", ACCOUNT) == [load]
        assert read_stage_counts(conn, "run-1", "acct_2") == [load]
        with pytest.raises(InvariantBroken, match="another stage"):
            write_stage_counts(conn, "run-1", ACCOUNT, "transform", [load])


def test_stage_counts_of_all_accounts_add_up(staging_engine: Engine) -> None:
    """By stage, object type and currency, in whole numbers; never two currencies in one sum."""
    usd = StageCount(stage="load", object_type="charge", currency="usd", in_count=2, out_count=2, in_amount=-(2**40))
    eur = replace(usd, currency="eur")
    with staging_engine.begin() as conn:
        write_stage_counts(conn, "run-1", ACCOUNT, "load", [usd, eur])
        write_stage_counts(conn, "run-1", "acct_2", "load", [usd])
        both = replace(usd, in_count=4, out_count=4, in_amount=-(2**41))
        assert read_stage_counts(conn, "run-1") == [eur, both]
        assert all(type(row.in_amount) is int for row in read_stage_counts(conn, "run-1"))


def test_proofs_are_kept_for_each_run_and_replaced_within_it(staging_engine: Engine) -> None:
    """In the order of rule, account, subject."""
    proof = Proof(
        run_id="run-1",
        code="H2",
        stripe_account=ACCOUNT,
        subject="usd",
        expected="10.00",
        found="9.99",
        difference="0.01",
        currency="usd",
        state="broken",
        detail=None,
        at=NOW,
    )
    fixed = replace(proof, found="10.00", difference="0.00", state="ok")
    first = replace(proof, code="H1", subject="po_1", state="not_provable", found=None, detail="no deposit yet")
    with staging_engine.begin() as conn:
        write_proofs(conn, [proof, replace(proof, run_id="run-2")])
        write_proofs(conn, [fixed, first])
        assert read_proofs(conn, "run-1") == [first, fixed]
        assert [row.state for row in read_proofs(conn, "run-2")] == ["broken"]


def test_the_latest_validation_is_the_newest_of_the_account(staging_engine: Engine) -> None:
    """Not the one that was written last."""
    with staging_engine.begin() as conn:
        assert latest_validation_result(conn, ACCOUNT) is None
        write_validation_result(conn, "run-2", ACCOUNT, '{"n":2}', LATER)
        write_validation_result(conn, "run-1", ACCOUNT, '{"n":0}', NOW)
        write_validation_result(conn, "run-1", ACCOUNT, '{"n":1}', NOW)
        write_validation_result(conn, "run-3", "acct_2", '{"n":3}', LATER)
        assert latest_validation_result(conn, ACCOUNT) == ("run-2", '{"n":2}')
        assert read_validation_result(conn, "run-1", ACCOUNT) == '{"n":1}'
        assert read_validation_result(conn, "run-3", ACCOUNT) is None


def test_a_mapping_version_keeps_its_files(staging_engine: Engine) -> None:
    """The version is a hash of the content: writing it again changes nothing."""
    files = {"accounts.yaml": "bank: “1000”\n", "customers.csv": "a,b\n"}
    with staging_engine.begin() as conn:
        write_mapping_version(conn, "m1", files, NOW)
        write_mapping_version(conn, "m1", {}, LATER)
        assert read_mapping_version(conn, "m1") == files
        assert read_mapping_version(conn, "m2") is None
