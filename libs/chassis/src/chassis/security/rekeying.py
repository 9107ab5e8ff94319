"""`migrate rekey`: re-encrypts everything stored under an older key, and says which keys are no longer needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from chassis.security.encryption import DecryptionError, UnknownKeyError

_DAMAGED = "?"


@dataclass
class RekeyingCount:
    """The count of one kind of value."""

    what: str
    seen: int = 0
    renewed: int = 0
    missed: int = 0
    """How many could not be replaced because others kept changing them."""
    unreadable: Counter[str] = field(default_factory=Counter)
    """How many are encrypted with a key that is not configured, by its id."""

    @contextmanager
    def counting_unreadable(self) -> Iterator[None]:
        """Count what cannot be decrypted instead of stopping at it."""
        try:
            yield
        except UnknownKeyError as error:
            self.unreadable[error.key_id] += 1
        except DecryptionError:
            self.unreadable[_DAMAGED] += 1

    def __str__(self) -> str:
        return f"{self.what}: {self.seen:,} seen, {self.renewed:,} re-encrypted"


def report(name: str, counts: Iterable[RekeyingCount], key_ids: Sequence[str], *, say: Callable[[str], None]) -> bool:
    """Report each count and what follows from it; return whether the older keys are no longer needed."""
    done: list[RekeyingCount] = []
    problems: list[str] = []
    for count in counts:
        say(f"{name}: {count}")
        done.append(count)
        problems += _problems(count)
    for problem in problems:
        say(f"{name}: {problem}")
    if problems:
        return False
    newest, *older = key_ids
    if not done:
        say(f"{name}: nothing in this store is encrypted")
    elif older:
        say(f"{name}: everything is encrypted with {newest}; this store no longer needs {', '.join(older)}")
    else:
        say(f"{name}: everything is encrypted with {newest}, the only key configured")
    return True


def _problems(count: RekeyingCount) -> Iterator[str]:
    for key_id, number in count.unreadable.items():
        if key_id == _DAMAGED:
            yield f"{number:,} {count.what} are damaged: no key decrypts them"
        else:
            yield f"{number:,} {count.what} are encrypted with {key_id}: add that key to OUTLAY_DATA_KEY, and run this again"
    if count.missed:
        yield f"{count.missed:,} {count.what} were being changed: run this again"
