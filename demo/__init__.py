"""`make demo`: both sandboxes, a database and real Airflow on this machine, a fortnight of business, and the proof.

Everything listens on 127.0.0.1 and keeps its state in one folder (`.demo/`); deleting the folder forgets it all.
"""
