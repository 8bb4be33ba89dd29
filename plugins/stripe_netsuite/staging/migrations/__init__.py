"""Alembic's revisions of the staging schema."""
