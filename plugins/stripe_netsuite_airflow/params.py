"""The form of the trigger dialog, the same for every DAG. Empty values mean: all, and the run's own interval."""

from __future__ import annotations

from airflow.sdk import Param


def common_params() -> dict[str, Param]:
    """Return the params that every DAG takes; `start` and `end` replace the data interval of a run made by hand."""
    return {
        "dry_run": Param(
            default=False,
            type="boolean",
            title="Dry run",
            description="Plan only: what would be created, updated and skipped, and what it does to which account. "
            "Nothing is written to NetSuite.",
        ),
        "stripe_accounts": Param(
            default=[],
            type=["array", "null"],
            items={"type": "string"},
            title="Stripe accounts",
            description="Ids as in entities.yaml, one a line. Empty: all of them.",
        ),
        "only_ids": Param(
            default=[],
            type=["array", "null"],
            items={"type": "string", "pattern": "^[A-Za-z0-9_]+$"},
            title="Only these Stripe ids",
            description="For example ch_…, in_…, po_…, one a line. Empty: everything in the window.",
        ),
        "start": Param(
            default=None,
            type=["string", "null"],
            format="date-time",
            title="From (UTC, included)",
            description="Together with the end: replaces the run's data interval.",
            section="Window of a run made by hand",
        ),
        "end": Param(
            default=None,
            type=["string", "null"],
            format="date-time",
            title="To (UTC, excluded)",
            section="Window of a run made by hand",
        ),
    }
