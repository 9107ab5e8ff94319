"""What a person wants to be told, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    """What alerts are about; each is also the type of the event that raises it."""

    EXCEEDED = "budget.exceeded"
    NEAR = "budget.near"
    IMPORTED = "import.completed"


@dataclass(frozen=True, slots=True)
class Channels:
    """By which ways one kind of alert goes out."""

    app: bool
    mail: bool


DEFAULTS: Mapping[AlertKind, Channels] = {
    AlertKind.EXCEEDED: Channels(app=True, mail=True),
    AlertKind.NEAR: Channels(app=True, mail=False),
    AlertKind.IMPORTED: Channels(app=True, mail=True),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The channels of each kind. Version 0 are the defaults of somebody who never said anything."""

    channels: Mapping[AlertKind, Channels]
    version: int

    def of(self, kind: AlertKind) -> Channels:
        """Return the channels of a kind; a kind that is newer than the choice has its default."""
        return self.channels.get(kind, DEFAULTS[kind])


UNSAID = Preferences(DEFAULTS, version=0)
