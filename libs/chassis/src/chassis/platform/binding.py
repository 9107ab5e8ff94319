"""Bindings, and which part of one a setting wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class BindingError(ValueError):
    """A binding is invalid; the text says what to change and contains no value of it."""


@dataclass(frozen=True)
class Bound:
    """The kind of bound service, and the part of it, that a setting is read from."""

    kind: str
    """One of `chassis.platform.kinds.KINDS`."""
    part: str = "address"
    """`address`, or what goes with it: `user`, `password`, `apikey`, `ca` ..."""
    own: str = ""
    """The service's own part of something shared, such as a schema of Db2."""


@dataclass(frozen=True)
class Binding:
    """One bound service."""

    name: str
    """Its name in OUTLAY_BINDINGS."""
    label: str
    """Its label, such as cloudantNoSQLDB."""
    tags: tuple[str, ...]
    credentials: Mapping[str, Any] = field(repr=False)
    source: str
    """Where it was found, such as VCAP_SERVICES."""
    aliases: tuple[str, ...] = ()
    """Further names."""

    def __str__(self) -> str:
        """Return its name for error messages."""
        return f"{self.name} ({self.label}, from {self.source})" if self.label else f"{self.name} (from {self.source})"

    def called(self, name: str) -> bool:
        """Return whether this is its name, ignoring case and the kind of dash."""
        return plain(name) in {plain(one) for one in (self.name, *self.aliases)}

    def has_name_or_tag(self, name: str) -> bool:
        return self.called(name) or plain(name) in {plain(tag) for tag in self.tags}


def plain(name: str) -> str:
    """Return a name in the form used for comparison."""
    return name.strip().lower().replace("_", "-")
