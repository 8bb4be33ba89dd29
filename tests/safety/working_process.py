"""What one Airflow worker does for a run, in a process that can be killed: extract, load, reconcile, prove."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from stripe_netsuite import pipeline
from stripe_netsuite.domain.window import Window
from tests.pipeline.company import FIRST_DAY, TODAY, Company, PacedClock

ROOT = Path(__file__).parents[2]
PYTHON_PATH = os.pathsep.join([str(ROOT / "plugins"), str(ROOT)])


def work(connections: Mapping[str, Any], mappings: Path, staging_url: str, clock: PacedClock) -> None:
    """Do the run, and leave with exit code 0 only if all of it was done."""
    run = pipeline.Run(f"process {os.getpid()}", "daily", Window(FIRST_DAY, TODAY.replace(hour=0)))
    with pipeline.open_services(connections.__getitem__, mappings, staging_url, clock) as services:
        pipeline.begin(services, run)
        pipeline.extract(services, run)
        for step in pipeline.LoadStep:
            pipeline.load(services, run, step)
        for payout in pipeline.discover_payouts(services, run):
            pipeline.reconcile_payout(services, run, payout["account"], payout["payout_id"])
        pipeline.prove(services, run)
        pipeline.finish(services, run)


def start_working(company: Company) -> BaseProcess:
    """Start a process that goes by the company's clock.

    It is forked off a process that has this module imported already and no threads: that takes milliseconds.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = PYTHON_PATH  # for the process that forks, once
    try:
        arguments = (company.connections(), company.mappings, company.staging_url, company.clock)
        process = context.Process(target=work, args=arguments, daemon=True)
        process.start()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    return process
