"""What an import, its undoing or another long change has still to do; a crash may come between any two of its many transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from expenses.entries.model import Change
    from expenses.ports import Owner, Who

RUNNING = "running"
"""Rows go in."""
REVERTING = "reverting"
"""It failed, and its rows are removed again."""
PUBLISHING = "publishing"
"""All rows are in, and the events of them are published."""
UNDOING = "undoing"
"""Its owner wants it undone."""
MOVING = "moving"
"""No import, but the removal of a category with many expenses: its id stands for the import's."""
CONVERTING = "converting"
"""No import, but another home currency: the id of the event that told of it stands for the import's."""


@dataclass(frozen=True)
class Conversion:
    """A change of the home currency, and how far it has come."""

    before: str
    target: str
    version: int
    """Of the user, since when it holds."""
    day: str
    """When that was (UTC): budgets are converted at the rate of this day."""
    last: int = 0
    """The number of the last expense that was looked at."""
    events: int = 0
    """How many told of converted expenses."""


@dataclass(frozen=True)
class ImportJob:
    """A person has one at a time."""

    import_id: str
    state: str
    categories: tuple[str, ...] = ()
    """Ids of the categories that the import made, or of the one to which expenses are moved."""
    alive: bool = True
    """Whether somebody was at work on it in the last few seconds."""
    conversion: Conversion | None = None
    """What is converted, while the home currency changes."""


class ImportJobs(Protocol):
    """The jobs, and the events that wait for the end of an import."""

    def of(self, owner: Owner) -> ImportJob | None:
        """Return the owner's job."""

    def put(self, owner: Owner, job: ImportJob) -> None:
        """Store it in the place of the one before; it counts as alive for some seconds from now."""

    def remove(self, owner: Owner) -> None:
        """Delete it, and the events that still wait."""

    def abandoned(self) -> list[Who]:
        """Return whose jobs nobody is at work on any more."""

    def hold_changes(self, kind: str, owner: Owner, import_id: str | None, changes: Sequence[Change]) -> None:
        """Keep an event about changes until it is published or dropped."""

    def publish_some(self, owner: Owner) -> int:
        """Hand the oldest events that wait to the outbox, a few megabytes at most; return how many."""

    def drop_some(self, owner: Owner) -> int:
        """Delete some of the events that wait; return how many."""
