"""Accounting periods: which one a transaction posts to, and whether it may (open, locked, closed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books, Row, day_of, stored_day
from sandbox.netsuite.books.reference import known


@dataclass(frozen=True, slots=True)
class Period:
    """A posting period (a month)."""

    id: int
    name: str
    start: date
    end: date
    closed: bool
    all_locked: bool
    receivables_locked: bool
    allows_non_gl_changes: bool

    def accepts(self, *, receivables: bool) -> bool:
        """Whether a new posting may go here; `receivables` marks invoices, credit memos, payments and refunds."""
        return not (self.closed or self.all_locked or (receivables and self.receivables_locked))


def posting_periods(books: Books) -> tuple[Period, ...]:
    """All posting periods (months) by date; years and quarters are none."""
    query = "SELECT * FROM accountingperiod WHERE isposting = 'T' ORDER BY startdate, id"
    return known(books, "periods", lambda: tuple(_period(row) for row in books.rows(query)))


def period(books: Books, period_id: int) -> Period | None:
    """The posting period with this id; years and quarters are not posting periods."""
    return next((found for found in posting_periods(books) if found.id == period_id), None)


def period_of(books: Books, day: date) -> Period | None:
    """The posting period that covers a date."""
    return next((found for found in posting_periods(books) if found.start <= day <= found.end), None)


def preferred_period(books: Books, day: date, *, receivables: bool) -> Period | None:
    """Where a posting goes whose own period is closed: by preference the first open one after, today's, or nowhere."""
    match books.options.preferences.posting_period_when_closed:
        case "refuse":
            return None
        case "current":
            found = period_of(books, books.today)
            return found if found is not None and found.accepts(receivables=receivables) else None
        case "first_open":
            later = (found for found in posting_periods(books) if found.start > day)
            return next((found for found in later if found.accepts(receivables=receivables)), None)


def posting_period(books: Books, day: date, *, chosen: int | None, receivables: bool, keeps: int | None) -> Period:
    """The period a transaction of `day` posts to.

    `chosen` is the body's postingPeriod. `keeps` is the period an edited transaction already has: staying there is
    judged afterwards, by what changed in the ledger.
    """
    found = period(books, chosen) if chosen is not None else period_of(books, day)
    if found is None:
        raise errors.user_error(errors.NO_PERIOD) if chosen is None else errors.invalid_field(chosen, "postingPeriod")
    if chosen is None and found.id != keeps and not found.accepts(receivables=receivables):
        found = preferred_period(books, day, receivables=receivables) or found
    outside = not found.start <= day <= found.end
    if outside and not books.options.allow_date_outside_period:
        raise errors.user_error(errors.OUTSIDE_PERIOD)
    if found.id != keeps and not found.accepts(receivables=receivables):
        raise errors.user_error(errors.CLOSED_PERIOD) if chosen is not None else errors.no_open_period(_us_date(day))
    return found


_FLAGS = frozenset({"closed", "alllocked", "arlocked", "aplocked", "payrolllocked", "allownonglchanges"})


def change_period(books: Books, name: str, **flags: bool) -> bool:
    """Open, lock or close a period by name (`closed`, `alllocked`, `arlocked`, …); False if there is no such period.

    A quarter or a year takes its months with it (year-end close). A month that is opened opens what contains it.
    """
    row = books.row("SELECT id, parent FROM accountingperiod WHERE periodname = ?", (name,))
    if row is None:
        return False
    with books.writing():
        for flag in _FLAGS & flags.keys():
            for key in _with_parts(books, row["id"]):
                _set_flag(books, key, flag, is_on=flags[flag])
        if flags.get("closed") is False:
            parent = row["parent"]
            while parent is not None:
                _set_flag(books, parent, "closed", is_on=False)
                above = books.row("SELECT parent FROM accountingperiod WHERE id = ?", (parent,))
                parent = above["parent"] if above is not None else None
    return True


def _with_parts(books: Books, period_id: int) -> list[int]:
    found = [period_id]
    for row in books.rows("SELECT id FROM accountingperiod WHERE parent = ?", (period_id,)):
        found += _with_parts(books, row["id"])
    return found


def _set_flag(books: Books, period_id: int, flag: str, *, is_on: bool) -> None:
    statement = f"UPDATE accountingperiod SET {flag} = ? WHERE id = ?"  # noqa: S608 - one of _FLAGS
    books.execute(statement, ("T" if is_on else "F", period_id))
    if flag == "closed":
        day = stored_day(books.today) if is_on else None
        books.execute("UPDATE accountingperiod SET closedondate = ? WHERE id = ?", (day, period_id))


def _us_date(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _period(row: Row) -> Period:
    return Period(
        id=row["id"],
        name=row["periodname"],
        start=day_of(row["startdate"]),
        end=day_of(row["enddate"]),
        closed=row["closed"] == "T",
        all_locked=row["alllocked"] == "T",
        receivables_locked=row["arlocked"] == "T",
        allows_non_gl_changes=row["allownonglchanges"] == "T",
    )
