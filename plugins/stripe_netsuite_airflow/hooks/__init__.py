"""Hooks: the product's clients, built from Airflow connections."""
