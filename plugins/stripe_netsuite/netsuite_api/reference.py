"""NetSuite's reference data, read once a run by SuiteQL and looked up without a request afterwards.

Accounts, currencies, subsidiaries and accounting periods; one query each. The look-ups are pure and tell a person
which name of the mapping NetSuite does not know.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from stripe_netsuite.errors import MappingError, NetSuiteRefused
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.query_page import Row

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """A GL account. `account_type` as SuiteQL writes it (`Bank`, `AcctRec`, `UnDepFunds`, …)."""

    id: str
    number: str | None
    full_name: str
    display_name: str
    account_type: str
    currency_id: str | None
    is_inactive: bool


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency; `symbol` is the ISO code in upper case."""

    id: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Subsidiary:
    """A subsidiary and its base currency."""

    id: str
    name: str
    currency_id: str
    is_inactive: bool


_Named = TypeVar("_Named", Account, Subsidiary)


@dataclass(frozen=True, slots=True)
class AccountingPeriod:
    """A posting period (never a quarter or year); `start` and `end` are both inside it."""

    id: str
    name: str
    start: date
    end: date
    is_closed: bool
    is_all_locked: bool
    is_receivable_locked: bool

    @property
    def takes_receivables(self) -> bool:
        """Whether an A/R transaction may be posted by a role without override."""
        return not (self.is_closed or self.is_all_locked or self.is_receivable_locked)


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """What was read. `periods` is None when the role may not see them.

    `refused`: NetSuite's words, by what could not be read at all (`accounts`, `subsidiaries`).
    """

    accounts: tuple[Account, ...]
    currencies: tuple[Currency, ...]
    subsidiaries: tuple[Subsidiary, ...]
    periods: tuple[AccountingPeriod, ...] | None
    refused: Mapping[str, str] = field(default_factory=dict)
    _accounts_by_key: dict[str, list[Account]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the accounts by all they are known by."""
        index: dict[str, list[Account]] = {}
        for account in self.accounts:
            for key in {account.full_name, account.display_name, f"{account.number} {account.full_name}"}:
                index.setdefault(_folded(key), []).append(account)
        object.__setattr__(self, "_accounts_by_key", index)

    def account(self, key: str) -> Account:
        """Return the account with this number, else with this name, else with this internal id.

        Raises MappingError when there is none, when it is inactive, or when several bear the name.
        """
        found = (
            [account for account in self.accounts if account.number == key.strip()]
            or self._accounts_by_key.get(_folded(key), [])
            or [account for account in self.accounts if account.id == key.strip()]
        )
        return self._only("account", key, found)

    def account_id(self, key: str) -> str:
        """Return the internal id of `account(key)`."""
        return self.account(key).id

    def currency_id(self, code: str) -> str:
        """Return the internal id for an ISO code in any case. Raises MappingError for one that NetSuite lacks."""
        for currency in self.currencies:
            if currency.symbol.lower() == code.lower():
                return currency.id
        raise MappingError(
            "NetSuite has no such currency",
            subject=f"currency {code.upper()}",
            expected=", ".join(currency.symbol for currency in self.currencies),
            next_step="add it under Lists > Accounting > Currencies, or exclude it in the mapping",
        )

    def currency_code(self, currency_id: str) -> str | None:
        """Return the lower-case ISO code of a currency's internal id."""
        return next((currency.symbol.lower() for currency in self.currencies if currency.id == currency_id), None)

    def subsidiary(self, key: str) -> Subsidiary:
        """Return the subsidiary with this name, else with this internal id.

        Raises MappingError when there is none, when it is inactive, or when several bear the name.
        """
        found = [one for one in self.subsidiaries if _folded(one.name) == _folded(key)] or [
            one for one in self.subsidiaries if one.id == key.strip()
        ]
        return self._only("subsidiary", key, found)

    def period_covering(self, day: date) -> AccountingPeriod | None:
        """Return the posting period of `day`; None when there is none, or when periods are not visible."""
        return next((one for one in self.periods or () if one.start <= day <= one.end), None)

    def next_open_period(self, day: date) -> AccountingPeriod | None:
        """Return the first period open for A/R that ends on or after `day` (ACCOUNTING A4)."""
        return next((one for one in self.periods or () if one.end >= day and one.takes_receivables), None)

    def _only(self, noun: str, key: str, found: list[_Named]) -> _Named:
        active = [one for one in found if not one.is_inactive]
        if len(active) == 1:
            return active[0]
        if active:
            message, saw = f"several records are called this {noun}", ", ".join(one.id for one in active)
        elif found:
            message, saw = f"the {noun} is inactive", found[0].id
        else:
            message, saw = f"NetSuite has no such {noun}, or the role may not see it", None
        raise MappingError(
            message,
            subject=f"{noun} {key}",
            saw=f"internal id {saw}" if saw else None,
            next_step=f"name the {noun} by its number or internal id in the mapping, or create it in NetSuite",
        )


def load_reference(client: NetSuiteClient, *, accounts: bool = True, periods: bool = True) -> ReferenceData:
    """Read the reference data: one query for each kind, leaving out those that are not wanted."""
    refused: dict[str, str] = {}
    return ReferenceData(
        accounts=_unless_refused("accounts", _read_accounts(client), refused) if accounts else (),
        currencies=tuple(_read_currencies(client)),
        subsidiaries=_unless_refused("subsidiaries", _read_subsidiaries(client), refused),
        periods=_read_periods(client) if periods else None,
        refused=refused,
    )


def _unless_refused(kind: str, records: Iterable[_Named], refused: dict[str, str]) -> tuple[_Named, ...]:
    """Read them all; what a role may not see is refused, and noted: whoever needs it says so of its own account."""
    try:
        return tuple(records)
    except NetSuiteRefused as error:
        refused[kind] = error.message
        return ()


def _read_accounts(client: NetSuiteClient) -> Iterable[Account]:
    select = (
        "SELECT a.id, a.acctnumber, a.fullname, a.accountsearchdisplayname, a.accttype, a.currency, a.isinactive "
        "FROM account a"
    )
    for row in client.suiteql_keyset(select, "a.id"):
        name = row.get("fullname", "")
        yield Account(
            id=row["id"],
            number=row.get("acctnumber"),
            full_name=name,
            display_name=row.get("accountsearchdisplayname", name),
            account_type=row.get("accttype", ""),
            currency_id=row.get("currency"),
            is_inactive=_is_true(row, "isinactive"),
        )


def _read_currencies(client: NetSuiteClient) -> Iterable[Currency]:
    for row in client.suiteql_keyset("SELECT c.id, c.symbol FROM currency c", "c.id"):
        if "symbol" in row:
            yield Currency(row["id"], row["symbol"].upper())


def _read_subsidiaries(client: NetSuiteClient) -> Iterable[Subsidiary]:
    select = "SELECT s.id, s.name, s.currency, s.isinactive FROM subsidiary s"
    for row in client.suiteql_keyset(select, "s.id"):
        yield Subsidiary(row["id"], row.get("name", ""), row.get("currency", ""), _is_true(row, "isinactive"))


def _read_periods(client: NetSuiteClient) -> tuple[AccountingPeriod, ...] | None:
    select = (
        "SELECT p.id, p.periodname, TO_CHAR(p.startdate, 'YYYY-MM-DD') AS startdate, "
        "TO_CHAR(p.enddate, 'YYYY-MM-DD') AS enddate, p.closed, p.alllocked, p.arlocked FROM accountingperiod p"
    )
    where = "p.isquarter = 'F' AND p.isyear = 'F' AND p.isadjust = 'F'"
    try:
        rows = list(client.suiteql_keyset(select, "p.id", where=where))
    except NetSuiteRefused as error:
        # A role without the permission sees an unknown table. Closed periods then show when a write is refused.
        logger.warning("the accounting periods cannot be read: %s", error.message)
        return None
    periods = [
        AccountingPeriod(
            id=row["id"],
            name=row.get("periodname", ""),
            start=date.fromisoformat(row["startdate"]),
            end=date.fromisoformat(row["enddate"]),
            is_closed=_is_true(row, "closed"),
            is_all_locked=_is_true(row, "alllocked"),
            is_receivable_locked=_is_true(row, "arlocked"),
        )
        for row in rows
    ]
    return tuple(sorted(periods, key=lambda one: (one.start, one.end))) or None


def _is_true(row: Row, column: str) -> bool:
    return row.get(column) == "T"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
