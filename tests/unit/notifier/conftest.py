"""A fresh notifier for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.notifier.built import Built

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    built = Built(tmp_path / "notifier")
    yield built
    built.service.close()
