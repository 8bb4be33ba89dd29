"""The processes of the demo: each in a group of its own, logged to a file, and stopped with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

from demo.folder import ROOT, Folder

_PATIENCE_S = 10.0


class ChildDied(RuntimeError):
    """A process ended that should have gone on, or did not come up."""


class Children:
    """Starts, watches and stops. What runs is written to the folder, for `down` and for the next start."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        """Start a program; its output goes to `logs/<name>.log`, which begins anew."""
        with (self.folder.logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._remember()

    def first_json_line(self, name: str, patience_s: float = 60) -> dict[str, str]:
        """Wait for the first line of JSON in a child's log: servers tell their address so."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self.check()
            for line in self._log(name).splitlines():
                if line.startswith("{") and line.endswith("}"):
                    return dict(json.loads(line))
            time.sleep(0.05)
        raise ChildDied(f"{name} did not tell its address within {patience_s:.0f} s\n{self.tail(name)}")

    def check(self) -> None:
        """Raise ChildDied with the end of its log when a process has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ChildDied(f"{name} ended with code {process.returncode}\n{self.tail(name)}")

    def tail(self, name: str, lines: int = 15) -> str:
        """Return the last lines of a child's log, indented."""
        return "\n".join(f"    {line}" for line in self._log(name).splitlines()[-lines:])

    def stop(self) -> None:
        """Stop all, the last started first; whoever does not go within seconds is killed."""
        for process in reversed(self._running.values()):
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE_S
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            # Also those whose leader went and left members behind.
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()
        self._remember()

    def _log(self, name: str) -> str:
        return (self.folder.logs / f"{name}.log").read_text(errors="replace")

    def _remember(self) -> None:
        groups = {name: process.pid for name, process in self._running.items()}
        self.folder.children_file.write_text(json.dumps(groups))


def stop_remembered(folder: Folder) -> list[str]:
    """Stop what an earlier demo of this folder left running; return the names. Strangers with a reused id are spared."""
    if not folder.children_file.exists():
        return []
    groups = {name: pid for name, pid in json.loads(folder.children_file.read_text()).items() if _is_ours(pid, folder)}
    for number, patience_s in ((signal.SIGTERM, _PATIENCE_S), (signal.SIGKILL, 1.0)):
        for pid in reversed(groups.values()):
            _signal_group(pid, number)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and any(_is_ours(pid, folder) for pid in groups.values()):
            time.sleep(0.1)
    folder.children_file.unlink()
    return list(groups)


def _is_ours(pid: int, folder: Folder) -> bool:
    """Tell whether the process group still exists and was started for this folder (its environment says so)."""
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    listing = subprocess.run(["ps", "-o", "command=", "-g", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return any(word in listing.stdout for word in ("airflow", "sandbox", str(folder.path)))


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
