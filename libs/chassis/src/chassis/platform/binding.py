"""What is bound, and what of it a setting wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class BindingError(ValueError):
    """A binding does not fit; its text says what to change, and holds nothing that a binding has as a value."""


@dataclass(frozen=True)
class Bound:
    """Which part of which kind of bound service a setting is read from."""

    kind: str
    """One of `chassis.platform.kinds.KINDS`."""
    part: str = "address"
    """`address`, or what goes with it: `user`, `password`, `apikey`, `ca` ..."""
    own: str = ""
    """What the service's own place is called in something that several share, such as a schema of Db2."""


@dataclass(frozen=True)
class Binding:
    """One bound service."""

    name: str
    """By which OUTLAY_BINDINGS calls it."""
    label: str
    """What it says it is, such as cloudantNoSQLDB."""
    tags: tuple[str, ...]
    credentials: Mapping[str, Any] = field(repr=False)
    source: str
    """Where it was found, such as VCAP_SERVICES."""
    aliases: tuple[str, ...] = ()
    """Further names."""

    def __str__(self) -> str:
        """Name it as people know it."""
        return f"{self.name} ({self.label}, from {self.source})" if self.label else f"{self.name} (from {self.source})"

    def called(self, name: str) -> bool:
        """Say whether this is its name; letter case and the kind of dash do not matter."""
        return plain(name) in {plain(one) for one in (self.name, *self.aliases)}

    def wears(self, name: str) -> bool:
        """Say whether it is called so or has such a tag."""
        return self.called(name) or plain(name) in {plain(tag) for tag in self.tags}


def plain(name: str) -> str:
    """Return a name as names are compared."""
    return name.strip().lower().replace("_", "-")
