"""Creates the database `staging` beside Airflow's own, if it is not there, and its tables. Run once by `airflow-init`."""

from __future__ import annotations

import os

import sqlalchemy as sa

from stripe_netsuite.settings import connection_fields_from_environment
from stripe_netsuite.staging.database import migrate, open_staging, staging_url
from stripe_netsuite_airflow.context import airflow_home


def main() -> None:
    """Connect to Airflow's database, create the other one, then its tables."""
    engine = sa.create_engine(os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"], isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        if not conn.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = 'staging'")):
            conn.execute(sa.text("CREATE DATABASE staging"))
    engine.dispose()
    staging = open_staging(staging_url(connection_fields_from_environment("staging_default"), airflow_home()))
    migrate(staging)
    staging.dispose()


if __name__ == "__main__":
    main()
