"""Reads JSON strictly: what two parsers could read differently is refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from chassis.runtime.problems import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    _Place = tuple["_Place", str | int] | None
    """The place of an entry: that of its parent, and its key or index there."""

# Tabs and line ends are text. Databases do not keep other control characters and lone surrogates well.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MOST_DIGITS = 100


def parse_json(raw: bytes) -> Any:
    """Return the value of a JSON text, in time that grows with its length and no faster.

    Raises:
        InvalidRequestError: if it is not UTF-8 or not JSON, names a key twice, or is nested too deeply.
    """
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_reject, parse_int=_whole, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise InvalidRequestError("The body is not UTF-8.") from error
    except RecursionError as error:
        raise too_deep() from error
    except ValueError as error:
        raise InvalidRequestError(f"The body is not JSON: {error}.") from error


def too_deep() -> InvalidRequestError:
    """Return the error for a body that is nested too deeply."""
    return InvalidRequestError("The body is nested too deeply.")


def printable(text: str) -> bool:
    """Return whether a text has no control characters."""
    return _UNPRINTABLE.search(text) is None


def unprintable(value: Any) -> Iterator[str]:
    """Yield the JSON pointer of each text in a value that has control characters."""
    # Pointers are made only for what is found: a long key over many entries would be copied for each of them.
    waiting: list[tuple[Any, _Place]] = [(value, None)]
    while waiting:
        entry, place = waiting.pop()
        if isinstance(entry, str):
            if not printable(entry):
                yield _pointer(place)
        elif isinstance(entry, dict):
            waiting += [(child, (place, key)) for key, child in reversed(entry.items())]
        elif isinstance(entry, list):
            waiting += [(child, (place, index)) for index, child in reversed(list(enumerate(entry)))]


def _pointer(place: _Place) -> str:
    parts: list[str] = []
    while place is not None:
        place, key = place
        parts.append(str(key))
    return "".join(f"/{part}" for part in reversed(parts))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:50]!r} appears twice")
    return made


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")
    return int(digits)
