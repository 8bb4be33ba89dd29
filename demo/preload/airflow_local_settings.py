"""Loads, before the scheduler forks its workers, what every task would load anew: a second saved for each task.

Airflow imports a module of this name at start, if there is one; only the demo's scheduler finds this folder.
"""

import logging

logging.getLogger("great_expectations").setLevel(logging.WARNING)

import great_expectations  # noqa: E402, F401 after its logger is quiet: it tells two hundred lines at import

import stripe_netsuite.pipeline  # noqa: E402, F401

__all__: list[str] = []
