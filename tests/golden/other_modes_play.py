"""Plays the cases of the modes that do not book each sale: linked only (G3), and summed up by day (F12).

`given` of the first: `linked` are the roles in which another system's record stands, `is_deposited` a dispute whose
payout is booked. Of the second: `clearing_day` and `day`; or `failed`, the summary of a charge that failed later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import Record
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge, Dispute
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.other_system import linked_dispute
from stripe_netsuite.transform.outcome import Booked
from stripe_netsuite.transform.summary import failed_in_summary, sale_from_charge, summary_ids, summary_records
from tests.golden.answer import booked, shown

Json = dict[str, Any]


def linked_roles(given: Json) -> set[Role]:
    """In which roles a record of another system is linked."""
    return {Role(name) for name in given.get("linked", [])}


def dispute_of_other_system(
    dispute: Dispute, ledger: Mapping[str, BalanceTransaction], given: Json, books: Books
) -> Json:
    """What becomes of a dispute that we do not book."""
    is_deposited = given.get("is_deposited", False)
    return shown(linked_dispute(dispute, ledger, linked_roles(given), books, is_deposited=is_deposited))


def summaries_of_day(
    charges: Sequence[Charge], ledger: Mapping[str, BalanceTransaction], given: Json, books: Books
) -> Json:
    """The summaries of a clearing day, or what is booked of a charge that failed after it was summed up."""
    line_by_charge = {line.source: line for line in ledger.values()}
    if "failed" in given:
        (charge,) = charges
        return shown(failed_in_summary(charge, given["failed"], line_by_charge[charge.id], books))
    records: list[Record] = []
    for summary, parts in summary_ids(given["clearing_day"], [sale_from_charge(one) for one in charges]).items():
        sales = [(one, line_by_charge[one.id]) for one in parts]
        outcome = summary_records(summary, date.fromisoformat(given["day"]), sales, books)
        if not isinstance(outcome, Booked):
            return shown(outcome)
        records.extend(outcome.records)
    return booked(records)
