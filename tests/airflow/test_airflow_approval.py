"""A payout waits, is approved over the API that Airflow's UI calls, and is booked: scheduler, workers and API are real."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.netsuite.protocol.login import LoginDesk
from stripe_netsuite import pipeline
from tests import databases
from tests.airflow.real_airflow import RealAirflow, running_airflow
from tests.pipeline.bank import balance
from tests.pipeline.company import Company, open_company
from tests.pipeline.trade import opened

APPROVAL, PAYOUTS = "payout_approval", "payout_reconciliation"
WINDOW = {"start": "2026-11-01T00:00:00Z", "end": "2026-11-15T00:00:00Z"}
POLICY = {"payout_mismatch": "fail_open", "fail_open_threshold": {"usd": "0.50"}, "approval": "above_threshold"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Two payments are booked, one edited from 25.00 to 24.00; the payout with both has arrived."""
    folder = tmp_path_factory.mktemp("approval")
    trade = opened()
    charge = trade.world.charge(2500, customer=trade.customer)
    trade.sale()
    with (
        databases.sqlite_database(folder, migrated=True) as url,
        open_company(url, folder, {"stripe_default": trade.world}) as company,
    ):
        company.run_day(2)
        trade.at(6)
        company.by_hand("customerPayment", {"payment": 24}, company.internal_id(charge["id"]))
        stage(company)
        company.edit("policy.yaml", lambda content: content.update(POLICY))
        account = company.netsuite.account
        account.login = LoginDesk(account.options, account.tokens)  # by this machine's clock, as Airflow's tasks sign
        yield company


def stage(company: Company) -> None:
    """Read what Stripe has, the payout too, and book nothing."""
    run = company.make_run(datetime.fromisoformat(WINDOW["start"]), datetime.fromisoformat(WINDOW["end"]))
    with company.services() as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)


@pytest.fixture(scope="module")
def airflow(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAirflow]:
    """An Airflow whose connections lead to the company."""
    with running_airflow(tmp_path_factory.mktemp("airflow"), connections(company)) as airflow:
        airflow.api.wait_for_dags([APPROVAL, PAYOUTS])
        airflow.api.unpause(PAYOUTS)
        yield airflow


def connections(company: Company) -> dict[str, str]:
    """The company's connections as environment variables of Airflow."""
    fields = {name: {"conn_type": name.split("_")[0], **one} for name, one in company.connections().items()}
    fields["staging_default"] = {"conn_type": "sqlite", "extra": {"url": company.staging_url}}
    variables = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(one) for name, one in fields.items()}
    return {**variables, "STRIPE_NETSUITE_MAPPINGS": str(company.mappings)}


def until(tell: Callable[[], Any], patience_s: float = 90) -> Any:
    """Ask until there is an answer."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := tell():
            return found
        time.sleep(0.3)
    raise TimeoutError(tell.__name__)


def reconciled(airflow: RealAirflow) -> dict[str, dict[str, Any]]:
    """Trigger the payouts' DAG; return the task instances of the run by name and label, once it ended."""
    run_id = airflow.api.trigger(PAYOUTS, WINDOW)
    airflow.api.watch(PAYOUTS, lambda runs: [run for run in runs if run["dag_run_id"] == run_id], lambda _: None)
    return tasks(airflow, run_id)


def tasks(airflow: RealAirflow, run_id: str) -> dict[str, dict[str, Any]]:
    return {one["task_id"]: one for one in airflow.api.tasks(PAYOUTS, run_id)}


def labels(airflow: RealAirflow, run_id: str, word: str) -> str:
    """The label of the run's payout, once it has this word in it."""
    label = str(tasks(airflow, run_id).get("reconcile", {}).get("rendered_map_index"))
    return label if word in label else ""


def open_questions(airflow: RealAirflow) -> list[dict[str, Any]]:
    """What Airflow shows under Required Actions, once it is there."""

    def waiting() -> list[dict[str, Any]]:
        details = airflow.log_in("grace").ask("GET", f"dags/{APPROVAL}/dagRuns/~/hitlDetails").json()["hitl_details"]
        return [one for one in details if one["task_instance"]["state"] == "awaiting_input"]

    found: list[dict[str, Any]] = until(waiting)
    return found


def test_a_payout_is_asked_about_once_approved_in_the_ui_and_booked(company: Company, airflow: RealAirflow) -> None:
    payout = next(iter(company.world.shelves["payout"]))["id"]
    first = reconciled(airflow)
    assert first["reconcile"]["state"] == "skipped"
    assert "waiting_for_approval: differences of 1.00 USD" in first["reconcile"]["rendered_map_index"]
    (question,) = open_questions(airflow)
    assert question["subject"] == f"1.00 USD of differences in a payout of 120.77 USD: post {payout}?"
    assert "| unequal amounts | 25.00 USD | 24.00 USD | 1.00 USD |" in question["body"]
    again = reconciled(airflow)
    assert again["ask"]["state"] == "skipped"
    assert len(open_questions(airflow)) == len(airflow.api.runs(APPROVAL)) == 1
    run_id = question["task_instance"]["dag_run_id"]
    assert airflow.log_in("vera").answer(run_id, "Approve").status_code == 403
    assert payout not in company.external_ids()
    assert airflow.log_in("grace").answer(run_id, "Approve", "bank fee").status_code == 200
    assert airflow.log_in("admin").answer(run_id, "Reject").status_code == 409

    until(lambda: payout in company.external_ids())
    woken = until(lambda: [run for run in airflow.api.runs(PAYOUTS) if run["run_type"] == "asset_triggered"])
    label = until(lambda: labels(airflow, woken[0]["dag_run_id"], "booked"))
    assert "booked: differences of 1.00 USD approved by grace on " in label
    assert " approved by grace on " in company.body("deposit", payout)["memo"]
    assert balance(company, "1590") == Decimal("-1.00")
    assert company.netsuite.is_balanced()
