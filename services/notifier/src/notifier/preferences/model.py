"""Preferences: which alerts a person wants, and by which channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StaleVersionError(Exception):
    """Changed meanwhile."""

    def __init__(self, current: int) -> None:
        super().__init__(f"The preferences are now at version {current}. Read them again and send that as If-Match.")


class AlertKind(StrEnum):
    """What an alert is about."""

    EXCEEDED = "budget.exceeded"
    NEAR = "budget.near"
    IMPORTED = "import.completed"


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of one kind of alert."""

    app: bool
    mail: bool


DEFAULT_CHANNELS: Mapping[AlertKind, Channels] = {
    AlertKind.EXCEEDED: Channels(app=True, mail=True),
    AlertKind.NEAR: Channels(app=True, mail=False),
    AlertKind.IMPORTED: Channels(app=True, mail=True),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The channels of each kind of alert. Version 0 is the defaults of a person who never chose."""

    channels: Mapping[AlertKind, Channels]
    version: int

    def of(self, kind: AlertKind) -> Channels:
        """Return the channels of a kind; the default for a kind that is newer than the choice."""
        return self.channels.get(kind, DEFAULT_CHANNELS[kind])

    def with_channels(self, kind: AlertKind, channels: Channels) -> Preferences:
        return Preferences({**{each: self.of(each) for each in AlertKind}, kind: channels}, self.version)


DEFAULT_PREFERENCES = Preferences(DEFAULT_CHANNELS, version=0)
