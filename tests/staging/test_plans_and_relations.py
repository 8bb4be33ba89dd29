"""Load plans, relations between objects, and the currencies that customers have."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Engine

from stripe_netsuite.staging.customer_currencies import read_customer_currencies, write_customer_currencies
from stripe_netsuite.staging.load_plans import read_load_plan, read_load_plans, write_load_plan
from stripe_netsuite.staging.relations import read_relations, write_relations
from tests.staging.samples import ACCOUNT, NETSUITE, NOW


def test_a_plan_is_replaced_when_its_step_runs_again(staging_engine: Engine) -> None:
    """The run's plans come in the order in which the steps ran."""
    with staging_engine.begin() as conn:
        for minute, step in enumerate(["invoices", "customers", "invoices"]):
            write_load_plan(
                conn,
                run_id="run-1",
                stripe_account=ACCOUNT,
                step=step,
                content={"step": step, "minute": minute, "memo": "“ü”"},
                now=NOW + timedelta(minutes=minute),
            )
        invoices = {"step": "invoices", "minute": 2, "memo": "“ü”"}
        assert read_load_plan(conn, "run-1", ACCOUNT, "invoices") == invoices
        assert [plan["minute"] for plan in read_load_plans(conn, "run-1")] == [1, 2]
        assert read_load_plan(conn, "run-1", "acct_2", "invoices") is None
        assert read_load_plans(conn, "run-2") == []


def test_relations_are_added_and_never_taken_back(staging_engine: Engine) -> None:
    """Several invoice payments may point at one payment intent, and one may be given twice."""
    with staging_engine.begin() as conn:
        write_relations(conn, ACCOUNT, "invoice_payment", [("inpay_2", "pi_1"), ("inpay_1", "pi_1")])
        write_relations(conn, ACCOUNT, "invoice_payment", [("inpay_1", "pi_1"), ("inpay_3", "pi_2")])
        write_relations(conn, "acct_2", "invoice_payment", [("inpay_9", "pi_1")])
        write_relations(conn, ACCOUNT, "invoice_payment", [])
        found = read_relations(conn, ACCOUNT, "invoice_payment", ["pi_1", "pi_2", "pi_3"])
    assert found == {"pi_1": ["inpay_1", "inpay_2"], "pi_2": ["inpay_3"]}


def test_customer_currencies_are_remembered(staging_engine: Engine) -> None:
    """Of one NetSuite account, only of the customers asked for."""
    with staging_engine.begin() as conn:
        write_customer_currencies(conn, NETSUITE, [("1", "usd"), ("1", "eur"), ("2", "usd")])
        write_customer_currencies(conn, NETSUITE, [("1", "usd")])
        write_customer_currencies(conn, "other", [("1", "gbp")])
        assert read_customer_currencies(conn, NETSUITE, ["1", "3"]) == {("1", "usd"), ("1", "eur")}
