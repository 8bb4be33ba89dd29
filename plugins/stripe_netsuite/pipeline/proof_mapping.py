"""The books as a mapping of earlier days had them: a deposit is judged by the accounts that it was booked with."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from stripe_netsuite.errors import MappingError
from stripe_netsuite.mapping import load_mapping
from stripe_netsuite.mapping.entities import StripeAccount
from stripe_netsuite.pipeline.books import assemble_books
from stripe_netsuite.pipeline.services import Services
from stripe_netsuite.staging.mapping_versions import read_mapping_version
from stripe_netsuite.transform.books import Books


class EarlierBooks:
    """The books of one Stripe account by mapping version; each version is read once."""

    def __init__(self, services: Services, account: StripeAccount) -> None:
        self._services = services
        self._account = account
        self._by_version: dict[str, Books | None] = {services.mapping.version: services.books(account)}

    def of(self, version: str | None) -> Books | None:
        """Return the books of a version; None where its files are not kept, or NetSuite has its accounts no more."""
        if version is None:
            return None
        if version not in self._by_version:
            self._by_version[version] = self._read(version)
        return self._by_version[version]

    def _read(self, version: str) -> Books | None:
        with self._services.engine.connect() as connection:
            files = read_mapping_version(connection, version)
        if files is None:
            return None
        try:
            with TemporaryDirectory() as folder:
                for name, text in files.items():
                    (Path(folder) / name).write_text(text, encoding="utf-8")
                mapping = load_mapping(Path(folder))
            account = mapping.stripe_account(self._account.id)
            return assemble_books(account, mapping, self._services.reference)
        except MappingError:
            return None
