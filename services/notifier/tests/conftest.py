"""A fresh notifier for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.notifier_world import Built, close_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path / "notifier")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close what a test built and did not close itself."""
    yield
    close_all()
