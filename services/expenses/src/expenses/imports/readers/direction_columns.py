"""Finds the columns whose words or letters say the direction of bookings, and says how far each is to be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.balance import Proof
from expenses.imports.readers.cards import without_cards
from expenses.imports.readers.directions import is_letter, kinds_of, sides_of
from expenses.imports.readers.profile import Column
from expenses.imports.readers.vocabulary import DESCRIPTION, DIRECTION, GENERIC_DIRECTION, NO_DIRECTION, PAYEE, PAYER, fits
from expenses.imports.readers.words import plain

_MOST_WORDS = 12
_MOST_KNOWN, _HALF_KNOWN = 0.8, 0.5
"""Share of the rows whose word must be known; half is enough for both directions under a title that says one."""
_SPECIFIC = tuple(part for part in DIRECTION if part not in GENERIC_DIRECTION)
_USUAL = [set(pair) for pair in ("sh", "dc", "dk", "dh", "da", "tj", "дк", "рп", "χπ")]
"""Letters that are likely a direction even where the title does not say so."""
_OF_CARDS = re.compile(r"(?:debit|debet|credit|kredit)\w*")


class Direction(NamedTuple):
    """A column whose words say a direction, and what each of them means."""

    column: Column
    kinds: dict[str, str]
    both: bool
    """Whether it says both directions."""
    said: bool = True
    """Whether its title says that it is a direction, or its words can be nothing else."""
    likely: bool = True
    """Whether it can be taken without a question where nothing contradicts it."""


def directions_in(amount: Column, free: Sequence[Column], proof: Proof | None, locale: str, *, chosen: bool) -> list[Direction]:
    """Return the columns that say a direction, the clearest first; `chosen` is whether a person said that it is one."""
    found = []
    for column in free:
        if not column.filled or len(column.different) > _MOST_WORDS or column.share < _MOST_KNOWN or column is amount:
            continue
        proven = _proven(column, proof)
        kinds = proven or _with_title(column, kinds_of([*column.different, *column.title.split()], locale))
        known = sum(cell in kinds for cell in column.filled)
        sides = len(sides_of(kinds))
        titled = fits(column.title, DIRECTION) and not fits(column.title, DESCRIPTION)
        one_sided = sides == 1 and not titled and not _two_sided(column, locale)
        least = _HALF_KNOWN if sides > 1 and fits(column.title, DIRECTION) else _MOST_KNOWN
        if not sides or one_sided or known < least * len(column.filled):
            continue
        both = sides > 1 or _two_sided(column, locale)
        one = Direction(column, kinds, both) if proven or chosen else _judged(Direction(column, kinds, both), locale)
        if one is not None:
            found.append((sides, known, one))
    return [one for _sides, _known, one in sorted(found, key=lambda entry: (-entry[0], -entry[1]))]


def _judged(one: Direction, locale: str) -> Direction | None:
    """Return a direction with how far it is to be trusted, None if its title means something else."""
    column = one.column
    if _two_sided(column, locale):
        return one
    other = any(fits(column.title, parts) for parts in (NO_DIRECTION, PAYEE, PAYER))
    if not any(map(is_letter, column.different)):
        return None if other and all(_OF_CARDS.fullmatch(plain(word)) for word in one.kinds) else one
    if other:
        return None
    if fits(column.title, _SPECIFIC):
        return one
    usual = any({plain(word) for word in column.different} <= pair for pair in _USUAL)
    if not column.title or fits(column.title, DIRECTION):
        return one._replace(said=False, likely=usual)
    return one._replace(said=False, likely=False) if usual else None


def _with_title(column: Column, kinds: dict[str, str]) -> dict[str, str]:
    """Return the meaning of a column's words, with those of a title such as "D/K" that are not among the first rows."""
    titled = {word: kinds[word] for word in column.title.split() if word in kinds}
    both = len(sides_of(titled)) > 1
    upper = all(word.isupper() for word in column.different)
    more = {word.upper() if upper else word.capitalize(): kind for word, kind in titled.items() if both}
    return (more if more.keys() & set(column.different) else {}) | {word: kinds[word] for word in column.different if word in kinds}


def _two_sided(column: Column, locale: str) -> bool:
    """Say whether a title names both directions."""
    return len(sides_of(kinds_of(without_cards(column.title).split(), locale))) > 1


def _proven(column: Column, proof: Proof | None) -> dict[str, str] | None:
    """Return what each of two words does to the balance, if it always does the same."""
    if proof is None or len(column.different) != 2 or column.is_money or column.is_date:  # noqa: PLR2004
        return None
    does: dict[str, set[int]] = {}
    for word, change in zip(column.cells, proof.changes, strict=False):
        if word and change:
            does.setdefault(word, set()).add(change)
    if len(does) != 2 or sorted(map(sorted, does.values())) != [[-1], [1]]:  # noqa: PLR2004
        return None
    return {word: INCOME if changes == {1} else EXPENSE for word, changes in does.items()}
