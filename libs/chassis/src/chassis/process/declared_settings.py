"""The settings that classes declare: for the terminal, for charts and for the documentation."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chassis.platform.kinds import KINDS
from chassis.runtime.settings import SettingsError, read_settings

Entry = dict[str, Any]


def declared(kinds: Iterable[type]) -> list[Entry]:
    """Return an entry for each setting of some classes: name, description, default, required, secret."""
    found: dict[str, Entry] = {}
    for kind in kinds:
        for field in dataclasses.fields(kind):
            found.setdefault(field.metadata["name"], _entry(field))
    return list(found.values())


def problems_of(kinds: Iterable[type], environ: Mapping[str, str]) -> list[str]:
    """Return all problems with the settings of some classes, each sentence once."""
    problems: dict[str, None] = {}
    for kind in kinds:
        try:
            read_settings(kind, environ)
        except SettingsError as error:
            problems |= dict.fromkeys(error.problems)
    return list(problems)


def as_json(service: str, entries: Sequence[Entry]) -> str:
    return json.dumps({"service": service, "settings": list(entries)}, indent=2)


def as_lines(entries: Sequence[Entry]) -> str:
    width = max(len(entry["name"]) for entry in entries)
    return "\n".join(f"{entry['name']:<{width}}  {entry['doc']}{_aside(entry)}" for entry in entries)


def _aside(entry: Entry) -> str:
    if entry["required"]:
        return " (required)"
    return f" (default: {entry['default']})" if entry["default"] else ""


def _entry(field: dataclasses.Field[Any]) -> Entry:
    bound = field.metadata["bound"]
    return {
        "name": field.metadata["name"],
        "file": f"{field.metadata['name']}_FILE",
        "doc": field.metadata["doc"],
        "default": _text(field),
        "required": field.default is dataclasses.MISSING,
        "secret": field.metadata["secret"],
        "binding": {"kind": bound.kind, "services": KINDS[bound.kind], "part": bound.part} if bound else None,
    }


def _text(field: dataclasses.Field[Any]) -> str:
    """Return the default as it would be written in the environment."""
    default = field.default
    if default in (dataclasses.MISSING, None, ()):
        return ""
    if isinstance(default, bool):
        return next(word for word in ("true", "false", "yes", "no") if _reads_as(field, word, default))
    return f"{default:g}" if isinstance(default, float) else str(default)


def _reads_as(field: dataclasses.Field[Any], word: str, value: object) -> bool:
    try:
        return bool(field.metadata["parse"](word) == value)
    except ValueError:
        return False
