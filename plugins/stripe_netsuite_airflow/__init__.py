"""The only package that imports Airflow: connection types, hooks, tasks, the payout asset, the pages in its UI."""
