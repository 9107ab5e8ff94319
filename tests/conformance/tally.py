"""The outcome of each test of a conformance suite."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pytest

Outcome = Literal["passed", "failed", "skipped"]
_RANK: dict[Outcome, int] = {"passed": 0, "skipped": 1, "failed": 2}


class Tally:
    """Counts by suite and adapter; as a plugin of pytest it hears what the workers tell."""

    def __init__(self) -> None:
        """Nothing was run yet."""
        self._became: dict[tuple[str, str], dict[str, Outcome]] = {}

    def add(self, suite: str, adapter: str, test: str, outcome: Outcome) -> None:
        """Note the outcome of a test, its set-up or its end; the worst of the three is the test's."""
        tests = self._became.setdefault((suite, adapter), {})
        tests[test] = max(tests.get(test, outcome), outcome, key=_RANK.__getitem__)

    def of(self, suite: str, adapter: str) -> Counter[Outcome]:
        """Count the tests of a suite on an adapter by outcome."""
        return Counter(self._became.get((suite, adapter), {}).values())

    def adapters(self, suite: str) -> set[str]:
        """Return the adapters that a suite was run on."""
        return {adapter for path, adapter in self._became if path == suite}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what is marked by conformance.counting."""
        for name, value in report.user_properties:
            if name == "conformance":
                suite, adapter = str(value).split("|")
                self.add(suite, adapter, report.nodeid, report.outcome)
