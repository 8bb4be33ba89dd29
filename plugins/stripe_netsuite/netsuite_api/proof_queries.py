"""What the proofs ask of NetSuite's books: open money, open invoices, the movements of an account.

Read by key or added up by NetSuite, so that a month or a year costs a bounded number of requests and rows in memory.
A debit is positive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.query_page import amount_of
from stripe_netsuite.netsuite_api.suiteql import internal_ids

_ZERO = Decimal(0)
_HELD = (
    "SELECT t.id, t.externalid, t.currency, t.foreigntotal, a.debit, a.credit FROM transaction t "
    "JOIN transactionline l ON l.transaction = t.id AND l.mainline = 'T' "
    "JOIN transactionaccountingline a ON a.transaction = l.transaction AND a.transactionline = l.id"
)
_NOT_DEPOSITED = (
    "a.account = ? AND l.subsidiary = ? AND t.trandate >= ? AND t.voided = 'F' AND t.type <> 'Deposit' "
    "AND NOT EXISTS (SELECT 1 FROM nexttransactionlinelink k WHERE k.previousdoc = t.id AND k.nexttype = 'Deposit')"
)
_INVOICES = (
    "SELECT t.id, t.foreigntotal, t.foreignamountunpaid, t.voided FROM transaction t "
    "WHERE t.type = 'CustInvc' AND {in} ORDER BY t.id"
)
_OPEN_INVOICES = "SELECT t.id, t.externalid, t.foreignamountunpaid FROM transaction t"
_IS_OPEN_INVOICE = "t.type = 'CustInvc' AND t.foreignamountunpaid > 0 AND t.trandate >= ?"
_APPLIED = (
    "SELECT k.previousdoc, k.nextdoc, k.previousline, k.nextline, k.nexttype, k.foreignamount "
    "FROM nexttransactionlinelink k WHERE {in} ORDER BY k.previousdoc, k.nextdoc, k.previousline, k.nextline"
)
# One row a line, however many accounting books the company has: hence DISTINCT before the sums.
_MOVEMENTS = (
    "SELECT m.currency, m.isopening, "
    "SUM(CASE WHEN m.foreignamount > 0 THEN m.foreignamount ELSE 0 END) AS moneyin, "
    "SUM(CASE WHEN m.foreignamount < 0 THEN m.foreignamount ELSE 0 END) AS moneyout, SUM(m.netamount) AS base "
    "FROM (SELECT DISTINCT l.transaction, l.id, t.currency, l.foreignamount, l.netamount, "
    "CASE WHEN t.trandate < ? THEN 'T' ELSE 'F' END AS isopening "
    "FROM transactionaccountingline a "
    "JOIN transactionline l ON l.transaction = a.transaction AND l.id = a.transactionline "
    "JOIN transaction t ON t.id = a.transaction "
    "WHERE a.posting = 'T' AND a.account = ? AND l.subsidiary = ?) m "
    "GROUP BY m.currency, m.isopening ORDER BY m.currency, m.isopening"
)


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A payment or refund that waits in an account; `foreign` in its own currency, `base` in the subsidiary's."""

    internal_id: str
    external_id: str | None
    currency_id: str
    foreign: Decimal
    base: Decimal


@dataclass(frozen=True, slots=True)
class Movements:
    """An account in one currency: its balance before a day, and what came and went from then on (`out` negative).

    `base` is the balance of all of it in the subsidiary's base currency.
    """

    opening: Decimal = _ZERO
    came_in: Decimal = _ZERO
    went_out: Decimal = _ZERO
    base: Decimal = _ZERO


def held_records(client: NetSuiteClient, account_id: str, subsidiary_id: str, since: date) -> Iterator[HeldRecord]:
    """Give what lies in an account such as Undeposited Funds and on no deposit, dated `since` or later."""
    seen = ""
    params = (int(account_id), int(subsidiary_id), since)
    for row in client.suiteql_keyset(_HELD, "t.id", where=_NOT_DEPOSITED, params=params):
        # With Multi-Book there is one accounting line a book; they differ in the base amount alone: the first counts.
        if row["id"] == seen:
            continue
        seen = row["id"]
        base = amount_of(row, "debit") - amount_of(row, "credit")
        foreign = abs(amount_of(row, "foreigntotal"))
        yield HeldRecord(
            row["id"], row.get("externalid"), row.get("currency", ""), foreign if base >= 0 else -foreign, base
        )


def unpaid_amounts(client: NetSuiteClient, ids: Collection[str]) -> dict[str, Decimal]:
    """Return what is open of these invoices, in their currency; those that are gone or voided are missing."""
    return {
        row["id"]: amount_of(row, "foreignamountunpaid")
        for row in client.suiteql_in(_INVOICES, "t.id", internal_ids(ids))
        if row.get("voided") != "T"
    }


def open_invoices(client: NetSuiteClient, since: date) -> Iterator[tuple[str, str | None]]:
    """Give (internal id, external id) of every invoice dated `since` or later that is not paid."""
    for row in client.suiteql_keyset(_OPEN_INVOICES, "t.id", where=_IS_OPEN_INVOICE, params=(since,)):
        yield row["id"], row.get("externalid")


def applied_to(client: NetSuiteClient, invoice_ids: Collection[str]) -> dict[str, dict[str, Decimal]]:
    """Return, for each invoice, the payments and credits applied to it now and how much, in its currency."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in client.suiteql_in(_APPLIED, "k.previousdoc", internal_ids(invoice_ids)):
        # A revaluation is linked to the invoice as well; nothing is paid by it.
        if "foreignamount" in row and row.get("nexttype", "").lower() != "fxreval":
            records = found.setdefault(row["previousdoc"], {})
            records[row["nextdoc"]] = records.get(row["nextdoc"], _ZERO) + abs(amount_of(row, "foreignamount"))
    return found


def account_movements(client: NetSuiteClient, account_id: str, subsidiary_id: str, since: date) -> dict[str, Movements]:
    """Return, by the currency's internal id, how an account's balance came about, added up by NetSuite."""
    found: dict[str, Movements] = {}
    for row in client.suiteql(_MOVEMENTS, (since, int(account_id), int(subsidiary_id))):
        came_in, went_out = amount_of(row, "moneyin"), amount_of(row, "moneyout")
        before = found.get(row["currency"], Movements())
        base = before.base + amount_of(row, "base")
        if row["isopening"] == "T":
            found[row["currency"]] = Movements(came_in + went_out, before.came_in, before.went_out, base)
        else:
            found[row["currency"]] = Movements(before.opening, came_in, went_out, base)
    return found
