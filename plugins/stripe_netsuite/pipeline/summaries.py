"""Which charges are part of a day's summary, and what stands in NetSuite for it (ACCOUNTING F12).

What a summary contains is stored before its first record is written, and never changes: relations of three kinds lead
from the clearing day to its summaries, from a summary to its charges, and from a charge to its summary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy.engine import Connection

from stripe_netsuite.domain.identity import Role
from stripe_netsuite.domain.netsuite_record import RecordType
from stripe_netsuite.domain.stripe_object import BalanceTransaction, Charge
from stripe_netsuite.pipeline.linking import Chosen, link_records
from stripe_netsuite.pipeline.loading import Step
from stripe_netsuite.staging.relations import read_relations, write_relations
from stripe_netsuite.transform.summary import Sale

_OF_DAY = "summary_of_day"
_OF_CHARGE = "summary_of_charge"
_CHARGES = "charge_of_summary"


def read_summary_ids(step: Step, charge_ids: Collection[str]) -> dict[str, str]:
    """Return charge → summary of those charges that are part of one."""
    with step.services.engine.connect() as connection:
        return summary_by_charge(connection, step.account.id, charge_ids)


def summary_by_charge(connection: Connection, account_id: str, charge_ids: Collection[str]) -> dict[str, str]:
    """Return the same over an open connection."""
    found = read_relations(connection, account_id, _OF_CHARGE, charge_ids)
    return {charge: summary for charge, (summary, *_) in found.items()}


def summaries_among(step: Step, lines: Iterable[BalanceTransaction]) -> set[str]:
    """Return the summaries that charges of these ledger lines are part of: findings may be about them."""
    return set(read_summary_ids(step, {line.source for line in lines if line.source}).values())


def read_day(step: Step, clearing_id: str) -> dict[str, list[str]]:
    """Return summary → charges of a clearing day, as they were decided; none where they were not."""
    with step.services.engine.connect() as connection:
        summaries = read_relations(connection, step.account.id, _OF_DAY, [clearing_id]).get(clearing_id, [])
        return read_relations(connection, step.account.id, _CHARGES, summaries)


def store_day(step: Step, clearing_id: str, sales_by_summary: Mapping[str, Sequence[Sale]]) -> None:
    """Store what the day's summaries contain, all at once."""
    pairs = [(sale.id, summary) for summary, sales in sales_by_summary.items() for sale in sales]
    account = step.account.id
    with step.services.engine.begin() as connection:
        write_relations(connection, account, _OF_DAY, ((summary, clearing_id) for summary in sales_by_summary))
        write_relations(connection, account, _CHARGES, pairs)
        write_relations(connection, account, _OF_CHARGE, ((summary, charge) for charge, summary in pairs))


def follow_summaries(
    step: Step, summary_by_charge: Mapping[str, str], internal_id_by_summary: Mapping[str, str]
) -> None:
    """Link charges to their summary's payment as it is now: a person may have deleted it, and entered it again."""
    links = step.links(summary_by_charge) if summary_by_charge else {}
    moved = [
        Chosen(charge, Role.MAIN, RecordType.CUSTOMER_PAYMENT, internal_id)
        for charge, summary in summary_by_charge.items()
        if (internal_id := internal_id_by_summary.get(summary)) is not None
        and (link := links.get((charge, Role.MAIN))) is not None
        and link.internal_id != internal_id
    ]
    link_records(step, moved, "created")


def without_customers(step: Step, charges: Mapping[str, Charge]) -> dict[str, Charge]:
    """Return the charges; those of a summary without their customer: they were sold to the global one."""
    summed = read_summary_ids(step, charges)
    return {
        one: msgspec.structs.replace(charge, customer=None) if one in summed else charge
        for one, charge in charges.items()
    }
