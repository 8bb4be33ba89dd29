"""Mapping versions: the files behind each version that a link or a run names, so that old books stay explainable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from stripe_netsuite.staging.bulk import insert_into
from stripe_netsuite.staging.schema import mapping_version


def write_mapping_version(conn: Connection, version: str, files: Mapping[str, str], now: datetime) -> None:
    """Keep the files (text by name) of a version; one that is known stays as it is."""
    conn.execute(
        insert_into(conn, mapping_version)
        .values(
            version=version,
            content=json.dumps(dict(files), ensure_ascii=False, sort_keys=True),
            first_seen_at=now,
        )
        .on_conflict_do_nothing()
    )


def read_mapping_version(conn: Connection, version: str) -> dict[str, str] | None:
    """Return the files (text by name), or None for an unknown version."""
    content = conn.execute(sa.select(mapping_version.c.content).where(mapping_version.c.version == version)).scalar()
    return None if content is None else dict(json.loads(content))
