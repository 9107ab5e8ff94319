"""The tables of values in the charts' READMEs, out of the comments in values.yaml."""

from __future__ import annotations

import json
from typing import Any

import yaml

_BEGIN, _END = "<!-- values -->\n", "<!-- end of values -->\n"
_LONGEST = 90


def with_table(readme: str, values: str) -> str:
    """Return a README with the table of all values that a comment describes."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        message = f"a README of a chart needs the lines {_BEGIN!r} and {_END!r}"
        raise SystemExit(message)
    return before + begin + table(values) + end + after


def table(values: str) -> str:
    """Return the table: each `# --` above a value describes it."""
    read = yaml.safe_load(values)
    rows = [f"| `{path}` | {said} | {_shown(_at(read, path))} |" for path, said in described(values)]
    return "\n".join(["| value | what | default |", "|---|---|---|", *rows]) + "\n"


def described(values: str) -> list[tuple[str, str]]:
    """Return (path, description) of each described value, in the order of the file."""
    found: list[tuple[str, str]] = []
    parents: list[str] = []
    said = ""
    for line in values.splitlines():
        text = line.strip()
        if text.startswith("# -- "):
            said = text.removeprefix("# -- ")
        elif text.startswith("#") and said:
            said += " " + text.removeprefix("#").strip()
        elif text and not text.startswith("#"):
            depth = (len(line) - len(line.lstrip())) // 2
            key = text.partition(":")[0]
            parents = [*parents[:depth], key]
            if said:
                found.append((".".join(parents), said))
            said = ""
    return found


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values[key]
    return values


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if len(text) <= _LONGEST else "see values.yaml"
