"""# Payout approval

Asks a person whether a payout's deposit may be posted although its records in NetSuite do not cover all of it, and the
differences are above `fail_open_threshold`. Only where policy.yaml says `approval: above_threshold`.

One run for each question, started by `payout_reconciliation`; it waits, without holding a worker, until somebody answers
under **Browse > Required Actions** (also on Airflow's home page and on the run itself). The answer wakes
`payout_reconciliation`, which books the deposit, or blocks the payout.

| The task `decide` is | It means | Do |
|---|---|---|
| *awaiting input* | the question is open | read it, follow its links, **Approve** or **Reject** with a reason |
| green | answered: who, what and when stand in its XCom, in the finding and in the deposit's memo | nothing |
| pink (skipped) | the differences changed or went before anybody was asked, or the payout is booked | nothing |
| red, *names no question* | started by hand without a configuration | trigger `payout_reconciliation` instead |

**An answer holds for exactly what was shown.** Should a record change afterwards, the deposit is not posted, and the
question is asked anew in another run; what is answered too late says *withdrawn* and changes nothing.
**To change a rejection,** clear `decide` in its run: it asks again. An approval on which the deposit stands is final.

**Who may answer:** whoever may edit this DAG's human-in-the-loop details: with Airflow's own roles *Op* and *Admin*, and
*User*; not *Viewer*. To let only controllers decide, give a role `can edit` on *HITL Detail* and on `DAG:payout_approval`,
and take *HITL Detail* from the others.

**Dry run** of `payout_reconciliation` starts no run of this DAG and asks nobody.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG

from stripe_netsuite_airflow.operators.approval import DecidePayoutOperator
from stripe_netsuite_airflow.retry import default_args

with DAG(
    dag_id="payout_approval",
    description="A person decides about a payout whose differences are above the threshold",
    schedule=None,
    start_date=datetime(2020, 1, 1, tzinfo=UTC),
    catchup=False,
    # A question may stay open for days: it must not keep the next one from being asked.
    max_active_runs=1000,
    # It does nothing by itself, and a question that waits behind a pause would be seen by nobody.
    is_paused_upon_creation=False,
    default_args=default_args(),
    doc_md=__doc__,
    tags=["stripe", "netsuite"],
):
    DecidePayoutOperator(task_id="decide")
