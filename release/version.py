"""Copies the version in VERSION to every file that has to spell it out: charts, images and the web UI.

`make version` writes them, `--check` lists those that differ. Python packages read VERSION when they are built.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
COPIES = {
    "charts/outlay/Chart.yaml": (r"^(version: )\S+", r'^(appVersion: ")[^"]+', r"(, version: )[^,}]+"),
    "charts/outlay/charts/service/Chart.yaml": (r"^(version: )\S+",),
    "charts/outlay/charts/service/ci/auth.yaml": (r'(tag: ")[^"]+',),
    "charts/outlay/charts/entrance/Chart.yaml": (r"^(version: )\S+",),
    "charts/outlay/ci/production.yaml": (r'(tag: ")[^"]+',),
    "charts/outlay/values.yaml": (r'^(    tag: ")[^"]+',),
    "services/gateway/web/package.json": (r'^(  "version": ")[^"]+',),
    "services/gateway/web/package-lock.json": (r'("name": "outlay-web",\s+"version": ")[^"]+',),
}
"""For each file the places where the version stands, as a pattern of what precedes it."""


def version() -> str:
    """Return the version of this checkout."""
    return (TOP / "VERSION").read_text("utf-8").strip()


def updated(path: str) -> str:
    """Return a file's text with the current version; raises LookupError if a place in it is gone."""
    text = (TOP / path).read_text("utf-8")
    for place in COPIES[path]:
        text, found = re.subn(place, rf"\g<1>{version()}", text, flags=re.MULTILINE)
        if not found:
            raise LookupError(f"{path} has no place that matches {place}")
    return text


def outdated() -> list[str]:
    """Return the files that spell out another version."""
    return [path for path in COPIES if (TOP / path).read_text("utf-8") != updated(path)]


def main() -> int:
    """Write the outdated files; with --check only list them and return 1."""
    check = "--check" in sys.argv
    files = outdated()
    for path in files:
        print(path)
        if not check:
            (TOP / path).write_text(updated(path), "utf-8")
    return 1 if check and files else 0


if __name__ == "__main__":
    sys.exit(main())
