"""What a sale line may say about revenue recognition: its dates, and a template where the legacy feature is on."""

from __future__ import annotations

from sandbox.netsuite import errors
from sandbox.netsuite.books import calendar
from sandbox.netsuite.books.database import Books
from sandbox.netsuite.reading import Reader


def check_dates(line: Reader) -> None:
    """Refuse a line whose revenue ends before it starts."""
    start, end = line.day("revRecStartDate"), line.day("revRecEndDate")
    if start is not None and end is not None and end < start:
        raise errors.user_error("The revenue recognition end date must not be before the start date.")


def check_template(books: Books, line: Reader, item_name: str, deferred: int | None) -> None:
    """A line with a revenue recognition template: the item needs its account, the months must be open."""
    if not books.options.features.legacy_revenue or not line.has("revRecSchedule"):
        return
    if deferred is None:
        raise errors.user_error(f"The {item_name} item does not have a Deferred Revenue Account specified.")
    start, end = line.day("revRecStartDate"), line.day("revRecEndDate")
    if start is None or end is None:
        raise errors.missing_value("Rev. Rec. Start Date", "Rev. Rec. End Date")
    periods = [period for period in calendar.posting_periods(books) if period.start <= end and period.end >= start]
    covered = bool(periods) and periods[0].start <= start and periods[-1].end >= end
    if not covered or not all(period.accepts(receivables=False) for period in periods):
        raise errors.user_error("Not enough open accounting periods available for revenue recognition.")
