#!/usr/bin/env python3
"""Draws docs/develop/map.md: the rooms of the suite and which room imports which, from the imports in the code.

Run by `make map`; with --check, only says whether the page is up to date.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import grimp

PAGE = Path(__file__).parents[1] / "docs" / "develop" / "map.md"
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")
PACKAGES = ("outlay", *SERVICES, "chassis", "money")
HEAD = """# Map

For everybody who changes the code: the rooms of each part, and which room imports which. An arrow from A to B means that
A imports B; its number counts the imports between their modules. `make map` draws this page from the code.
"""


def main() -> int:
    """Write the page, or compare it."""
    page = draw()
    if "--check" in sys.argv:
        if PAGE.read_text("utf-8") == page:
            return 0
        print(f"{PAGE.name} is out of date: run `make map`", file=sys.stderr)
        return 1
    PAGE.write_text(page, "utf-8")
    return 0


def draw() -> str:
    """Return the page."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    between = edges(graph, depth=1)
    parts = [HEAD, "## The suite\n", diagram(between, numbers=False)]
    for package in PACKAGES:
        rooms = edges(graph, depth=2).items()
        inside = {pair: count for pair, count in rooms if all(room.startswith(f"{package}.") for room in pair)}
        if inside:
            parts += [f"\n## {package}\n", diagram(inside)]
    return "\n".join(parts) + "\n"


def edges(graph: grimp.ImportGraph, *, depth: int) -> Counter[tuple[str, str]]:
    """Return how many imports there are from one room to another; a room is a module's name cut to `depth` parts."""
    found: Counter[tuple[str, str]] = Counter()
    for importer in sorted(graph.modules):
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = room(importer, depth), room(imported, depth)
            if pair[0] != pair[1]:
                found[pair] += 1
    return found


def room(module: str, depth: int) -> str:
    """Return the room that a module is in."""
    return ".".join(module.split(".")[:depth])


def diagram(found: Counter[tuple[str, str]] | dict[tuple[str, str], int], *, numbers: bool = True) -> str:
    """Return a Mermaid diagram of some edges."""
    lines = ["```mermaid", "flowchart TD"]
    for (importer, imported), count in sorted(found.items()):
        label = f"|{count}|" if numbers else ""
        lines.append(f"    {name(importer)} -->{label} {name(imported)}")
    return "\n".join([*lines, "```"])


def name(module: str) -> str:
    """Return a node of the diagram."""
    last = module.rsplit(".", maxsplit=1)[-1]
    return f"{module.replace('.', '_').strip('_')}[{last.strip('_') or last}]"


if __name__ == "__main__":
    sys.exit(main())
