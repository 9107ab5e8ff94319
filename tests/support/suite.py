"""The whole suite built in the test's own process, on a folder of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from chassis.runtime.settings import read_settings
from outlay.settings import HomeSettings
from outlay.suite import Suite, build_suite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def built_suite(folder: Path, **environ: str) -> Iterator[Suite]:
    """Build the suite, not started; close it at the end."""
    known = {
        "OUTLAY_DATA": str(folder),
        "OUTLAY_ENV": "development",
        "OUTLAY_URL": "http://outlay.test",
        "AUTH_RATE_LIMIT_FACTOR": "1000",
        **environ,
    }
    suite = build_suite(read_settings(HomeSettings, known), known)
    try:
        yield suite
    finally:
        suite.close()
