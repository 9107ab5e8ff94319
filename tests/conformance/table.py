"""The table of suites and adapters, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.suites import Suite
    from conformance.tally import Tally

_HEAD = ("suite", "adapter", "tests", "passed", "failed", "skipped", "server")


def table(tally: Tally, servers: Mapping[str, str], suites: tuple[Suite, ...] = SUITES) -> str:
    """Return the table as Markdown that can also be read as it is."""
    rows = [row for suite in suites for row in _rows(suite, tally, servers)]
    total = [str(sum(int(row[place]) for row in rows)) for place in range(2, 6)]
    rows.append(("all", "", *total, ""))
    widths = [max(len(row[place]) for row in (_HEAD, *rows)) for place in range(len(_HEAD))]
    lines = [_HEAD, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def complaints(tally: Tally, suites: tuple[Suite, ...] = SUITES) -> Iterator[str]:
    """Yield a sentence for each failure, and for each adapter that ran fewer tests than its sibling without a stated reason."""
    for suite in suites:
        known = {adapter.id for adapter in suite.adapters}
        for stranger in sorted(tally.adapters(suite.key) - known):
            yield f"{suite.port}: tests/conformance/suites.py does not know the adapter {stranger!r}."
        most = max(tally.of(suite.key, one)["passed"] for one in known)
        if not most:
            yield f"{suite.port}: nothing passed at all."
        for adapter in suite.adapters:
            counts = tally.of(suite.key, adapter.id)
            if counts["failed"]:
                yield f"{suite.port} on {adapter.name}: {counts['failed']} failed."
            if counts["passed"] < most and adapter.id not in suite.fewer:
                yield f"{suite.port} on {adapter.name}: {counts['passed']} passed, a sibling has {most}, and no reason is stated."


def reasons(tally: Tally, suites: tuple[Suite, ...] = SUITES) -> Iterator[str]:
    """Yield the reason of each adapter that was let off some tests."""
    for suite in suites:
        for adapter in suite.adapters:
            if adapter.id in suite.fewer:
                count = tally.of(suite.key, adapter.id).total()
                yield f"{suite.port} on {adapter.name}: {count} tests, because: {suite.fewer[adapter.id]}."


def _rows(suite: Suite, tally: Tally, servers: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for adapter in suite.adapters:
        counts = tally.of(suite.key, adapter.id)
        figures = (counts.total(), counts["passed"], counts["failed"], counts["skipped"])
        server = servers.get(adapter.server, "was not started") if counts["passed"] else "none"
        yield (suite.port, adapter.name, *map(str, figures), server)
