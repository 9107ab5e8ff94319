"""What a process may load: the images of processes without a store lack the packages of SQL."""

from __future__ import annotations

import subprocess
import sys

import pytest

MISSING = ("alembic", "sqlalchemy", "pymysql", "ibm_cloud_sdk_core")
"""Packages of the extra `sql` of the chassis."""


@pytest.mark.parametrize("process", ["gateway", "assistant"])
def test_a_process_without_a_store_starts_without_sql(process: str) -> None:
    absent = f"import sys; sys.modules.update(dict.fromkeys({MISSING!r}))"
    code = f"{absent}; import runpy; sys.argv[1:] = ['settings']; runpy.run_module('{process}', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "OUTLAY_PORT" in done.stdout
