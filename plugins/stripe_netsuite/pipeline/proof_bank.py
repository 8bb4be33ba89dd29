"""H1 of a payout that is more than one deposit: what its records moved on the bank, by NetSuite's own postings.

A negative payout is a deposit of zero and a journal entry, one by hand a journal entry alone, one that failed must
leave nothing in the bank; a clearing day pays into the clearing account.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from decimal import Decimal

from stripe_netsuite.domain.identity import Role, external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.errors import NetSuiteNotFound
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.lookup import Found
from stripe_netsuite.netsuite_api.movement import movements
from stripe_netsuite.netsuite_api.read_back import read_deposit
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.proof import Verdict, prove_payout
from stripe_netsuite.staging.clearing import CLEARING
from stripe_netsuite.staging.payouts import PayoutRow

_ROLES = (Role.MAIN, Role.JOURNAL, Role.REVERSAL)


def record_ids(row: PayoutRow) -> list[str]:
    """Return the external ids of the records that a payout may have: deposit, journal entry, its reversal."""
    return [external_id(row.payout_id, role) for role in _ROLES]


def is_plain(row: PayoutRow, found: Mapping[str, Found]) -> bool:
    """Tell whether one deposit is all there should be."""
    _, *journals = record_ids(row)
    is_deposit = row.amount > 0 and row.state != "failed" and row.payout_status != CLEARING
    return is_deposit and not any(one in found for one in journals)


def deposited_records(services: Services, row: PayoutRow, found: Mapping[str, Found]) -> set[str]:
    """Return the records that the payout's deposits took, its parts among them; none where there is no deposit."""
    _, *journals = record_ids(row)
    ids = _present(row, found)
    taken: set[str] = set()
    for internal_id in {one for name, one in ids.items() if name not in journals}:
        with suppress(NetSuiteNotFound):
            taken.update(read_deposit(services.netsuite, internal_id).payment_ids)
    return taken


def prove_bank(
    services: Services,
    account: StripeAccount,
    row: PayoutRow,
    found: Mapping[str, Found],
    member_records: Collection[str],
    taken: Collection[str],
) -> Verdict:
    """Compare what the payout left in the bank with the postings of its records; and a deposit's records with its lines."""
    deposit_id, journal_id, _ = record_ids(row)
    ids = _present(row, found)
    books = services.books(account)
    is_clearing = row.payout_status == CLEARING
    banks = books.clearing_account_id_by_currency if is_clearing else books.bank_account_id_by_currency
    moved = movements(services.netsuite, list(ids.values()))
    total = sum((accounts.get(banks[row.currency], Decimal(0)) for accounts in moved.values()), Decimal(0))
    has_arrived = deposit_id in ids or journal_id in ids
    return prove_payout(
        row.payout_id,
        Money(_expected_minor(row, has_arrived=has_arrived), row.currency),
        total if ids else None,
        member_records if deposit_id in ids else (),
        taken,
    )


def _present(row: PayoutRow, found: Mapping[str, Found]) -> dict[str, str]:
    """The payout's records in NetSuite by external id; the deposit that a person named stands for one (F14)."""
    deposit_id, *_ = every = record_ids(row)
    ids = {one: found[one].internal_id for one in every if one in found}
    if deposit_id not in ids and row.deposit_internal_id and row.deposit_internal_id not in ids.values():
        ids[deposit_id] = row.deposit_internal_id
    return ids


def _expected_minor(row: PayoutRow, *, has_arrived: bool) -> int:
    """What is left in the bank; a payout of before the sync start that came back only leaves it (A7)."""
    if row.state != "failed":
        return row.amount
    return 0 if has_arrived else -row.amount
