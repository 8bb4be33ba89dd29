"""The demo's state folder: where things lie, and the passwords made for it (readable by its owner alone)."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Secrets:
    """Made once for a state folder, never printed but for the UI's password."""

    admin_password: str
    jwt_secret: str
    api_secret: str
    fernet_key: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "Secrets(…)"


class Folder:
    """Paths below the state folder; creating one creates the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        for part in (self.path, self.logs, self.airflow_home):
            part.mkdir(parents=True, exist_ok=True)
            part.chmod(0o700)
        # PostgreSQL refuses to run as root; started by root it runs as a user of its own, who must get through.
        self.path.chmod(0o711)

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.path / "logs"

    @property
    def airflow_home(self) -> Path:
        """AIRFLOW_HOME; the default staging database lies here as well."""
        return self.path / "airflow"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.path / "postgres"

    @property
    def netsuite_books(self) -> Path:
        """The NetSuite sandbox's books, kept from one demo to the next."""
        return self.path / "netsuite.sqlite"

    @property
    def children_file(self) -> Path:
        """Which processes were started, so that `down` and the next start find them."""
        return self.path / "children.json"

    @property
    def report_file(self) -> Path:
        """The run report as a page to open without Airflow."""
        return self.path / "report.html"

    def secrets(self) -> Secrets:
        """Return the folder's secrets, made on first use."""
        file = self.path / "secrets.json"
        if not file.exists():
            made = {
                "admin_password": secrets.token_urlsafe(12),
                "jwt_secret": secrets.token_hex(32),
                "api_secret": secrets.token_hex(32),
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            }
            write_private(file, json.dumps(made))
        return Secrets(**json.loads(file.read_text()))

    def passwords_file(self) -> Path:
        """Write the file in which Airflow's simple login looks up the password."""
        file = self.path / "passwords.json"
        write_private(file, json.dumps({"admin": self.secrets().admin_password}))
        return file


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
