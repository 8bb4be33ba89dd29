"""Run the proofs H1 to H6: ask NetSuite, Stripe and the ledger, let `reconcile.proof` judge, store, and find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_netsuite.domain.finding import Finding, Severity
from stripe_netsuite.domain.window import Window
from stripe_netsuite.extract.balance import ledger_tail_net, read_balance
from stripe_netsuite.extract.extraction import COVERED_STREAM
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.account_check import bookable_accounts
from stripe_netsuite.pipeline.proof_exchange import exchange_verdicts
from stripe_netsuite.pipeline.proof_funds import funds_verdicts
from stripe_netsuite.pipeline.proof_invoices import invoice_verdicts
from stripe_netsuite.pipeline.proof_payouts import payout_verdicts, payouts_in_books
from stripe_netsuite.pipeline.proof_roll_forward import roll_forward_verdicts
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.proof import Verdict, prove_balance, prove_ledger_states
from stripe_netsuite.staging.findings import settle_findings
from stripe_netsuite.staging.ledger import count_ledger_states, ledger_net_by_currency
from stripe_netsuite.staging.ledger_settling import inconsistent_lines, settle_ledger
from stripe_netsuite.staging.proofs import Proof, read_proofs, write_proofs
from stripe_netsuite.staging.watermarks import coverage

_TAIL_PAGES = 50
_TRIES = 3


def prove(services: Services, run: Run) -> dict[str, Any]:
    """Prove H1 to H6 for the run's accounts; store the proofs; return each code's worst state and how many broke.

    Raises nothing for a broken proof: that is a critical finding, and `broken_proofs` tells it. What NetSuite realised
    by exchange rates is stored with the proofs, under F7.
    """
    worst: dict[str, str] = {}
    broken = 0
    for account in bookable_accounts(services, run):
        with services.engine.begin() as connection:
            settle_ledger(connection, account.id, run.window.end_s)
        payouts = payouts_in_books(services, run, account)
        verdicts = [
            *payout_verdicts(services, account, payouts),
            *_balance(services, run, account),
            *funds_verdicts(services, run, account),
            *invoice_verdicts(services, run, account),
            *_ledger(services, account),
            *roll_forward_verdicts(services, run, account),
        ]
        _store(services, run, account, [*verdicts, *exchange_verdicts(services, account, payouts)])
        for verdict in verdicts:
            broken += verdict.state == "broken"
            worst[verdict.code] = _worse(worst.get(verdict.code, "ok"), verdict.state)
    return {**dict(sorted(worst.items())), "broken": broken}


def broken_proofs(services: Services, run: Run) -> list[str]:
    """Return what of the run's proofs does not hold, one line each: rule, account, subject, difference, ids."""
    with services.engine.connect() as connection:
        proofs = read_proofs(connection, run.run_id)
    return [
        f"{one.code} {one.stripe_account} {one.subject}: expected {one.expected}, found {one.found or 'nothing'}"
        + (f" ({one.detail})" if one.detail else "")
        for one in proofs
        if one.state == "broken"
    ]


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
    findings += [_rest(account, verdict) for verdict in verdicts if verdict.rest is not None]
    with services.engine.begin() as connection:
        write_proofs(connection, proofs)
        settle_findings(
            connection,
            findings,
            account=account.id,
            run_id=run.run_id,
            now=now,
            stage="prove",
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


def _rest(account: StripeAccount, verdict: Verdict) -> Finding:
    return Finding(
        code="exchange_difference_in_transit",
        severity=Severity.WARNING,
        stage="prove",
        stripe_account=account.id,
        stripe_id=verdict.subject,
        message=f"Money passed {verdict.subject} at different exchange rates; a rest in base currency stays there.",
        expected="0",
        found=verdict.rest,
        difference=verdict.rest,
        suggestion="Let NetSuite revalue the account, or move the rest to exchange gains and losses by a journal entry.",
    )


def _not_provable(reason: str, covered: Sequence[Window]) -> Verdict:
    return Verdict(
        "H2", "balance", "not_provable", detail=f"{reason} (read: {', '.join(map(str, covered)) or 'nothing'})"
    )


def _worse(one: str, other: str) -> str:
    order = ("ok", "not_provable", "broken")
    return max(one, other, key=order.index)
