"""# Payout reconciliation

Books one NetSuite deposit for each Stripe payout, equal to the bank line to the cent: the customer payments and refunds
of the payout, the fees by kind, the currency difference. One task for each payout; its label is the payout's id and
amount. It runs when a load says that payouts are ready, and once a day for whatever was missed.

| The payout's task is | It means | Do |
|---|---|---|
| green, *booked* | the deposit is posted, read back, and equals the payout; a payout by hand or below zero has its journal entry | nothing |
| green, *booked: … in suspense* | it is posted with differences that policy or a person let through; they are cleared by themselves once the records are right | open the *Run report* tab, follow the findings |
| green, *failed*, *reversed* | the bank sent it back: the label says why, and the journal entry took it out of the bank again | look at the bank account in Stripe |
| green, *canceled*, *excluded* | it never left Stripe, or arrived before the books begin: nothing is booked | nothing |
| pink (skipped) | *waiting*: Stripe still reconciles it, or a record of it is not in NetSuite yet; the label says what | nothing: the next run takes it up by itself |
| pink, *waiting_for_approval* | its differences are above the threshold; a run of `payout_approval` asks | answer it: **Browse > Required Actions** |
| red, *blocked* | a record of it is voided, deposited elsewhere, or held | correct that record; trigger this DAG |
| red, *mismatch* | its parts do not add up to the payout; nothing was posted | open the *Run report* tab, follow the finding |
| `prove` red | the payouts' lines, or the accounts that they pass, are not what Stripe's ledger says; its last line names both | follow the finding's suggestion, trigger this DAG |
| yellow (retry) | NetSuite or Stripe cannot answer now, or another run is writing | wait |

The buttons *Stripe payout* and *NetSuite deposit* on a payout's task lead to both sides (to the journal entry, where a
payout has no deposit). State and reason stand in the task's label: Airflow lets no task write a note on itself; notes are
for people.

A task that begins with `cl-` is a *clearing day*: where Stripe pays out by hand, each day's ledger lines go by one
deposit into the clearing account, and each payout leaves it by journal entries.

**One payout again:** trigger with its `po_…` under *Only these Stripe ids*; a booked payout is recognised and not
posted twice. **Dry run** shows the deposit line by line and posts nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, chain

from stripe_netsuite_airflow.assets import PAYOUTS
from stripe_netsuite_airflow.operators.payout import MAP_LABEL, ReconcilePayoutOperator
from stripe_netsuite_airflow.params import common_params
from stripe_netsuite_airflow.retry import default_args
from stripe_netsuite_airflow.tasks import NETSUITE_POOL, discover, finish, prove, questions

with DAG(
    dag_id="payout_reconciliation",
    description="One NetSuite deposit for each Stripe payout, tied out to the cent",
    # The event only wakes; the daily sweep finds what an event that got lost would have told.
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("30 5 * * *", timezone="UTC", interval=timedelta(days=1)), assets=[PAYOUTS]
    ),
    start_date=datetime(2020, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    params=common_params(),
    doc_md=__doc__,
    tags=["stripe", "netsuite"],
):
    reconcile = ReconcilePayoutOperator.partial(
        task_id="reconcile", map_index_template=MAP_LABEL, pool=NETSUITE_POOL, pool_slots=1
    ).expand(payout=discover())
    # A run of its own for each question, named after it: however often this asks, it is asked once.
    open_questions = questions()
    ask = TriggerDagRunOperator.partial(
        task_id="ask",
        trigger_dag_id="payout_approval",
        map_index_template="{{ task.conf['label'] }}",
        logical_date=None,
        skip_when_already_exists=True,
    ).expand_kwargs(open_questions)
    chain(reconcile, open_questions, ask, prove("payout"), finish("payout"))
