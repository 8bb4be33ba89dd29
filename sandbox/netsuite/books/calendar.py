"""Accounting periods: which one a transaction posts to, and whether it may (open, locked, closed)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.netsuite import errors
from sandbox.netsuite.books.database import Books, Row, day_of, stored_day


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


_QUERY = "SELECT * FROM accountingperiod WHERE isposting = 'T' AND "


def period(books: Books, period_id: int) -> Period | None:
    """The posting period with this id; years and quarters are not posting periods."""
    row = books.row(_QUERY + "id = ?", (period_id,))
    return _period(row) if row is not None else None


def period_of(books: Books, day: date) -> Period | None:
    """The posting period that covers a date."""
    stamp = stored_day(day)
    row = books.row(_QUERY + "startdate <= ? AND enddate >= ?", (stamp, stamp))
    return _period(row) if row is not None else None


def posting_period(books: Books, day: date, *, chosen: int | None, receivables: bool, keeps: int | None) -> Period:
    """The period a transaction of `day` posts to.

    `chosen` is the body's postingPeriod. `keeps` is the period an edited transaction already has: staying there is
    judged afterwards, by what changed in the ledger.
    """
    found = period(books, chosen) if chosen is not None else period_of(books, day)
    if found is None:
        raise errors.user_error(errors.NO_PERIOD) if chosen is None else errors.invalid_field(chosen, "postingPeriod")
    outside = not found.start <= day <= found.end
    if outside and not books.options.allow_date_outside_period:
        raise errors.user_error(errors.OUTSIDE_PERIOD)
    if found.id != keeps and not found.accepts(receivables=receivables):
        raise errors.user_error(errors.CLOSED_PERIOD) if chosen is not None else errors.no_open_period(_us_date(day))
    return found


def change_period(books: Books, name: str, **flags: bool) -> bool:
    """Open, lock or close a month by name (`closed`, `alllocked`, `arlocked`, …); False if there is no such month."""
    if books.row("SELECT 1 FROM accountingperiod WHERE periodname = ?", (name,)) is None:
        return False
    known = {"closed", "alllocked", "arlocked", "allownonglchanges"}
    with books.writing():
        for flag, value in flags.items():
            if flag in known:
                statement = f"UPDATE accountingperiod SET {flag} = ? WHERE periodname = ?"  # noqa: S608 - one of four
                books.execute(statement, ("T" if value else "F", name))
    return True


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
