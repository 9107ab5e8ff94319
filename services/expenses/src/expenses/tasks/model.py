"""A long change that is made in many transactions; a crash may come between any two of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaskState(StrEnum):
    """What a task has still to do."""

    RUNNING = "running"
    """An import whose rows go in."""
    REVERTING = "reverting"
    """An import that failed; its rows are removed again."""
    PUBLISHING = "publishing"
    """An import whose rows are all in; their events are published."""
    UNDOING = "undoing"
    """An import that is undone."""
    MOVING = "moving"
    """The removal of a category with many expenses; the task's id is the category's."""
    CONVERTING = "converting"
    """Another home currency; the task's id is that of the event."""


@dataclass(frozen=True, slots=True)
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
    """How many events with converted expenses were published."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a book, which has one at a time."""

    id: str
    """Of the import, the category or the event that it is about."""
    state: TaskState
    categories: tuple[str, ...] = ()
    """Ids of the categories that the import made, or of the one to which expenses are moved."""
    alive: bool = True
    """Whether a process worked on it in the last few seconds."""
    conversion: Conversion | None = None
    """What is converted, while the home currency changes."""
    author: str | None = None
    """Who began it; None is the person whose id the book has, or nobody in particular."""
