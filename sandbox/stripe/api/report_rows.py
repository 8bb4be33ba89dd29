"""The rows of a report, computed from the ledger: header and cells as CSV text.

Receives a world, a report type and the run's parameters; gives the file's bytes. The same world gives the same bytes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from sandbox.stripe.api.report_columns import at, cell, entry_of, major
from sandbox.stripe.api.report_types import ReportType
from sandbox.stripe.base.movement import PAYMENTS
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.world import World

_PAYOUT_CATEGORIES = frozenset({"payout", "payout_reversal"})


def report_csv(world: World, report: ReportType, parameters: Json) -> bytes:
    """The CSV file of a run. Amounts in major units, every field quoted."""
    columns = parameters.get("columns") or report.default_columns
    zone = ZoneInfo(parameters["timezone"]) if "timezone" in parameters else UTC
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    if report.kind == "balance_summary":
        rows: Iterable[dict[str, str]] = _balance_summary(world, parameters, zone)
    elif report.is_summary:
        rows = _summary(row for row, _ in _selected(world, report, parameters))
    else:
        entries = (entry_of(world, row, payout, zone) for row, payout in _selected(world, report, parameters))
        rows = ({column: cell(entry, column) for column in columns} for entry in entries)
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue().encode()


def _selected(world: World, report: ReportType, parameters: Json) -> Iterator[tuple[Json, Json | None]]:
    """The ledger rows that a report tells of, oldest first, each with the automatic payout that settles it.

    An automatic payout's own row is left out; what left by hand is among the rows of the next automatic payout.
    """
    payouts = _payout_by_row(world)
    own_rows = {payout["balance_transaction"] for payout in world.shelves["payout"] if payout["automatic"]}
    for row in _payments_rows(world):
        payout = payouts.get(row["id"])
        if any(parameters.get(name, row[name]) != row[name] for name in ("currency", "reporting_category")):
            continue
        if row["id"] in own_rows or not _is_in(report, parameters, row, payout):
            continue
        yield row, payout


def _payments_rows(world: World) -> Iterator[Json]:
    """The rows of the balance that /v1/balance shows; what is reserved has a balance, and a second row, of its own."""
    return (row for row in world.shelves["balance_transaction"] if row["balance_type"] == PAYMENTS)


def _is_in(report: ReportType, parameters: Json, row: Json, payout: Json | None) -> bool:
    match report.kind:
        case "activity":
            is_activity = row["reporting_category"] not in _PAYOUT_CATEGORIES
            return is_activity and parameters["interval_start"] <= row["created"] < parameters["interval_end"]
        case "payout":
            start, end = parameters["interval_start"], parameters["interval_end"]
            return payout is not None and start <= payout["arrival_date"] < end
        case "payout_by_id":
            return payout is not None and payout["id"] == parameters["payout"]
        case _:
            end = parameters["interval_end"]
            return bool(row["created"] < end and (payout is None or payout["arrival_date"] >= end))


def _payout_by_row(world: World) -> dict[str, Json]:
    return {
        row_id: payout
        for payout in world.shelves["payout"]
        if payout["automatic"]
        for _, row_id in world.ledger.keys_of_payout(payout["id"])
        if row_id != payout["balance_transaction"]
    }


def _summary(rows: Iterable[Json]) -> Iterator[dict[str, str]]:
    """One row for each reporting category and currency."""
    totals: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        total = totals.setdefault((row["reporting_category"], row["currency"]), [0, 0, 0, 0])
        for position, number in enumerate((1, row["amount"], row["fee"], row["net"])):
            total[position] += number
    for (category, currency), (count, gross, fee, net) in sorted(totals.items()):
        yield {
            "reporting_category": category,
            "currency": currency,
            "count": str(count),
            "gross": str(major(gross, currency)),
            "fee": str(major(fee, currency)),
            "net": str(major(net, currency)),
        }


def _balance_summary(world: World, parameters: Json, zone: tzinfo) -> Iterator[dict[str, str]]:
    """Starting balance, activity, payouts, ending balance of each currency."""
    start, end = parameters["interval_start"], parameters["interval_end"]
    sums: dict[str, dict[str, int]] = {}
    for row in _payments_rows(world):
        if row["created"] >= end or parameters.get("currency", row["currency"]) != row["currency"]:
            continue
        total = sums.setdefault(row["currency"], dict.fromkeys(_DESCRIPTIONS, 0))
        total["ending_balance"] += row["net"]
        if row["created"] < start:
            total["starting_balance"] += row["net"]
            continue
        group = "payouts" if row["reporting_category"] in _PAYOUT_CATEGORIES else "activity"
        total[group] += row["net"]
        total[f"{group}_gross"] += row["amount"]
        total[f"{group}_fee"] -= row["fee"]
    days = {"start": str(at(start, zone))[:10], "end": datetime.fromtimestamp(end - 1, zone).strftime("%Y-%m-%d")}
    for currency, total in sorted(sums.items()):
        for category, amount in total.items():
            yield {
                "category": category,
                "currency": currency,
                "description": _DESCRIPTIONS[category].format(**days),
                "net_amount": str(major(amount, currency)),
            }


_DESCRIPTIONS = {
    "starting_balance": "Starting balance ({start})",
    "activity_gross": "Balance change from activity before fees",
    "activity_fee": "Less fees",
    "activity": "Net balance change from activity",
    "payouts_gross": "Payouts before fees",
    "payouts_fee": "Less payout fees",
    "payouts": "Total payouts",
    "ending_balance": "Ending balance ({end})",
}
