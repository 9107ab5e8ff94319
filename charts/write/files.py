"""All files that are written, with what has to be in them."""

from __future__ import annotations

from pathlib import Path

from write.dashboards import dashboards
from write.readme import with_table
from write.rules import promises
from write.settings import with_reads

CHARTS = Path(__file__).parents[1]


def contents() -> dict[Path, str]:
    """Return path to text."""
    suite = CHARTS / "outlay"
    service = suite / "charts" / "service"
    values = with_reads((suite / "values.yaml").read_text("utf-8"))
    found = {
        suite / "values.yaml": values,
        suite / "README.md": with_table((suite / "README.md").read_text("utf-8"), values),
        service / "README.md": with_table((service / "README.md").read_text("utf-8"), (service / "values.yaml").read_text("utf-8")),
        suite / "rules" / "promises.yaml": promises(),
    }
    return found | {suite / "dashboards" / f"{name}.json": text for name, text in dashboards().items()}
