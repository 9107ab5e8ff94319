"""All settings of all services as their classes declare them: for the terminal, for charts and for docs/operate/settings.md."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from chassis.process.command import ProcessSettings
from chassis.process.declared_settings import Entry, declared
from chassis.process.declared_settings import as_lines as lines_of
from outlay.service_settings import ASSISTANT, GATEWAY, OWN
from outlay.settings import HomeSettings

_TITLES = {
    "every": "Every process",
    "behind": "auth, expenses, budgets and notifier",
    "home": "The home process, `outlay run`, in addition to those of the services",
}

_BEGIN, _END = "<!-- settings -->", "<!-- end of settings -->"


def by_process() -> dict[str, list[Entry]]:
    """Return the settings of each process: each service, the gateway, and `home`."""
    found = {name: declared((ProcessSettings, own)) for name, own in OWN.items()}
    home = declared((HomeSettings, *OWN.values(), ASSISTANT[1]))
    given = HomeSettings().environment_of_services().keys()
    for entry in home:
        entry["required"] = entry["required"] and entry["name"] not in given
    return {**found, "assistant": declared(ASSISTANT), "gateway": declared((GATEWAY,)), "home": home}


def as_json() -> str:
    return json.dumps(by_process(), indent=2)


def as_lines() -> str:
    return "\n\n".join(f"{name}:\n{lines_of(entries)}" for name, entries in by_process().items())


def as_markdown() -> str:
    """Return the tables of docs/operate/settings.md: first what all services share, then what each has besides."""
    found = by_process()
    every = _common([found[name] for name in (*OWN, "assistant", "gateway")])
    behind = [entry for entry in _common([found[name] for name in OWN]) if entry not in every]
    parts = {"every": every, "behind": behind}
    for name in (*OWN, "assistant", "gateway", "home"):
        alone = name in ("assistant", "gateway")  # they lack some of what the other services share
        said = every if alone else [entry for entries in parts.values() for entry in entries]
        parts[name] = [entry for entry in found[name] if entry not in said]
    return "\n\n".join(_section(name, entries) for name, entries in parts.items())


def _common(lists: Sequence[list[Entry]]) -> list[Entry]:
    return [entry for entry in lists[0] if all(entry in entries for entries in lists[1:])]


def written_into(page: str) -> str:
    """Return a page with the tables between its two marks brought up to date."""
    before, _begin, rest = page.partition(_BEGIN)
    _old, _end, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{as_markdown()}\n\n{_END}{after}"


def _section(name: str, entries: Sequence[Entry]) -> str:
    head = f"### {_TITLES.get(name, name)}\n\n| variable | what | default | bound to |\n|---|---|---|---|\n"
    return head + "\n".join(_row(entry) for entry in entries)


def _row(entry: Mapping[str, object]) -> str:
    default = "**required**" if entry["required"] else f"`{entry['default']}`" if entry["default"] else ""
    binding = entry["binding"]
    bound = f"{binding['services']}: {str(binding['part']).replace('_', ' ')}" if isinstance(binding, dict) else ""
    doc = str(entry["doc"]).replace("|", "\\|").replace("<", "&lt;")
    return f"| `{entry['name']}`{' (secret)' if entry['secret'] else ''} | {doc} | {default} | {bound} |"
