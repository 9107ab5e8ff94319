"""`migrate rekey`: seals everything at rest anew that is sealed with an older key, and says which keys are needed no more."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chassis.security.encryption import DecryptionError, UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_DAMAGED = "?"


@dataclass
class RekeyingCount:
    """The count of one kind of value."""

    what: str
    seen: int = 0
    renewed: int = 0
    missed: int = 0
    """How many somebody else was changing at each attempt."""
    unreadable: Counter[str] = field(default_factory=Counter)
    """How many are sealed with a key that is not given, by its id."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count what cannot be opened instead of stopping at it."""
        try:
            yield
        except UnknownKeyError as error:
            self.unreadable[error.key_id] += 1
        except DecryptionError:
            self.unreadable[_DAMAGED] += 1

    def __str__(self) -> str:
        """Return a line for whoever waits for it."""
        return f"{self.what}: {self.seen:,} seen, {self.renewed:,} sealed anew"


def report(name: str, tallies: Iterable[RekeyingCount], key_ids: Sequence[str], *, say: Callable[[str], None]) -> bool:
    """Say what is being done and what follows from it; return whether the older keys are needed no more."""
    done: list[RekeyingCount] = []
    problems: list[str] = []
    for tally in tallies:
        say(f"{name}: {tally}")
        done.append(tally)
        problems += _problems(tally)
    for problem in problems:
        say(f"{name}: {problem}")
    if problems:
        return False
    newest, *older = key_ids
    if not done:
        say(f"{name}: nothing in this store is sealed")
    elif older:
        say(f"{name}: all is sealed with {newest}; this store needs {', '.join(older)} no more")
    else:
        say(f"{name}: all is sealed with {newest}, the only key given")
    return True


def _problems(tally: RekeyingCount) -> Iterator[str]:
    for key_id, count in tally.unreadable.items():
        if key_id == _DAMAGED:
            yield f"{count:,} {tally.what} are damaged: no key opens them"
        else:
            yield f"{count:,} {tally.what} are sealed with {key_id}: add that key to OUTLAY_DATA_KEY, and run this again"
    if tally.missed:
        yield f"{tally.missed:,} {tally.what} were being changed: run this again"
