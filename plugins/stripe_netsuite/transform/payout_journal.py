"""Journal entry of a payout: between `payouts_in_transit` and the bank (ACCOUNTING F8, F9, F10)."""

from __future__ import annotations

from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.journal_entry import BankMove, JournalEntryRecord, JournalLine
from stripe_netsuite.domain.stripe_object import Payout
from stripe_netsuite.transform.booking import header, hold
from stripe_netsuite.transform.books import Books
from stripe_netsuite.transform.outcome import Booked, Outcome, Waiting

TRANSIT = "payouts_in_transit"


def journal_from_payout(payout: Payout, move: BankMove, books: Books) -> Outcome:
    """Return the journal entry, or what it waits for: an account, a currency, an open period."""
    payout_id = payout.id
    transit = books.account_id_by_role.get(TRANSIT)
    if transit is None:
        return hold(
            books,
            "payout",
            payout_id,
            "missing_netsuite_account_mapping",
            "The payout needs an account for money in transit, and there is none.",
            found=f"{TRANSIT} ({problem})" if (problem := books.account_problems.get(TRANSIT)) else TRANSIT,
            suggestion="Add payouts_in_transit to accounts.yaml.",
        )
    if move.money.currency in books.bank_problems:
        return hold(
            books,
            "payout",
            payout_id,
            "bank_deposit_account_missing",
            "The bank account that is mapped for this payout's currency is not there, or cannot be seen.",
            expected=f"an active account for {move.money.currency.upper()}",
            found=books.bank_problems[move.money.currency],
            suggestion="Correct it under banks in entities.yaml, activate it, or let the integration's role see it.",
        )
    bank = books.bank_account_id_by_currency.get(move.money.currency)
    if bank is None:
        return hold(
            books,
            "payout",
            payout_id,
            "payout_currency_account_missing",
            "No bank account is mapped for this payout's currency.",
            found=move.money.currency.upper(),
            suggestion="Add the currency under banks in entities.yaml.",
        )
    head = header(books, "payout", payout_id, move.day, move.money.currency, note=move.note)
    if isinstance(head, Waiting):
        return head
    amount = move.money.major
    record = JournalEntryRecord(
        stripe_id=payout_id,
        external_id=external_id(payout_id, move.role),
        role=move.role,
        tran_date=head.tran_date,
        original_date=head.original_date,
        memo=head.memo,
        currency=head.currency,
        currency_id=head.currency_id,
        subsidiary_id=head.subsidiary_id,
        custom_fields=books.extra_fields("journal_entry", payout),
        lines=(
            JournalLine(account_id=bank, amount=amount, custom_fields=books.segments),
            JournalLine(account_id=transit, amount=-amount, custom_fields=books.segments),
        ),
    )
    return Booked((record,))
