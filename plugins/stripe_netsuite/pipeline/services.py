"""What a run works with: the staging database, the mapping, and a client for each side, opened when first needed."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Fields
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from stripe_netsuite.clock import Clock, SystemClock
from stripe_netsuite.mapping import Mapping, load_mapping
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.netsuite_api.client import NetSuiteClient
from stripe_netsuite.netsuite_api.reference import ReferenceData, load_reference
from stripe_netsuite.pipeline.books import assemble_books
from stripe_netsuite.pipeline.run import Run
from stripe_netsuite.settings import NetSuiteConnection, netsuite_connection, stripe_connection
from stripe_netsuite.staging.database import migrate, open_staging
from stripe_netsuite.stripe_api.client import StripeClient
from stripe_netsuite.transform.books import Books

ConnectionFields = Callable[[str], Fields[str, Any]]


class Services:
    """Opened by `open_services`; close it, or use it as a context manager."""

    def __init__(self, engine: Engine, mapping: Mapping, connection_fields: ConnectionFields, clock: Clock) -> None:
        self.engine = engine
        self.mapping = mapping
        self.clock = clock
        self._connection_fields = connection_fields
        self._stripe_by_account: dict[str, StripeClient] = {}
        self._books_by_account: dict[str, Books] = {}

    def __enter__(self) -> Self:
        """Return the services."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        self.close()

    def close(self) -> None:
        """Close the clients and the database."""
        for client in self._stripe_by_account.values():
            client.close()
        if "netsuite" in self.__dict__:
            self.netsuite.close()
        self.engine.dispose()

    def accounts(self, run: Run) -> list[StripeAccount]:
        """Return the Stripe accounts of a run. Raises MappingError for one that entities.yaml does not have."""
        if not run.accounts:
            return list(self.mapping.entities.stripe_accounts)
        return [self.mapping.stripe_account(account) for account in run.accounts]

    def check_connections(self, run: Run) -> None:
        """Raise ConfigurationError for a connection of the run that is missing or incomplete; asks no server."""
        for account in self.accounts(run):
            stripe_connection(account.connection, self._connection_fields(account.connection))
        _ = self.netsuite_connection

    def stripe(self, account: StripeAccount) -> StripeClient:
        """Return the client of a Stripe account."""
        if account.id not in self._stripe_by_account:
            connection = stripe_connection(account.connection, self._connection_fields(account.connection))
            self._stripe_by_account[account.id] = StripeClient(connection, self.clock)
        return self._stripe_by_account[account.id]

    def is_test(self, account: StripeAccount) -> bool:
        """Tell whether a Stripe account is read in test mode, for links into the dashboard."""
        return stripe_connection(account.connection, self._connection_fields(account.connection)).is_test

    @cached_property
    def netsuite_connection(self) -> NetSuiteConnection:
        """The connection of the NetSuite account."""
        conn_id = self.mapping.entities.netsuite_connection
        return netsuite_connection(conn_id, self._connection_fields(conn_id))

    @property
    def netsuite_account(self) -> str:
        """The NetSuite account id that links are kept under."""
        return self.netsuite_connection.realm

    @cached_property
    def netsuite(self) -> NetSuiteClient:
        """The client of the NetSuite account."""
        return NetSuiteClient(self.netsuite_connection, self.clock)

    @cached_property
    def reference(self) -> ReferenceData:
        """NetSuite's accounts, currencies, subsidiaries and periods, read once."""
        return load_reference(self.netsuite)

    def books(self, account: StripeAccount) -> Books:
        """Return the account's books: mapping and reference data, resolved."""
        if account.id not in self._books_by_account:
            self._books_by_account[account.id] = assemble_books(account, self.mapping, self.reference)
        return self._books_by_account[account.id]


def open_services(
    connection_fields: ConnectionFields, mappings: Path, staging_url: str, clock: Clock | None = None
) -> Services:
    """Load the mapping, open and migrate the staging database.

    `connection_fields` gives an Airflow connection's fields by its id. Raises ConfigurationError (MappingError for a
    wrong mapping file) before anything is read from either side.
    """
    mapping = load_mapping(mappings)
    engine = open_staging(staging_url)
    migrate(engine)
    return Services(engine, mapping, connection_fields, clock or SystemClock())
