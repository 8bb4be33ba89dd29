"""Report runs: asked for with POST, `pending` until the clock has moved on, then a CSV file to be downloaded.

Raises ApiError, as Stripe refuses, for a type that is not there, a missing or unknown parameter, an interval outside
the data and an unknown column (docs.stripe.com/reports/v1-api).
"""

import re
from functools import partial
from zoneinfo import available_timezones

from sandbox.stripe.api.api_error import ApiError, missing, no_such, unknown_parameter
from sandbox.stripe.api.query import (
    PAGING,
    Parameters,
    Value,
    allow,
    read_integer,
    read_limit,
    read_list,
    read_required,
    read_text,
)
from sandbox.stripe.api.reading import list_body, read_one, read_plain
from sandbox.stripe.api.report_rows import report_csv
from sandbox.stripe.api.report_types import REPORT_TYPES, ReportType, available, report_type_object
from sandbox.stripe.base.shelf import Json
from sandbox.stripe.world import World

_INSTANTS = ("interval_start", "interval_end")
_METADATA_COLUMN = re.compile(r"(payment|refund|transfer)_metadata\[.+\]")
_RESULT_KEPT_S = 365 * 86_400


class Reports:
    """The report runs and files of all accounts; a run takes `delay_s` of the sandbox's clock."""

    def __init__(self, delay_s: int) -> None:
        self._delay_s = delay_s
        self._files: dict[tuple[str, str], tuple[Json, bytes]] = {}

    def run(self, world: World, form: Parameters, base_url: str) -> bytes:
        """Begin a run. `base_url`: where the result will be found."""
        allow(form, ("report_type", "parameters", "expand"))
        report = _report_type(read_required(form, "report_type"), status=400)
        parameters = _run_parameters(world, report, form.get("parameters", {}))
        run: Json = {
            "id": world.ids.next("frr"),
            "object": "reporting.report_run",
            "created": world.now,
            "error": None,
            "livemode": False,
            "parameters": parameters,
            "report_type": report.id,
            "result": None,
            "status": "pending",
            "succeeded_at": None,
        }
        world.add(run, None)
        answer = read_one(world, "reporting.report_run", run["id"], {k: v for k, v in form.items() if k == "expand"})
        world.schedule(world.now + self._delay_s, partial(self._finish, world, run["id"], base_url))
        if not self._delay_s:
            world.advance_to(world.now_utc)
        return answer

    def file(self, world: World, file_id: str, parameters: Parameters) -> bytes:
        """The `file` object of a result."""
        return read_plain(world, self._found(world, file_id)[0], parameters)

    def contents(self, world: World, file_id: str) -> bytes:
        """The result itself."""
        return self._found(world, file_id)[1]

    def _found(self, world: World, file_id: str) -> tuple[Json, bytes]:
        kept = self._files.get((world.account["id"], file_id))
        if kept is None:
            raise no_such("file", file_id, param="file")
        return kept

    def _finish(self, world: World, run_id: str, base_url: str) -> None:
        run = world.get("reporting.report_run", run_id)
        body = report_csv(world, REPORT_TYPES[run["report_type"]], run["parameters"])
        file_id = world.ids.next("file")
        result: Json = {
            "id": file_id,
            "object": "file",
            "created": world.now,
            "expires_at": world.now + _RESULT_KEPT_S,
            "filename": f"{run_id}.csv",
            "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={file_id}"},
            "purpose": "finance_report_run",
            "size": len(body),
            "title": f"FinanceReportRun {run_id}",
            "type": "csv",
            "url": f"{base_url}/v1/files/{file_id}/contents",
        }
        self._files[world.account["id"], file_id] = (result, body)
        done = {"status": "succeeded", "succeeded_at": world.now, "result": result}
        world.change(run, "reporting.report_run.succeeded", **done)


def list_report_types(world: World, url: str, parameters: Parameters) -> bytes:
    """All report types on one page."""
    allow(parameters, PAGING)
    read_limit(parameters)
    rows = [report_type_object(world, report) for report in REPORT_TYPES.values()]
    return list_body(world, "reporting.report_type", url, rows, parameters)


def one_report_type(world: World, report_id: str, parameters: Parameters) -> bytes:
    """A report type."""
    return read_plain(world, report_type_object(world, _report_type(report_id)), parameters)


def _report_type(report_id: str, *, status: int = 404) -> ReportType:
    if report_id not in REPORT_TYPES:
        raise no_such("reporting_report_type", report_id, param="report_type", status=status)
    return REPORT_TYPES[report_id]


def _run_parameters(world: World, report: ReportType, value: Value) -> Json:
    """The parameters of a run, checked against what its type needs and knows."""
    given = value if isinstance(value, dict) else {}
    known = {*report.required, *report.optional}
    for name in given:
        if name not in known:
            raise unknown_parameter(f"parameters[{name}]")
    for name in report.required:
        if name not in given:
            raise missing(f"parameters[{name}]")
    parameters: Json = {}
    for name, text in given.items():
        full = f"parameters[{name}]"
        if name in _INSTANTS:
            parameters[name] = read_integer(read_text(text, full), full)
        elif name == "columns":
            parameters[name] = _columns(report, read_list(text, full))
        else:
            parameters[name] = read_text(text, full)
    _check_interval(world, parameters)
    _check_names(world, parameters)
    return parameters


def _columns(report: ReportType, columns: list[str]) -> list[str]:
    for column in columns:
        if column not in report.columns and (report.is_summary or _METADATA_COLUMN.fullmatch(column) is None):
            text = f"Column '{column}' is not available for report type '{report.id}'."
            raise ApiError(400, text, param="parameters[columns]")
    return columns


def _check_interval(world: World, parameters: Json) -> None:
    start, end = available(world)
    for name in _INSTANTS:
        instant = parameters.get(name, start)
        if not start <= instant <= end:
            text = f"{name} {instant} is outside the data that is available: {start} to {end}."
            raise ApiError(400, text, param=f"parameters[{name}]")
    if "interval_start" in parameters and parameters["interval_start"] >= parameters["interval_end"]:
        raise ApiError(400, "interval_start must be before interval_end.", param="parameters[interval_start]")


def _check_names(world: World, parameters: Json) -> None:
    if "timezone" in parameters and parameters["timezone"] not in available_timezones():
        text = f"Invalid timezone: {parameters['timezone']}"
        raise ApiError(400, text, param="parameters[timezone]")
    if "payout" in parameters:
        payout = world.shelves["payout"].find(parameters["payout"])
        if payout is None:
            raise no_such("payout", parameters["payout"], param="parameters[payout]", status=400)
        if not payout["automatic"] or payout["reconciliation_status"] != "completed":
            text = f"Payout {payout['id']} is not an automatic payout that has been reconciled."
            raise ApiError(400, text, param="parameters[payout]")
