"""Schemathesis finds nothing: data that fits the OpenAPI document is served in its shape, data that does not is refused."""

import json
import subprocess
import sys
from pathlib import Path

from sharp_spec import sharp_spec

# What this document cannot say: it has no POST, which the sandbox answers on some of its paths.
NOT_SAID = "unsupported_method,allow_header_conformance"
CONFIGURATION = "[phases.coverage]\nunexpected-methods = []\n"


def test_schemathesis_finds_nothing(wide, tmp_path):
    """Positive and negative data, a fixed seed, all operations of which the world has an object."""
    spec = sharp_spec(wide.world)
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(spec))
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", str(document), "--url", wide.url,
        "--header", f"Authorization: Bearer {wide.key}", "--seed", "1", "--max-examples", "5", "--no-shrink",
        "--phases", "coverage,fuzzing", "--mode", "all", "--exclude-checks", NOT_SAID, "--workers", "1",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"Tested: {len(spec['paths'])}" in done.stdout
    assert len(spec["paths"]) >= 40, "the world lacks too much for the run to mean anything"
