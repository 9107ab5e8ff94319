"""docs/operate/observability.md names the meters that there are, with their labels, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import CommonSettings, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "operate" / "observability.md").read_text("utf-8")
ROW = re.compile(r"^\| `(outlay_\w+)` \| ([\w, ]*) ?\|", re.MULTILINE)


def meters() -> dict[str, set[str]]:
    """Return the exported name of each meter of ours, with its labels."""
    found = {}
    for meter in vars(Metrics()).values():
        for family in meter.describe() if hasattr(meter, "describe") else ():
            name = family.name + ("_total" if family.type == "counter" else "")
            found[name] = set(meter._labelnames)
    return found


def test_the_table_is_what_the_code_has() -> None:
    described = {name: set(re.findall(r"\w+", labels)) for name, labels in ROW.findall(PAGE)}
    assert described == meters()
    assert len(described) >= 8


def test_the_settings_of_traces_are_those_that_are_read() -> None:
    named = set(re.findall(r"^\| `(OUTLAY_TRACES\w*)`", PAGE, re.MULTILINE))
    settings = read_settings(CommonSettings, {"OUTLAY_TRACES": "http://collector:4318/", "OUTLAY_TRACES_SAMPLE": "0.25"})
    assert named == {"OUTLAY_TRACES", "OUTLAY_TRACES_SAMPLE"}
    assert (settings.traces, settings.traces_sample) == ("http://collector:4318", 0.25)
