"""The expenses service, made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.expenses_api import Api, WallClock, make_service


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    clock = WallClock()
    service = make_service(tmp_path, clock)
    yield Api(service, clock=clock)
    service.close()
