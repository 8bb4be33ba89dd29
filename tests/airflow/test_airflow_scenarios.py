"""Scenarios of the library through the real DAGs: task states, labels, links and the books that they end in.

Each scenario has a company of its own; Airflow's connections lead to it while it is played.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session
from sqlalchemy import select

from sandbox.netsuite.protocol.login import LoginDesk
from tests.airflow.company import environment, run_dag, states
from tests.pipeline.company import Company
from tests.sandbox.scenarios.bookkeeping import Bookkeeping
from tests.sandbox.scenarios.bookkeeping import opened as scenario

DAILY, PAYOUTS = "stripe_to_netsuite_daily", "payout_reconciliation"


@dataclass
class AirflowBookkeeping:
    """A scenario whose books Airflow keeps: each run is one of both DAGs, over all that has happened."""

    books: Bookkeeping
    dags: dict[str, Any]
    labels: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)

    def run(self) -> None:
        """Run the daily DAG, then the payouts'; remember the state of each label, and each payout's links."""
        first = self.books.scenario.opened - timedelta(days=1)
        window = {"start": first.isoformat(), "end": self.books.world.now_utc.replace(microsecond=0).isoformat()}
        daily = run_dag(self.dags[DAILY], params=window)
        assert {one for of_task in states(daily).values() for one in of_task} == {"success"}
        payouts = run_dag(self.dags[PAYOUTS], params=window)
        assert states(payouts)["finish"] == ["success"]
        assert payouts.state == "success"
        mapped = [one for one in payouts.get_task_instances() if one.task_id == "reconcile" and one.map_index >= 0]
        self.labels |= {str(one.rendered_map_index): str(one.state) for one in mapped}
        self.links |= {str(one.rendered_map_index).split()[0]: links(payouts.run_id, one.map_index) for one in mapped}


def links(run_id: str, map_index: int) -> list[str]:
    """What the buttons of a payout's task lead to."""
    where = (XComModel.dag_id == PAYOUTS, XComModel.run_id == run_id, XComModel.map_index == map_index)
    query = select(XComModel.value).where(*where, XComModel.task_id == "reconcile", XComModel.key.like("%link%"))
    with create_session() as session:
        return sorted(str(value).strip('"') for value in session.scalars(query))


@contextmanager
def kept(name: str, folder: Path, dagbag: Any) -> Iterator[tuple[AirflowBookkeeping, Company]]:
    """Play a scenario to its end, errands included, with Airflow in the place of the pipeline."""
    with scenario(name, folder) as books:
        company = books.company
        fields = {conn: {"conn_type": conn.split("_")[0], **one} for conn, one in company.connections().items()}
        fields["staging_default"] = {"conn_type": "sqlite", "extra": {"url": company.staging_url}}
        variables = {f"AIRFLOW_CONN_{conn.upper()}": json.dumps(one) for conn, one in fields.items()}
        account = company.netsuite.account
        account.login = LoginDesk(account.options, account.tokens)  # Airflow signs by this machine's clock
        played = AirflowBookkeeping(books, dagbag.dags)
        vars(books)["run"] = played.run  # the same turn, by another driver
        with environment(**variables, STRIPE_NETSUITE_MAPPINGS=str(company.mappings)):
            books.keep()
            yield played, company


@pytest.mark.parametrize("name", ["1", "4", "13", "16", "17"])
def test_a_scenario_ends_as_it_says_in_the_books_and_in_the_ui(tmp_path: Path, dagbag: Any, name: str) -> None:
    """Every task is green or waits; each payout that arrived is labelled with its state and leads to both sides.

    Paid by card, below zero, converted, failed after it was booked, paid out by hand.
    """
    with kept(name, tmp_path, dagbag) as (played, company):
        assert company.findings() == {}
        assert company.netsuite.is_balanced()
        arrived = [one for one in company.world.shelves["payout"] if one["status"] == "paid"]
        assert arrived
        for payout in arrived:
            label, state = next((label, s) for label, s in played.labels.items() if label.startswith(payout["id"]))
            assert state == "success"
            amount = Decimal(payout["amount"]).scaleb(-2)
            assert label.startswith(f"{payout['id']} {amount:,} {payout['currency'].upper()} booked")
            to_stripe, to_netsuite = played.links[payout["id"]]
            assert to_stripe == f"https://dashboard.stripe.com/test/{payout['id']}"
            assert to_netsuite.endswith(f"?id={record_of(company, payout['id'])}")
        assert any(" failed: " in label for label in played.labels) is (name == "16")
        if name == "1":
            before = company.write_requests()
            played.run()
            assert company.write_requests() == before


def record_of(company: Company, payout: str) -> int:
    """The payout's deposit, or the journal entry of one that has none."""
    known = company.external_ids()
    return company.internal_id(payout if payout in known else f"je-{payout}")
