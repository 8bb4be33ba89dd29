"""Why something is not in NetSuite: followed to a rule or an open finding, or explained by neither (ACCOUNTING H3)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.money import Money
from stripe_netsuite.netsuite_api.proof_queries import HeldRecord
from stripe_netsuite.pipeline.proof_causes import Causes
from stripe_netsuite.pipeline.proof_funds import held_by_source
from stripe_netsuite.reconcile.proof_funds import OpenSource
from stripe_netsuite.staging.findings import record_findings
from stripe_netsuite.staging.objects import ObjectState, State, set_states
from stripe_netsuite.staging.versions import stage_objects
from tests.golden.case import BOOKS
from tests.staging.samples import ACCOUNT, NOW, staged


def put(engine: Engine, object_type: str, stripe_id: str, state: State, reason: str | None, **fields: str) -> None:
    """Stage an object that stands so."""
    row = staged(stripe_id, json.dumps(fields).encode(), object_type=object_type)
    with engine.begin() as connection:
        stage_objects(connection, [row])
        set_states(connection, ACCOUNT, object_type, [ObjectState(stripe_id, row.content_hash, state, reason)])


def find(engine: Engine, code: str, stripe_id: str, stage: str = "load") -> None:
    """Open a finding."""
    finding = Finding(
        code=code, severity=Severity.CRITICAL, stage=stage, stripe_account=ACCOUNT, message="m", stripe_id=stripe_id
    )
    with engine.begin() as connection:
        record_findings(connection, [finding], "run", NOW)


@pytest.mark.parametrize(
    ("stripe_id", "state", "reason", "answer"),
    [
        ("ch_9", "excluded", "A7: before the sync start date", ("A7: before the sync start date", True)),
        ("ch_9", "excluded", "", ("excluded", True)),
        ("ch_9", "pending", "not loaded yet", ("not loaded yet", True)),
        ("ch_2", "waiting", "netsuite_refused", ("netsuite_refused", True)),
        ("ch_1", "waiting", "waiting_on in_1", ("waits for in_1: invoice_total_mismatch", True)),
        ("re_1", "waiting", "waiting_on_payment", ("waits for ch_1: waits for in_1: invoice_total_mismatch", True)),
        ("re_2", "waiting", "waiting_on_payment", ("waiting_on_payment", False)),
        ("ch_9", "waiting", "waiting_on in_9", ("waits for in_9: not staged", False)),
        ("ch_9", "waiting", "why; not", ("why, not", False)),
        ("ch_3", "waiting", "waiting_on ch_3", (": ".join(["waits for ch_3"] * 5 + ["waiting_on ch_3"]), False)),
    ],
)
def test_the_way_is_followed_to_its_end(
    staging_engine: Engine, stripe_id: str, state: str, reason: str, answer: tuple[str, bool]
) -> None:
    """A rule, a finding of its own, that of the invoice it waits for, that of its charge's; a circle ends, too."""
    put(staging_engine, "charge", "ch_1", "waiting", "waiting_on in_1")
    put(staging_engine, "charge", "ch_3", "waiting", "waiting_on ch_3")
    put(staging_engine, "invoice", "in_1", "waiting", None)
    put(staging_engine, "refund", "re_1", "waiting", "waiting_on_payment", charge="ch_1")
    put(staging_engine, "refund", "re_2", "waiting", "waiting_on_payment")
    find(staging_engine, "invoice_total_mismatch", "in_1")
    find(staging_engine, "netsuite_refused", "ch_2")
    find(staging_engine, "proof_h3_broken", "ch_9", "prove")
    with staging_engine.connect() as connection:
        assert Causes(connection, ACCOUNT).of(stripe_id, state, reason) == answer


@pytest.mark.parametrize(("held", "value"), [("50.00", "47.10"), ("25.00", "23.55")])
def test_in_a_third_currency_what_is_held_counts_in_proportion(held: str, value: str) -> None:
    """Pounds that settle in euros, in books of dollars: half of the payment is half of what Stripe settled."""
    numbers = {"gbp": "7", "eur": "3", "usd": "1"}
    record = HeldRecord("11", "ch_1", numbers["gbp"], Decimal(held), Decimal(held))
    books = replace(BOOKS, currency_id_by_code=numbers)
    source = OpenSource("ch_1", Money(4710, "eur"), Money(0, "eur"))
    found = held_by_source([record], {"11": "ch_1"}, [source], {"ch_1": "eur"}, books, {"ch_1": Money(5000, "gbp")})
    assert found["ch_1", "eur"].amount == Decimal(value)
    unknown = held_by_source([record], {"11": "ch_1"}, [source], {"ch_1": "eur"}, books, {})
    assert unknown["ch_1", "eur"].amount == Decimal("47.10")
