"""Stripe into NetSuite, right to the cent. A plain library: nothing in this package imports Airflow."""

__version__ = "0.1.0"
