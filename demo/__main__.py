"""`python -m demo {run,up,down}`: what `make demo`, `make demo-up` and `make demo-down` call.

Exit code 0 only if everything ties; 1 if not; 130 after Ctrl-C. `run` leaves no process behind, however it ends.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from demo.children import ChildDied, stop_remembered
from demo.database import stop_postgres
from demo.folder import ROOT, Folder
from demo.play import Outcome, Play
from demo.result import Result, count_writes, read_result
from demo.stage import Stage


def main(arguments: list[str]) -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("command", choices=["run", "up", "down"])
    parser.add_argument("--state", type=Path, default=ROOT / ".demo", help="folder that keeps everything")
    options = parser.parse_args(arguments)
    folder = Folder(options.state)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    if options.command == "down":
        return _down(folder)
    return _show(folder, is_to_stay=options.command == "up")


def _show(folder: Folder, *, is_to_stay: bool) -> int:
    start = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {line}", flush=True)

    stage = Stage(folder, tell)
    stays = False
    try:
        tell(f"starting sandboxes, PostgreSQL and Airflow (state and logs: {folder.path})")
        api = stage.set_up()
        tell(f"Airflow is up at {stage.url}")
        before = count_writes(folder)
        outcome = Play(api, tell).perform()
        result = read_result(folder, outcome.last_run_id)
        is_good = _print(folder, outcome, result, count_writes(folder) - before, is_again=before > 0)
        if is_to_stay:
            stage.start_triggerer()
            stays = True
            _print_where(stage, folder)
        return 0 if is_good else 1
    except KeyboardInterrupt:
        print("\nstopping", flush=True)
        return 130
    except (ChildDied, RuntimeError, TimeoutError) as error:
        print(f"\nthe demo failed: {error}\nlogs: {folder.logs}", file=sys.stderr, flush=True)
        return 1
    finally:
        if not stays:
            stage.take_down()
            tell("everything is stopped")


def _print(folder: Folder, outcome: Outcome, result: Result, written: int, *, is_again: bool) -> bool:
    wrong = [*(f"run {name} failed" for name in outcome.failed), *result.wrong]
    print(f"\n{result.text()}\n")
    states = ", ".join(f"{count} {state}" for state, count in sorted(outcome.task_states.items()))
    print(f"{len(outcome.runs)} DAG runs, {sum(outcome.task_states.values())} task instances: {states}")
    if is_again and written == 0:
        print("0 records written to NetSuite: all of it was there from the time before, and nothing is written twice.")
    else:
        print(f"{written} records written to NetSuite.")
    if is_again and written:
        wrong.append(f"the fortnight was in NetSuite already, and still {written} records were written")
    print(f"report: {folder.report_file.as_uri()}")
    print("\n".join(["", "NOT everything ties:", *(f"  {line}" for line in wrong)]) if wrong else "\nEverything ties.")
    return not wrong


def _print_where(stage: Stage, folder: Folder) -> None:
    print(f"\nAirflow: {stage.url}   user: admin   password: {folder.secrets().admin_password}")
    print("Each DAG run has the tabs 'Run report' and 'Validation'. Stop it all with: make demo-down")


def _down(folder: Folder) -> int:
    stopped = stop_remembered(folder)
    stop_postgres(folder)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
