"""A fresh notifier for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.notifier_world import RunningNotifier, close_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def notifier(tmp_path: Path) -> RunningNotifier:
    return RunningNotifier(tmp_path / "notifier")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close the notifiers that a test left open."""
    yield
    close_all()
