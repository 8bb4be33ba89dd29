"""Opening and migrating the staging database."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

import stripe_netsuite
from stripe_netsuite.errors import ConfigurationError, InvariantBroken
from stripe_netsuite.staging import database, schema
from stripe_netsuite.staging.bulk import lock_for_writing
from stripe_netsuite.staging.database import migrate, open_staging, staging_url
from tests.staging.samples import NOW

MIGRATE = """
import sys
from stripe_netsuite.staging.bulk import lock_for_writing
from stripe_netsuite.staging.database import migrate, open_staging
engine = open_staging(sys.argv[1])
migrate(engine)
engine.dispose()
"""


def test_migrations_build_exactly_the_tables_of_the_schema(staging_engine: Engine) -> None:
    """Alembic finds nothing to add, drop or change, types included."""
    with staging_engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, schema.metadata) == []


def test_the_known_head_is_the_newest_migration() -> None:
    """`migrate` compares with a constant; it must be Alembic's head, and the only one."""
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [database.HEAD_REVISION]


def test_four_processes_may_migrate_at_once(empty_staging_url: str) -> None:
    """All succeed, and the schema is there once."""
    plugins = str(Path(stripe_netsuite.__file__).parents[1])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, empty_staging_url], env={"PYTHONPATH": plugins}, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0], errors
    engine = open_staging(empty_staging_url)
    tables = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    assert tables - {"sqlite_sequence"} == {*schema.metadata.tables, schema.VERSION_TABLE}


def test_migrating_again_only_looks(staging_engine: Engine) -> None:
    """Every task calls it: at the newest schema it takes no lock and writes nothing."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    sa.event.listen(staging_engine, "before_cursor_execute", note)
    with staging_engine.begin() as conn:
        lock_for_writing(conn, "migrations")
        migrate(staging_engine)
    assert statements
    assert set(statements) <= {"SELECT", "PRAGMA", "BEGIN"}
    assert statements.count("BEGIN") <= 1


def test_a_schema_of_a_newer_version_is_refused(staging_engine: Engine) -> None:
    """An old version must not write into tables that it does not know."""
    with staging_engine.begin() as conn:
        conn.execute(sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="does not know.*newer version"):
        migrate(staging_engine)


def test_migrations_leave_a_neighbour_s_version_table_alone(empty_staging_url: str) -> None:
    """Staging may live in Airflow's own database, which has an `alembic_version`."""
    engine = open_staging(empty_staging_url)
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        conn.execute(sa.text("INSERT INTO alembic_version VALUES ('airflow')"))
    migrate(engine)
    with engine.connect() as conn:
        assert conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == ["airflow"]
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:s3cret@127.0.0.1:1/db",
        "postgres://user:s3cret@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?password=s3cret",
        "sqlite:////no/such/folder/s.db",
        "mysql://user:s3cret@host/db",
        "s3cret",
        "nonsense://user:s3cret@host",
    ],
)
def test_a_wrong_url_is_a_configuration_error_without_the_password(url: str) -> None:
    """Whatever is wrong with it, the password is not shown: not in the message, not by the traceback."""
    with pytest.raises(ConfigurationError) as caught:
        open_staging(url)
    # A bare word has no password to hide: it is shown, so that one sees what was given.
    assert "://" not in url or "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (None, "sqlite:////srv/airflow/stripe_netsuite.db"),
        ({}, "sqlite:////srv/airflow/stripe_netsuite.db"),
        ({"conn_type": "sqlite"}, "sqlite:////srv/airflow/stripe_netsuite.db"),
        ({"conn_type": "sqlite", "host": "/data/s.db"}, "sqlite:////data/s.db"),
        ({"conn_type": "sqlite", "schema": "/data/s.db"}, "sqlite:////data/s.db"),
        (
            {"conn_type": "postgres", "host": "db", "port": 5433, "login": "u", "password": "p@s/s", "schema": "books"},
            "postgresql+psycopg2://u:p%40s%2Fs@db:5433/books",
        ),
        (
            {"conn_type": "postgres", "host": "/run/pg", "login": "u", "schema": "books"},
            "postgresql+psycopg2://u@/books?host=%2Frun%2Fpg",
        ),
        ({"conn_type": "generic", "extra": {"url": "sqlite:////x.db"}}, "sqlite:////x.db"),
        ({"conn_type": "sqlite", "host": "/y.db", "extra": '{"url": "sqlite:////x.db"}'}, "sqlite:////x.db"),
    ],
)
def test_the_connection_decides_the_url(fields: dict[str, object] | None, expected: str) -> None:
    """Every form of `staging_default`, and none at all."""
    assert staging_url(fields, Path("/srv/airflow")) == expected


@pytest.mark.parametrize(
    "fields", [{"conn_type": "mysql"}, {"conn_type": "sqlite", "extra": "{"}, {"conn_type": "sqlite", "extra": "[]"}]
)
def test_a_connection_that_cannot_hold_the_tables_is_refused(fields: dict[str, object]) -> None:
    """Another database, or an extra that is no JSON object."""
    with pytest.raises(ConfigurationError, match="staging_default"):
        staging_url(fields, Path("/srv/airflow"))


def test_writers_wait_for_each_other_even_after_reading(staging_engine: Engine) -> None:
    """A transaction that read before another one wrote can still write: no `database is locked`."""
    count = sa.select(sa.func.count()).select_from(schema.mapping_version)
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        with staging_engine.begin() as conn:
            conn.execute(count)
            barrier.wait(timeout=30)
            row = {"version": f"v{number}", "content": "{}", "first_seen_at": NOW}
            conn.execute(sa.insert(schema.mapping_version), [row])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with staging_engine.connect() as conn:
        assert conn.execute(count).scalar() == 4


def test_a_reader_does_not_block_a_writer_nor_the_reverse(staging_engine: Engine) -> None:
    """An open reading connection sees a commit made meanwhile, with its next statement."""
    names = sa.select(schema.mapping_version.c.version)
    with staging_engine.connect() as reader:
        assert reader.execute(names).all() == []
        with staging_engine.begin() as writer:
            row = {"version": "v1", "content": "{}", "first_seen_at": NOW}
            writer.execute(sa.insert(schema.mapping_version), [row])
            assert reader.execute(names).all() == []
        assert reader.execute(names).scalars().all() == ["v1"]


def test_a_failed_transaction_leaves_nothing(staging_engine: Engine) -> None:
    """What was written before the error is rolled back."""
    row = {"version": "v1", "content": "{}", "first_seen_at": NOW}
    with pytest.raises(sa.exc.IntegrityError), staging_engine.begin() as conn:
        conn.execute(sa.insert(schema.mapping_version), [row])
        conn.execute(sa.insert(schema.mapping_version), [row])
    with staging_engine.connect() as conn:
        assert conn.execute(sa.select(schema.mapping_version)).all() == []


def test_naive_instants_are_refused(staging_engine: Engine) -> None:
    """A time without a zone would mean something else on another machine."""
    row = {"version": "v1", "content": json.dumps({}), "first_seen_at": NOW.replace(tzinfo=None)}
    with staging_engine.connect() as conn, pytest.raises((InvariantBroken, sa.exc.StatementError), match="aware"):
        conn.execute(sa.insert(schema.mapping_version), [row])
