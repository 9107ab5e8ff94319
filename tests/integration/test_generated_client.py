"""A Python client is generated from the public document without a warning, and does the main job."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testing.servers.process import OutlayProcess

_CONFIG = Path(__file__).parents[2] / "services/gateway/python-client.yaml"
_SCRIPT = Path(__file__).with_name("client_script.py")


@pytest.fixture(scope="module")
def generated(outlay: OutlayProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the generated package. A warning means that the client lacks something, and fails."""
    folder = tmp_path_factory.mktemp("client")
    done = subprocess.run(
        [
            Path(sys.executable).parent / "openapi-python-client",
            "generate",
            "--url",
            f"{outlay.url}/api/v1/openapi.json",
            "--config",
            _CONFIG,
            "--meta",
            "none",
            "--output-path",
            folder / "outlay_client",
            "--fail-on-warning",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert (done.returncode, "WARNING" in said) == (0, False), said
    return folder


def test_a_generated_client_is_told_of_the_budget_that_it_exceeds(outlay: OutlayProcess, generated: Path) -> None:
    done = subprocess.run(
        [sys.executable, _SCRIPT, outlay.url, f"script.{time.time_ns()}@outlay.example"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(generated)},
    )
    assert done.returncode == 0, done.stderr
    for fact in ("Groceries", "€100.00", "€120.50", "Corner Shop"):
        assert fact in done.stdout, fact
