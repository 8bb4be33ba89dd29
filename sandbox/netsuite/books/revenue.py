"""Revenue recognition: revenue elements, their plans and planned months (ARM).

NetSuite recognises revenue by journal entries that people start; here the elements, plans and planned months are kept,
and the posting to the item's deferred revenue account.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sandbox.netsuite.books import calendar
from sandbox.netsuite.books.amounts import ZERO, exact, rounded, stored
from sandbox.netsuite.books.database import Books, Row, day_of, stored_day
from sandbox.netsuite.books.header import Header
from sandbox.netsuite.books.reference import currency
from sandbox.netsuite.books.sale_line import SaleLine


def write_elements(books: Books, head: Header, entered: list[SaleLine], *, sign: int) -> None:
    """A revenue element for each line whose item has a revenue rule; `sign` is -1 on a credit memo."""
    if not books.options.features.advanced_revenue:
        return
    for number, line in enumerate(entered, start=1):
        sold = line.sold
        if sold.revenue_rule is None or sold.deferred is None or line.body.flag("doNotCreateRevenueElement"):
            continue
        key = books.next_id("revenueelement")
        start = line.body.day("revRecStartDate") or head.tran_date
        end = line.body.day("revRecEndDate") or start
        amount = stored(sign * line.amount)
        books.insert(
            "revenueelement",
            {
                "id": key,
                "recordnumber": str(key),
                "fullname": str(key),
                "source": f"{head.kind.label} #{head.tran_id or head.kind.prefix + str(head.id)}",
                "sourcerecordtype": head.kind.code,
                "referenceid": f"{head.kind.code}_{head.id}_{number}",
                "entity": head.entity,
                "subsidiary": head.subsidiary,
                "item": sold.id,
                "quantity": stored(line.quantity),
                "currency": head.currency.id,
                "exchangerate": stored(head.rate),
                "salesamount": amount,
                "discountedsalesamount": amount,
                "elementdate": stored_day(head.tran_date),
                "deferralaccount": sold.deferred,
                "recognitionaccount": sold.account,
                "revenuerecognitionrule": sold.revenue_rule,
                "revrecstartdate": stored_day(start),
                "revrecenddate": stored_day(end),
                "requiresrevenueplanupdate": "T",
                "lastmodifieddate": books.stamp,
                "sandbox_transaction": head.id,
                "sandbox_line": number,
            },
        )


def erase_elements(books: Books, transaction_id: int) -> None:
    """Take the elements of a transaction and their plans out (before it is posted again, or because it is deleted)."""
    if not books.options.features.advanced_revenue:
        return
    for row in books.rows("SELECT id FROM revenueelement WHERE sandbox_transaction = ?", (transaction_id,)):
        _erase_plans(books, row["id"])
    books.execute("DELETE FROM revenueelement WHERE sandbox_transaction = ?", (transaction_id,))


def update_plans(books: Books) -> int:
    """What a person starts with "Update Revenue Arrangements and Revenue Plans": plans by day over the months.

    Returns how many elements got a new plan. Recognition journals are not made here.
    """
    rows = books.rows("SELECT * FROM revenueelement WHERE requiresrevenueplanupdate = 'T' ORDER BY id")
    with books.writing():
        for row in rows:
            _erase_plans(books, row["id"])
            _write_plan(books, row)
            books.execute("UPDATE revenueelement SET requiresrevenueplanupdate = 'F' WHERE id = ?", (row["id"],))
    return len(rows)


def planned_amounts(
    amount: Decimal, start: date, end: date, months: list[tuple[int, date, date]], precision: int
) -> list[tuple[int, Decimal]]:
    """An amount spread evenly by day over (period id, first day, last day) months; the last month takes the rest."""
    days = (end - start).days + 1
    overlaps = [
        (key, (min(end, last) - max(start, first)).days + 1)
        for key, first, last in months
        if first <= end and last >= start
    ]
    parts = [(key, rounded(amount * share / days, precision)) for key, share in overlaps]
    if parts and sum(share for _, share in overlaps) == days:
        rest = amount - sum((part for _, part in parts[:-1]), ZERO)
        parts[-1] = (parts[-1][0], rest)
    return parts


def _write_plan(books: Books, element: Row) -> None:
    amount = exact(element["salesamount"])
    start, end = day_of(element["revrecstartdate"]), day_of(element["revrecenddate"])
    months = [(period.id, period.start, period.end) for period in calendar.posting_periods(books)]
    key = books.next_id("revenueplan")
    books.insert(
        "revenueplan",
        {
            "id": key,
            "recordnumber": str(key),
            "createdfrom": element["id"],
            "revenueplantype": "ACTUAL",
            "item": element["item"],
            "amount": stored(amount),
            "revenueplancurrency": element["currency"],
            "exchangerate": element["exchangerate"],
            "revenuerecognitionrule": element["revenuerecognitionrule"],
            "revrecstartdate": stored_day(start),
            "revrecenddate": stored_day(end),
            "totalrecognized": 0,
            "remainingdeferredbalance": stored(amount),
            "statusfordisplay": "Not Started",
            "holdrevenuerecognition": "F",
            "lastmodifieddate": books.stamp,
        },
    )
    precision = currency(books, element["currency"]).precision
    for period_id, part in planned_amounts(amount, start, end, months, precision):
        row = {
            "id": books.next_id("plannedrevenue"),
            "revenueplan": key,
            "plannedperiod": period_id,
            "amount": stored(part),
            "deferredrevenueaccount": element["deferralaccount"],
            "recognitionaccount": element["recognitionaccount"],
            "isrecognized": "F",
            "plannedrevenuetype": "ACTUAL",
            "exchangerate": element["exchangerate"],
        }
        books.insert("revenueplanplannedrevenue", row)


def _erase_plans(books: Books, element: int) -> None:
    books.execute(
        "DELETE FROM revenueplanplannedrevenue WHERE revenueplan IN (SELECT id FROM revenueplan WHERE createdfrom = ?)",
        (element,),
    )
    books.execute("DELETE FROM revenueplan WHERE createdfrom = ?", (element,))
