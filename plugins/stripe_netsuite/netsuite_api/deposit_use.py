"""What became of customer deposits in NetSuite: which invoices their applications pay, and what refunds took of them.

A refund of a deposit shows a deposit application that NetSuite made, and never the deposit itself (ACCOUNTING E1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.read_back import lookup_applications
from stripe_netsuite.netsuite_api.suiteql import internal_ids

_USES = (
    "SELECT DISTINCT k.previousdoc, k.nextdoc FROM nexttransactionlinelink k "
    "WHERE k.nexttype = 'DepAppl' AND {in} ORDER BY k.previousdoc, k.nextdoc"
)
Parts = list[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class DepositUse:
    """`applied`: document and amount, by deposit; `deposit_by_application`: whose money an application is."""

    applied: Mapping[str, Parts] = field(default_factory=dict)
    deposit_by_application: Mapping[str, str] = field(default_factory=dict)

    def by_deposit(self, parts: Parts) -> dict[str, Decimal]:
        """Return the parts of a refund with the deposit in place of its application, and what it took of each."""
        taken: dict[str, Decimal] = {}
        for document, amount in parts:
            source = self.deposit_by_application.get(document, document)
            taken[source] = taken.get(source, Decimal(0)) + amount
        return taken


def lookup_deposit_use(client: NetSuiteClient, deposit_ids: Collection[str]) -> DepositUse:
    """Return what these customer deposits were applied to, whoever applied them; nothing is asked without one."""
    if not deposit_ids:
        return DepositUse()
    rows = client.suiteql_in(_USES, "k.previousdoc", internal_ids(deposit_ids))
    deposit_by_application = {row["nextdoc"]: row["previousdoc"] for row in rows}
    applied: dict[str, Parts] = {}
    for application, parts in lookup_applications(client, deposit_by_application).items():
        deposit = deposit_by_application[application]
        applied.setdefault(deposit, []).extend(part for part in parts if part[0] != deposit)
    return DepositUse(applied, deposit_by_application)
