"""The report types of the Reports API: what each is called, needs, can show, and how far its data reaches.

Data, and the object that tells of it. Stripe prepares the data of a day by noon UTC of the next, and twice a day
(docs.stripe.com/reports/options): `data_available_end` is midnight or noon UTC, at least twelve hours ago.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sandbox.stripe.base.shelf import Json
from sandbox.stripe.world import World

HALF_DAY_S = 12 * 3600
Kind = Literal["activity", "payout", "payout_by_id", "ending_balance", "balance_summary"]

_COLUMNS = msgspec.json.decode(
    (Path(__file__).parent / "data" / "report_columns.json").read_bytes(), type=dict[str, list[str]]
)
_INTERVAL = ("interval_start", "interval_end")


@dataclass(frozen=True, slots=True)
class ReportType:
    """A report type. `kind`: which rows of the ledger it tells of; `is_summary`: added up by reporting category."""

    id: str
    name: str
    kind: Kind
    is_summary: bool
    required: tuple[str, ...]

    @property
    def version(self) -> int:
        """The number at the end of the id."""
        return int(self.id.rpartition(".")[2])

    @property
    def optional(self) -> tuple[str, ...]:
        """The parameters that a run may have."""
        if self.kind == "balance_summary":
            return ("columns", "currency", "timezone")
        return ("columns", "currency", "reporting_category", "timezone")

    @property
    def columns(self) -> list[str]:
        """Every column it can have."""
        if self.kind == "balance_summary":
            return _COLUMNS["balance_summary"]
        return _COLUMNS["summary" if self.is_summary else "itemized"]

    @property
    def default_columns(self) -> list[str]:
        """The columns it has if none are asked for."""
        if self.is_summary:
            return self.columns
        newest = self.version >= _NEWEST[self.kind]
        return _COLUMNS["itemized_7_defaults" if newest else "itemized_defaults"]


# The first version with the short default columns.
_NEWEST: dict[Kind, int] = {"activity": 7, "payout": 7, "payout_by_id": 4, "ending_balance": 4, "balance_summary": 1}


def _types() -> dict[str, ReportType]:
    found: list[ReportType] = [
        ReportType("balance.summary.1", "Balance summary", "balance_summary", is_summary=True, required=_INTERVAL)
    ]
    families: tuple[tuple[str, str, Kind, tuple[str, ...], range], ...] = (
        ("balance_change_from_activity", "Balance change from activity", "activity", _INTERVAL, range(3, 8)),
        ("payout_reconciliation", "Payout reconciliation", "payout", _INTERVAL, range(5, 8)),
        ("payout_reconciliation.by_id", "Payout reconciliation by id", "payout_by_id", ("payout",), range(1, 5)),
        ("ending_balance_reconciliation", "Ending balance", "ending_balance", ("interval_end",), range(1, 5)),
    )
    for prefix, name, kind, required, versions in families:
        found.append(ReportType(f"{prefix}.summary.1", f"{name}: summary", kind, is_summary=True, required=required))
        found.extend(
            ReportType(f"{prefix}.itemized.{version}", f"{name}: itemized", kind, is_summary=False, required=required)
            for version in versions
        )
    return {report.id: report for report in found}


REPORT_TYPES = _types()


def available(world: World) -> tuple[int, int]:
    """From when (inclusive) to when (exclusive) there is data: the account's first midnight, and the last half day."""
    start = int(world.account["created"]) // (2 * HALF_DAY_S) * (2 * HALF_DAY_S)
    return start, max(start, (world.now - HALF_DAY_S) // HALF_DAY_S * HALF_DAY_S)


def report_type_object(world: World, report: ReportType) -> Json:
    """The `reporting.report_type` object."""
    start, end = available(world)
    return {
        "id": report.id,
        "object": "reporting.report_type",
        "data_available_end": end,
        "data_available_start": start,
        "default_columns": report.default_columns,
        "livemode": False,
        "name": report.name,
        "updated": end + HALF_DAY_S,
        "version": report.version,
    }
