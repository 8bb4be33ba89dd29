"""What NetSuite realised by exchange rates on the payments and refunds of each payout, read back from its books (F7).

The product leaves these differences to NetSuite and computes none of them: they are shown, and break no proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.domain.money import Money
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.deposit_queries import RealisedDifference, realised_differences
from stripe_netsuite.pipeline.proof_payouts import PayoutRecordIds
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.reconcile.proof import Verdict
from stripe_netsuite.staging.payouts import PayoutRow

_NAMED = 25


@dataclass(slots=True)
class _Realised:
    gain: Decimal = Decimal(0)
    by_account: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    revaluations: set[str] = field(default_factory=set)


def exchange_verdicts(
    services: Services, account: StripeAccount, payouts: Sequence[tuple[PayoutRow, PayoutRecordIds]]
) -> list[Verdict]:
    """Return one row a payout and currency of its records: `found` is the gain in base currency, a loss negative."""
    books = services.books(account)
    deposits = [number for _, records in payouts for number in records.deposits]
    differences = realised_differences(services.netsuite, deposits, books.receivable_account_id)
    code_by_id = {number: code for code, number in books.currency_id_by_code.items()}
    verdicts: list[Verdict] = []
    for row, records in payouts:
        by_currency: defaultdict[str, _Realised] = defaultdict(_Realised)
        own = [one for number in records.deposits for one in differences.get(number, ())]
        for one in dict.fromkeys(own):
            _add(by_currency[code_by_id.get(one.currency_id, books.base_currency)], one)
        for currency, realised in sorted(by_currency.items()):
            verdicts.append(_verdict(services, row.payout_id, currency, realised, books.base_currency))
    return verdicts


def _add(realised: _Realised, one: RealisedDifference) -> None:
    realised.gain += one.gain
    realised.by_account[one.account_id] += one.gain
    realised.revaluations.add(one.revaluation_id)


def _verdict(services: Services, payout_id: str, currency: str, realised: _Realised, base: str) -> Verdict:
    zero = Money(0, base).major
    name_by_id = {one.id: one.display_name for one in services.reference.accounts}
    accounts = ", ".join(
        f"{name_by_id.get(number, f'account {number}')} {gain + zero}"
        for number, gain in sorted(realised.by_account.items())
    )
    ids = sorted(realised.revaluations, key=int)
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return Verdict(
        "F7",
        f"{payout_id} {currency.upper()}",
        "ok",
        found=str(realised.gain + zero),
        currency=base,
        detail=f"{accounts}; posted by {', '.join(ids[:_NAMED])}{more}",
    )
