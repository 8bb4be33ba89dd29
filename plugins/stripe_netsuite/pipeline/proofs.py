"""Run the proofs H1 to H6: ask NetSuite, Stripe and the ledger, let `reconcile.proof` judge, store, and find."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.identity import external_id
from stripe_netsuite.domain.money import Money
from stripe_netsuite.domain.window import Window
from stripe_netsuite.errors import NetSuiteNotFound
from stripe_netsuite.extract.balance import ledger_tail_net, read_balance
from stripe_netsuite.extract.extraction import COVERED_STREAM
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.lookup import lookup_external_ids
from stripe_netsuite.netsuite_api.read_back import DepositState, read_deposit
from stripe_netsuite.pipeline.payout_records import before_start, let_through, record_keys
from stripe_netsuite.pipeline.proof_bank import deposited_records, is_plain, prove_bank, record_ids
from stripe_netsuite.pipeline.proof_funds import funds_verdicts
from stripe_netsuite.pipeline.proof_invoices import invoice_verdicts
from stripe_netsuite.pipeline.proof_roll_forward import roll_forward_verdicts
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.deposit_parts import part_ids
from stripe_netsuite.reconcile.proof import Verdict, prove_balance, prove_ledger_states, prove_payout
from stripe_netsuite.staging.findings import record_findings, resolve_findings
from stripe_netsuite.staging.ledger import (
    count_ledger_states,
    ledger_net_by_currency,
    read_ledger,
)
from stripe_netsuite.staging.ledger_settling import inconsistent_lines, settle_ledger
from stripe_netsuite.staging.links import read_links
from stripe_netsuite.staging.payouts import IN_BOOKS, PayoutRow, all_payouts
from stripe_netsuite.staging.proofs import Proof, write_proofs
from stripe_netsuite.staging.watermarks import coverage

_LOOK_BACK = timedelta(days=35)
_TAIL_PAGES = 50
_TRIES = 3


def prove(services: Services, run: Run) -> dict[str, Any]:
    """Prove H1 to H6 for the run's accounts; store the proofs; return each code's worst state and how many broke.

    Raises nothing for a broken proof: that is a critical finding.
    """
    worst: dict[str, str] = {}
    broken = 0
    for account in services.accounts(run):
        with services.engine.begin() as connection:
            settle_ledger(connection, account.id, run.window.end_s)
        verdicts = [
            *_payouts(services, run, account),
            *_balance(services, run, account),
            *funds_verdicts(services, run, account),
            *invoice_verdicts(services, run, account),
            *_ledger(services, account),
            *roll_forward_verdicts(services, run, account),
        ]
        _store(services, run, account, verdicts)
        for verdict in verdicts:
            broken += verdict.state == "broken"
            worst[verdict.code] = _worse(worst.get(verdict.code, "ok"), verdict.state)
    return {**dict(sorted(worst.items())), "broken": broken}


def _payouts(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    since = int((run.window.start - _LOOK_BACK).timestamp())
    with services.engine.connect() as connection:
        rows = [
            row for row in all_payouts(connection, account.id) if row.state in IN_BOOKS and row.arrival_date >= since
        ]
    found = lookup_external_ids(services.netsuite, "transaction", [one for row in rows for one in record_ids(row)])
    verdicts: list[Verdict] = []
    for row in rows:
        if not is_plain(row, found):
            taken = deposited_records(services, row, found)
            members = _member_records(services, account, row, taken)
            verdicts.append(prove_bank(services, account, row, found, members, taken))
            continue
        record = found.get(external_id(row.payout_id))
        internal_id = record.internal_id if record else row.deposit_internal_id
        amount = Money(row.amount, row.currency)
        deposit = _deposit(services, internal_id)
        if deposit is None:
            verdicts.append(prove_payout(row.payout_id, amount, None, (), ()))
            continue
        deposits = [deposit, *_part_deposits(services, account, row.payout_id)]
        total = sum((one.total for one in deposits), Decimal(0))
        taken = {payment for one in deposits for payment in one.payment_ids}
        members = _member_records(services, account, row, taken)
        verdicts.append(prove_payout(row.payout_id, amount, total, members, taken))
    return verdicts


def _deposit(services: Services, internal_id: str | None) -> DepositState | None:
    """Return the deposit, or None where somebody deleted it."""
    try:
        return None if internal_id is None else read_deposit(services.netsuite, internal_id)
    except NetSuiteNotFound:
        return None


def _part_deposits(services: Services, account: StripeAccount, payout_id: str) -> list[DepositState]:
    """Return the part deposits of a payout with more lines than one takes (F11); those that are gone are missing."""
    with services.engine.connect() as connection:
        links = read_links(connection, services.netsuite_account, account.id, part_ids(payout_id))
    found = (_deposit(services, link.internal_id) for link in links.values())
    return [deposit for deposit in found if deposit is not None]


def _member_records(services: Services, account: StripeAccount, row: PayoutRow, taken: Collection[str]) -> set[str]:
    """Return the NetSuite records of the payout's ledger lines, by link.

    What was let through to the suspense account has a finding of its own, and no record to be on the deposit (F5).
    """
    reopens = services.mapping.policy.dispute_won == "reopen"
    since = int(account.sync_start_utc.timestamp())
    with services.engine.connect() as connection:
        members = read_ledger(connection, account.id, payout_id=row.payout_id)
        keys = record_keys(members, reopens_disputes=reopens)
        links = read_links(connection, services.netsuite_account, account.id, {one for one, _ in keys})
        excused = let_through(connection, account.id) | before_start(connection, account.id, members, since)
    linked = {(one, links[one].internal_id if one in links else f"none for {one[0]}") for one in keys}
    return {record for (source, _), record in linked if record in taken or source not in excused}


def _balance(services: Services, run: Run, account: StripeAccount) -> list[Verdict]:
    """H2 needs the whole ledger since the sync start, and what came after it: Stripe's balance is always now's."""
    with services.engine.connect() as connection:
        covered = coverage(connection, account.id, COVERED_STREAM)
    whole = next((part for part in covered if part.end >= run.window.end), None)
    if whole is None or whole.start > account.sync_start_utc:
        return [_not_provable("the ledger is not read without a gap since the sync start", covered)]
    client = services.stripe(account)
    for _ in range(_TRIES):
        before = ledger_tail_net(client, whole.end_s, _TAIL_PAGES)
        if before is None:
            return [_not_provable("too much happened since this window: the run of the newest one proves it", covered)]
        balance = read_balance(client)
        tail = ledger_tail_net(client, whole.end_s, _TAIL_PAGES)
        if before == tail:
            break
    else:
        return [_not_provable("money kept moving while the balance was read", covered)]
    with services.engine.connect() as connection:
        ledger = ledger_net_by_currency(connection, account.id, created_before=whole.end_s)
    opening = {currency: account.opening_balance(currency) for currency in account.opening_balances}
    return prove_balance(balance, ledger, tail, opening)


def _ledger(services: Services, account: StripeAccount) -> list[Verdict]:
    with services.engine.connect() as connection:
        rows = count_ledger_states(connection, account.id)
        totals = ledger_net_by_currency(connection, account.id, balance_type=None)
        inconsistent = inconsistent_lines(connection, account.id)
    return prove_ledger_states({(str(s), c): v for (s, c), v in rows.items()}, totals, inconsistent)


def _store(services: Services, run: Run, account: StripeAccount, verdicts: Sequence[Verdict]) -> None:
    now = services.clock.now()
    proofs = [
        Proof(
            run_id=run.run_id,
            code=verdict.code,
            stripe_account=account.id,
            subject=verdict.subject,
            expected=verdict.expected,
            found=verdict.found,
            difference=verdict.difference,
            currency=verdict.currency,
            state=verdict.state,
            detail=verdict.detail,
            at=now,
        )
        for verdict in verdicts
    ]
    findings = [_finding(account, verdict) for verdict in verdicts if verdict.state == "broken"]
    with services.engine.begin() as connection:
        write_proofs(connection, proofs)
        record_findings(connection, findings, run.run_id, now)
        resolve_findings(
            connection,
            account=account.id,
            run_id=run.run_id,
            now=now,
            stage="prove",
            except_keys={finding.key for finding in findings},
        )


def _finding(account: StripeAccount, verdict: Verdict) -> Finding:
    return Finding(
        code=f"proof_{verdict.code.lower()}_broken",
        severity=Severity.CRITICAL,
        stage="prove",
        stripe_account=account.id,
        stripe_id=verdict.subject,
        message=f"Proof {verdict.code} does not hold for {verdict.subject}. {verdict.detail or ''}".strip(),
        expected=verdict.expected,
        found=verdict.found,
        difference=verdict.difference,
        suggestion="Run the daily DAG for the days concerned again; then follow the difference line by line.",
    )


def _not_provable(reason: str, covered: Sequence[Window]) -> Verdict:
    return Verdict(
        "H2", "balance", "not_provable", detail=f"{reason} (read: {', '.join(map(str, covered)) or 'nothing'})"
    )


def _worse(one: str, other: str) -> str:
    order = ("ok", "not_provable", "broken")
    return max(one, other, key=order.index)
