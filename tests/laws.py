"""How hard a law is tried: no deadline, because the machine may be busy with other tests."""

from __future__ import annotations

from hypothesis import settings

LAW = settings(deadline=None, max_examples=60)
