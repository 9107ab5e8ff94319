"""Finds bindings: VCAP_SERVICES (Cloud Foundry), CE_SERVICES (Code Engine), folders under SERVICE_BINDING_ROOT."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chassis.platform.binding import Binding, BindingError, plain

_JSON = ("VCAP_SERVICES", "CE_SERVICES")
_ROOT = "SERVICE_BINDING_ROOT"
_MOST_BYTES = 1 << 20
_WHOLE = "binding"
"""A file of this name holds all credentials as JSON, as IBM Cloud's Kubernetes Service mounts them."""


def read_bindings(environ: Mapping[str, str]) -> list[Binding]:
    """Return all bindings; raises BindingError, whose text contains no credentials."""
    found = [binding for name in _JSON if environ.get(name, "").strip() for binding in _in_json(name, environ[name])]
    if environ.get(_ROOT):
        found += _in_folders(Path(environ[_ROOT]))
    return list(_numbered(found))


def _in_json(source: str, text: str) -> Iterator[Binding]:
    try:
        kinds = json.loads(text)
    except (ValueError, RecursionError):
        raise BindingError(f"{source}: is not JSON; the platform writes it, so it was truncated or changed on the way") from None
    if not isinstance(kinds, dict):
        raise BindingError(f"{source}: must be an object of lists, one list for each kind of service")
    for label, entries in kinds.items():
        if not isinstance(entries, list):
            raise BindingError(f"{source}: the value of {label!r} must be a list of services")
        for number, entry in enumerate(entries, 1):
            yield _from_entry(source, label, number, entry)


def _from_entry(source: str, label: str, number: int, entry: Any) -> Binding:
    if not isinstance(entry, dict) or not isinstance(entry.get("credentials"), dict):
        raise BindingError(f"{source}: service {number} under {label!r} has no credentials; bind it again, with a service key")
    names = [entry.get(key) for key in ("binding_name", "name", "instance_name")]
    known = [name for name in names if isinstance(name, str) and name] or [label]
    tags = entry.get("tags")
    return Binding(
        name=known[0],
        label=label,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        credentials=entry["credentials"],
        source=source,
        aliases=tuple(known[1:]),
    )


def _in_folders(root: Path) -> Iterator[Binding]:
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise BindingError(f"{_ROOT}: the folder {root} cannot be read: {error.strerror}") from None
    for folder in folders:
        yield _from_folder(folder)


def _from_folder(folder: Path) -> Binding:
    entries = {path.name: _text(path) for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")}
    label = entries.pop("type", "")
    credentials: Mapping[str, Any] = entries
    if _WHOLE in entries:
        credentials = _whole(folder, entries[_WHOLE])
    elif not label:
        message = f"{_ROOT}: the folder {folder.name} has no file `type`, which says what is bound, such as mysql or rabbitmq"
        raise BindingError(message)
    provider = entries.pop("provider", "")
    return Binding(folder.name, label, (provider,) if provider else (), credentials, _ROOT)


def _whole(folder: Path, text: str) -> dict[str, Any]:
    try:
        credentials = json.loads(text)
    except (ValueError, RecursionError):
        credentials = None
    if not isinstance(credentials, dict):
        raise BindingError(f"{_ROOT}: the file {folder.name}/{_WHOLE} must hold the credentials as a JSON object")
    return credentials


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BindingError(f"{_ROOT}: the file {path.parent.name}/{path.name} is too large for credentials")
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise BindingError(f"{_ROOT}: the file {path.parent.name}/{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BindingError(f"{_ROOT}: the file {path.parent.name}/{path.name} is not text") from None


def _numbered(bindings: list[Binding]) -> Iterator[Binding]:
    """Number bindings that share a name: Code Engine may give none, so they have their kind's name."""
    seen: dict[str, int] = {}
    for binding in bindings:
        key = plain(binding.name)
        seen[key] = seen.get(key, 0) + 1
        yield binding if seen[key] == 1 else replace(binding, name=f"{binding.name}-{seen[key]}")
