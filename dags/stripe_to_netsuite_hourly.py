"""# Stripe to NetSuite, hourly

Brings what changed in Stripe during the hour into NetSuite: customers, items, invoices, payments, refunds, disputes, in
this order. A quiet hour costs a few reads. The daily DAG goes over the same ground and heals what Stripe's events missed.

**Nothing to do when it fails once.** Tasks repeat by themselves while Stripe or NetSuite is away. A task that is red
needs a person: its log ends with the object, what was seen, what was expected and what to do.

| You see | It means | Do |
|---|---|---|
| `extract` red, `StripeRefused` | the key lacks a permission | grant it in Stripe, clear the task |
| `load_…` red, `NetSuiteAuthenticationFailed` | the token was revoked, or the role changed | test the connection `netsuite_default`, clear |
| `load_…` red, `MappingError` | a mapping file is wrong; file and line are named | correct it, clear |
| findings, but all green | rows are quarantined or wait; the rest is booked | open the run's *Validation* tab |
| `load_…` retrying, `LeaseHeld` | another run is writing for the same account | wait |

**Safe to repeat.** Clear, re-run and backfill as you like: what is in NetSuite already is recognised and not written
again. **Backfill** for a range of hours: Trigger > Backfill, or `airflow backfill create --dag-id
stripe_to_netsuite_hourly --from-date … --to-date …`. For more than a day use the daily DAG.

**Dry run:** trigger with *Dry run* on; the *Run report* tab shows the plan and what it does to each account.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, CronDataIntervalTimetable, chain

from stripe_netsuite_airflow.params import common_params
from stripe_netsuite_airflow.retry import default_args
from stripe_netsuite_airflow.tasks import extract, finish, load, load_and_announce, validate

with DAG(
    dag_id="stripe_to_netsuite_hourly",
    description="What changed in Stripe within the hour, into NetSuite",
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2020, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    params=common_params(),
    doc_md=__doc__,
    tags=["stripe", "netsuite"],
):
    extracted = extract("hourly")
    chain(
        extracted,
        validate("hourly"),
        load.override(task_id="load_customers")("hourly", "customers"),
        load.override(task_id="load_items")("hourly", "items"),
        load.override(task_id="load_invoices")("hourly", "invoices"),
        load.override(task_id="load_payments")("hourly", "payments"),
        load.override(task_id="load_refunds")("hourly", "refunds"),
        load_and_announce.override(task_id="load_disputes")("hourly", "disputes", extracted),
        finish("hourly"),
    )
