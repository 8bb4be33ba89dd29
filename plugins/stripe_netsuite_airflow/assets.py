"""The payout asset: an event says that payouts may be ready to be tied out.

An event only wakes `payout_reconciliation`. The work itself stands in the staging table `payout_state`, committed
before the event is registered; a lost event is healed by the DAG's daily schedule.
"""

from __future__ import annotations

from airflow.sdk import Asset, AssetAlias

PAYOUTS = Asset(name="stripe_payouts", uri="stripe-netsuite://payouts", group="stripe_netsuite")

# Airflow registers an event for every plain outlet of a task that succeeds; through an alias the task decides.
PAYOUTS_IF_ANY = AssetAlias("stripe_payouts_if_any")
