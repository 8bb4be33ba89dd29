"""# Stripe to NetSuite, daily

Goes over the whole day again by re-listing it, with a look-back that heals what the hourly runs missed, books what is
not in NetSuite yet, and proves the balance. Alone, without the hourly DAG, it does the whole job a day later.

**When it is green,** open the run's *Run report* tab: every stage shows in = out + quarantined + excluded + waiting,
and the proofs H1 (payouts = deposits), H2 (Stripe balance = ledger), H3 (Undeposited Funds = not paid out yet), H4 (open
invoices), H5 (every ledger line accounted for) and H6 (transit and clearing accounts roll forward).

| You see | It means | Do |
|---|---|---|
| `prove` red, a proof *broken* | the books are not complete or not equal; the task's last line and the findings name the objects | follow the finding's suggestion, clear `extract` |
| `validate` green, rows quarantined | exactly these rows break a critical rule; all else is booked | correct in Stripe or in the mapping; the next run takes them up |
| `load_…` red, `NetSuitePeriodClosed` | the posting period of these dates is closed | open it, or set `closed_period` in policy.yaml, clear |
| any task red, `ConfigurationError` | a connection or a mapping must be changed | do what its last line says, clear |
| `load_…` retrying, `LeaseHeld` | another run is writing for the same account | wait |

**Backfill**, for the first load or after an outage: Trigger > Backfill, or `airflow backfill create --dag-id
stripe_to_netsuite_daily --from-date 2026-10-01 --to-date 2026-10-31`. To go over days that ran before, add
`--reprocess-behavior completed`: nothing is written twice.

**Dry run:** trigger with *Dry run* on; the *Run report* tab shows the plan and what it does to each account.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, CronDataIntervalTimetable, chain

from stripe_netsuite_airflow.params import common_params
from stripe_netsuite_airflow.retry import default_args
from stripe_netsuite_airflow.tasks import extract, finish, load, load_and_announce, prove, validate

with DAG(
    dag_id="stripe_to_netsuite_daily",
    description="A whole Stripe day into NetSuite, with look-back and proof",
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime(2020, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    params=common_params(),
    doc_md=__doc__,
    tags=["stripe", "netsuite"],
):
    extracted = extract("daily")
    chain(
        extracted,
        validate("daily"),
        load.override(task_id="load_customers")("daily", "customers"),
        load.override(task_id="load_items")("daily", "items"),
        load.override(task_id="load_invoices")("daily", "invoices"),
        load.override(task_id="load_payments")("daily", "payments"),
        load.override(task_id="load_refunds")("daily", "refunds"),
        load_and_announce.override(task_id="load_disputes")("daily", "disputes", extracted),
        prove("daily"),
        finish("daily"),
    )
