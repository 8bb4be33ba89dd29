"""Draws the report pages: one self-contained HTML text each, without script, font, picture or style from elsewhere.

Receives values; everything that came from Stripe or NetSuite is escaped and set apart, so that neither markup nor
right-to-left text in a name can change what the page says.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from stripe_netsuite.domain.finding import Severity
from stripe_netsuite.domain.validation_report import RuleResult, ValidationReport
from stripe_netsuite.domain.window import calendar_date
from stripe_netsuite.report.amounts import format_major, format_minor, format_text
from stripe_netsuite.report.links import netsuite_link, stripe_link
from stripe_netsuite.report.model import RunReport
from stripe_netsuite.staging.proofs import Proof
from stripe_netsuite.staging.runs import RunRow

SHOWN_FINDINGS = 2000
"""Findings drawn on a run's page; the count above them is exact, and `findings_csv` has all."""

_SPOKEN = {"balance_transaction": "ledger line", "invoice_payment": "invoice payment"}
_WORST_FIRST = ("broken", "not_provable", "ok")
_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def validation_page(
    report: ValidationReport,
    run: RunRow,
    *,
    netsuite_account: str | None = None,
    netsuite_ids: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """Return the page of one validation.

    `netsuite_ids`: Stripe id → (record type, internal id), for links to what is already in NetSuite.
    """
    failed = sorted(report.failed_rules, key=lambda rule: (_ORDER[rule.severity], rule.object_type, rule.code))
    return _render(
        "validation.html",
        report=report,
        run=run,
        failed=failed,
        passed=[rule for rule in report.rules if rule.is_passed and rule.checked],
        idle=[rule for rule in report.rules if not rule.checked],
        netsuite_account=netsuite_account,
        netsuite_ids=netsuite_ids or {},
    )


def run_page(report: RunReport, *, exports: Mapping[str, str] | None = None) -> str:
    """Return the page of one run: what went through, what was written, what is wrong, what was proven.

    `exports`: the addresses of the tables that stand beside the page, by what they hold.
    """
    severities = Counter(row.finding.severity.value for row in report.findings)
    return _render(
        "run.html",
        report=report,
        run=report.run,
        severities=severities,
        findings=report.findings[:SHOWN_FINDINGS],
        proofs=sorted(report.proofs, key=lambda proof: _WORST_FIRST.index(proof.state)),
        tied=sum(payout.is_tied for payout in report.payouts),
        netsuite_account=report.netsuite_account,
        netsuite_ids=report.netsuite_ids,
        exports=exports or {},
    )


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        minor=format_minor,
        major=format_major,
        bare_minor=lambda minor, currency: _bare(format_minor(minor, currency)),
        bare_major=lambda amount, currency: _bare(format_major(amount, currency)),
        amount_text=format_text,
        instant=_instant,
        day=lambda seconds: calendar_date(seconds).isoformat(),
        number=lambda value: f"{value:,}",
        spoken=_spoken,
    )
    environment.globals.update(
        stripe_link=stripe_link,
        netsuite_link=netsuite_link,
        css=_css,
        not_shown=_not_shown,
        sum_of=_sum_of,
        sum_by_currency=_sum_by_currency,
    )
    return environment


def _template_source(name: str) -> str:
    return files("stripe_netsuite.report").joinpath("templates", name).read_text("utf-8")


def _css() -> Markup:
    # Our own file, not data: the only text that is not escaped.
    return Markup(_template_source("page.css"))  # noqa: S704


def _instant(value: datetime | str | None) -> str:
    if value is None:
        return "–"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _bare(amount: str) -> str:
    """Return an amount without its currency, for columns whose row names it once."""
    return amount.rpartition(" ")[0]


def _spoken(name: str) -> str:
    return _SPOKEN.get(name, name.replace("_", " "))


def _not_shown(rule: RuleResult) -> int:
    return rule.failed - len(rule.rows)


def _sum_of(rows: list[Mapping[str, Any]], key: str) -> int:
    return sum(int(row.get(key) or 0) for row in rows)


def _sum_by_currency(rows: Sequence[Proof]) -> list[tuple[str, Decimal]]:
    """Add up what was found, each currency by itself."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        if row.currency and row.found:
            totals[row.currency] = totals.get(row.currency, Decimal(0)) + Decimal(row.found)
    return sorted(totals.items())
