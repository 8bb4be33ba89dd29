"""All probes in their order. Importing this module is what registers them."""

from __future__ import annotations

import sandbox.probes.questions.access
import sandbox.probes.questions.bodies
import sandbox.probes.questions.bulk
import sandbox.probes.questions.deposits
import sandbox.probes.questions.journals
import sandbox.probes.questions.payments
import sandbox.probes.questions.rates_and_periods
import sandbox.probes.questions.reading
import sandbox.probes.questions.writing  # noqa: F401 - imported for what they register
from sandbox.probes.probe import Needs, Probe, registered


def all_probes() -> list[Probe]:
    """Every probe by number: reads first."""
    return registered()


def chosen_probes(only: frozenset[int], allowed: frozenset[Needs]) -> list[Probe]:
    """The probes to ask: those of `only` (all when empty) that need no more than is allowed; what creates comes last."""
    wanted = [probe for probe in registered() if (not only or probe.number in only) and probe.needs in allowed]
    return sorted(wanted, key=lambda probe: (probe.needs == "write", probe.number))
