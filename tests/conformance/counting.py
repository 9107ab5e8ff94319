"""A pytest plugin that runs conformance suites only, and labels each test with its suite and adapter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.suites import SUITES

if TYPE_CHECKING:
    from conformance.suites import Suite

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only tests that an adapter is handed to, and write the suite and the adapter on each."""
    chosen = []
    for item in items:
        for suite in SUITES:
            if item.path == ROOT / suite.path and (adapter := _adapter(item, suite)):
                item.user_properties.append(("conformance", f"{suite.key}|{adapter}"))
                chosen.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _adapter(item: pytest.Item, suite: Suite) -> str:
    call = getattr(item, "callspec", None)
    return str(call.params.get(suite.fixture, "")) if call else ""
