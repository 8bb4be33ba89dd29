"""Airflow parses DAG files every half minute and imports plugins in every process: that has to stay cheap."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.airflow import place

HEAVY = ["great_expectations", "pandas", "numpy", "stripe", "requests_oauthlib", "stripe_netsuite.pipeline", "fastapi"]

SCRIPT = """
import importlib.util, json, sys, time
import airflow.sdk
before = set(sys.modules)
took = {}
for path in sys.argv[1:]:
    spec = importlib.util.spec_from_file_location("dag_file", path)
    start = time.perf_counter()
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    took[path.rsplit("/", 1)[-1]] = time.perf_counter() - start
print(json.dumps({"took": took, "new": sorted(set(sys.modules) - before)}))
"""

PLUGINS = """
import json, sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
files = {name: getattr(module, "__file__", None) or "" for name, module in list(sys.modules.items())}
ours = sorted(name for name, file in files.items() if file.startswith(sys.argv[1]))
print(json.dumps({"plugins": [p.name for p in plugins], "errors": errors, "ours": ours, "all": sorted(sys.modules)}))
"""


def run(script: str, *arguments: str, home: Path) -> dict[str, Any]:
    """Run a script in a fresh interpreter with the tests' Airflow settings and read its last line."""
    env = {**os.environ, **place.settings(home), "PYTHONPATH": f"{place.ROOT}/plugins", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=env, capture_output=True, text=True, check=True, cwd=home
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def test_parsing_a_dag_file_imports_nothing_heavy(tmp_path: Path) -> None:
    files = sorted(str(file) for file in (place.ROOT / "dags").glob("*.py"))
    seen = run(SCRIPT, *files, home=tmp_path)
    print("seconds to parse:", seen["took"])
    assert [name for name in HEAVY if name in seen["new"]] == []


def test_the_plugins_folder_gives_one_plugin_and_no_stray_modules(tmp_path: Path) -> None:
    """Airflow imports every file under `plugins/` by its bare name; ours are packages and must not be touched so."""
    seen = run(PLUGINS, f"{place.ROOT}/plugins/", home=tmp_path)
    assert seen["plugins"] == ["stripe_netsuite"]
    assert seen["errors"] == {}
    packages = ("stripe_netsuite", "stripe_netsuite_airflow")
    assert [name for name in seen["ours"] if name.split(".")[0] not in packages] == []
    assert [name for name in [*HEAVY, "stripe_netsuite_airflow.web"] if name in seen["all"]] == []
