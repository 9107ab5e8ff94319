"""Finds out which amounts are spending: by words, by a balance, or by a guess that a person has to confirm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.columns import Column
from expenses.imports.readers.direction_words import is_letter, kind_hint, kinds_of, sides_of
from expenses.imports.readers.mapping import IGNORE, SPENDING_NEGATIVE, SPENDING_POSITIVE
from expenses.imports.readers.money_columns import BalanceProof
from expenses.imports.readers.money_titles import role_of
from expenses.imports.readers.vocabulary import (
    CREDIT,
    DESCRIPTION,
    DIRECTION,
    GENERIC_DIRECTION,
    NO_DIRECTION,
    PAYEE,
    PAYER,
    PRICE,
    longest_match,
    plain,
    without_cards,
)

_DIRECTIONS = (EXPENSE, INCOME)
_MOST_WORDS = 12
_MOST_KNOWN, _HALF_KNOWN = 0.8, 0.5
"""The share of the rows whose word must be known; half is enough if both directions occur under a title that says so."""
_SPECIFIC = tuple(part for part in DIRECTION if part not in GENERIC_DIRECTION)
_USUAL = [set(pair) for pair in ("sh", "dc", "dk", "dh", "da", "tj", "дк", "рп", "χπ")]
"""Letters that are likely a direction even if the title does not say so."""
_OF_CARDS = re.compile(r"(?:debit|debet|credit|kredit)\w*")


class DirectionColumn(NamedTuple):
    """A column whose words say a direction, and what each of them means."""

    column: Column
    kinds: dict[str, str]
    both: bool
    """Whether it says both directions."""
    said: bool = True
    """Whether its title names a direction, or its words can mean nothing else."""
    likely: bool = True
    """Whether it can be used without asking if nothing contradicts it."""


def direction_columns(
    amount: Column, free: Sequence[Column], proof: BalanceProof | None, locale: str, *, chosen: bool
) -> list[DirectionColumn]:
    """Return the columns that say a direction, the clearest first; `chosen` says whether a person chose the column."""
    found = []
    for column in free:
        if not column.filled or len(column.different) > _MOST_WORDS or column.share < _MOST_KNOWN or column is amount:
            continue
        proven = _proven(column, proof)
        kinds = proven or _with_title(column, kinds_of([*column.different, *column.title.split()], locale))
        known = sum(cell in kinds for cell in column.filled)
        sides = len(sides_of(kinds))
        titled = longest_match(column.title, DIRECTION) and not longest_match(column.title, DESCRIPTION)
        one_sided = sides == 1 and not titled and not _two_sided(column, locale)
        least = _HALF_KNOWN if sides > 1 and longest_match(column.title, DIRECTION) else _MOST_KNOWN
        if not sides or one_sided or known < least * len(column.filled):
            continue
        both = sides > 1 or _two_sided(column, locale)
        one = DirectionColumn(column, kinds, both) if proven or chosen else _judged(DirectionColumn(column, kinds, both), locale)
        if one is not None:
            found.append((sides, known, one))
    return [one for _sides, _known, one in sorted(found, key=lambda entry: (-entry[0], -entry[1]))]


def _judged(one: DirectionColumn, locale: str) -> DirectionColumn | None:
    """Return a direction column with how far it can be trusted, None if its title means something else."""
    column = one.column
    if _two_sided(column, locale):
        return one
    other = any(longest_match(column.title, parts) for parts in (NO_DIRECTION, PAYEE, PAYER))
    if not any(map(is_letter, column.different)):
        return None if other and all(_OF_CARDS.fullmatch(plain(word)) for word in one.kinds) else one
    if other:
        return None
    if longest_match(column.title, _SPECIFIC):
        return one
    usual = any({plain(word) for word in column.different} <= pair for pair in _USUAL)
    if not column.title or longest_match(column.title, DIRECTION):
        return one._replace(said=False, likely=usual)
    return one._replace(said=False, likely=False) if usual else None


def _with_title(column: Column, kinds: dict[str, str]) -> dict[str, str]:
    """Return the meaning of a column's words, and of those in a title such as "D/K" that are not in the first rows."""
    titled = {word: kinds[word] for word in column.title.split() if word in kinds}
    both = len(sides_of(titled)) > 1
    upper = all(word.isupper() for word in column.different)
    more = {word.upper() if upper else word.capitalize(): kind for word, kind in titled.items() if both}
    return (more if more.keys() & set(column.different) else {}) | {word: kinds[word] for word in column.different if word in kinds}


def _two_sided(column: Column, locale: str) -> bool:
    """Say whether a title names both directions."""
    return len(sides_of(kinds_of(without_cards(column.title).split(), locale))) > 1


def _proven(column: Column, proof: BalanceProof | None) -> dict[str, str] | None:
    """Return the direction of each of two words, if each always moves the balance the same way."""
    if proof is None or len(column.different) != len(_DIRECTIONS) or column.is_money or column.is_date:
        return None
    does: dict[str, set[int]] = {}
    for word, change in zip(column.cells, proof.changes, strict=False):
        if word and change:
            does.setdefault(word, set()).add(change)
    if sorted(map(sorted, does.values())) != [[-1], [1]]:
        return None
    return {word: INCOME if changes == {1} else EXPENSE for word, changes in does.items()}


_MOST_REVERSED = 0.5
"""The share of amounts that may be reversed if the title of a column says that it is the direction."""
_LOOKED_AT, _FEW_ROWS = 200, 20
_CERTAIN = 5.0
"""How many times likelier one reading must be than the other to be used without asking."""


class SpendingSign(NamedTuple):
    """What tells spending from income."""

    sign: str
    certain: bool
    kind: int | None = None
    """The column whose words say it."""
    kinds: dict[str, str] | None = None
    warning: str = ""


def find_spending_sign(
    columns: Sequence[Column],
    amount: Column,
    free: Sequence[Column],
    proof: BalanceProof | None,
    locale: str,
    *,
    chosen: bool = False,
) -> SpendingSign:
    """Return how a single column of amounts is to be read.

    `free` are the columns without a field; `chosen` says whether a person chose them as the direction.
    """
    within = _words_within(amount, locale)
    if within is not None:
        return within
    warning = ""
    for direction in direction_columns(amount, free, proof, locale, chosen=chosen):
        found = _by_words(amount, direction)
        if found.kinds is not None or found.certain:
            return found
        warning = warning or found.warning
    found = _by_balance(amount, proof) or _by_title(amount) or _guessed(columns, amount)
    return found._replace(certain=False, warning=warning) if warning else found


def _words_within(amount: Column, locale: str) -> SpendingSign | None:
    """Return the meaning of words beside the amounts, as in "4500.00 Dr"; if one word is used, other amounts are the opposite."""
    words = [found.word for found in amount.amounts if found is not None and found.word]
    kinds = kinds_of(dict.fromkeys(words), locale)
    if not kinds:
        return None
    everywhere = len(words) == sum(found is not None for found in amount.amounts)
    sign = SPENDING_POSITIVE if set(kinds.values()) == {INCOME} else SPENDING_NEGATIVE
    return SpendingSign(sign, everywhere or len(set(kinds.values())) == 1, kinds=kinds)


def _by_words(amount: Column, direction: DirectionColumn) -> SpendingSign:
    """Compare the words with the signs: signs that agree with the words decide; without signs, the words do."""
    column, kinds, both = direction.column, direction.kinds, direction.both
    seen = Counter(
        (kinds[word], found.negative)
        for word, found in zip(column.cells, amount.amounts, strict=True)
        if word in kinds and found is not None
    )
    spent_below, spent_above = seen[EXPENSE, True], seen[EXPENSE, False]
    earned_below, earned_above = seen[INCOME, True], seen[INCOME, False]
    by_words = SpendingSign(SPENDING_POSITIVE, both and direction.likely, column.index, kinds)
    if not spent_below and not earned_below:
        return _with_doubts(by_words, amount, direction)
    ignored = SpendingSign(SPENDING_NEGATIVE, both, column.index, kinds) if IGNORE in kinds.values() else None
    if both and not spent_above and not earned_below:
        return ignored or SpendingSign(SPENDING_NEGATIVE, certain=True)
    if both and direction.said and not spent_below and not earned_above:
        return ignored or SpendingSign(SPENDING_POSITIVE, certain=True)
    below = spent_below + earned_below
    if direction.said and spent_above and earned_above and below < _MOST_REVERSED * (below + spent_above + earned_above):
        message = (
            f"Some amounts are below zero although column {column.index + 1} says the direction; the words decide. Check them."
        )
        return by_words._replace(certain=False, warning=message)
    if not spent_above and not earned_below:
        return SpendingSign(SPENDING_NEGATIVE, certain=False)
    message = (
        f"Column {column.index + 1} says {_some(kinds)}, but some amounts have the opposite sign. The signs decide; "
        "choose the column as the direction if the words are right."
    )
    return SpendingSign(SPENDING_NEGATIVE, certain=False, warning=message)


def _with_doubts(sign: SpendingSign, amount: Column, direction: DirectionColumn) -> SpendingSign:
    """Add a warning about letters that could mean something else, and about rows without a direction."""
    column, kinds = direction.column, direction.kinds
    rows = zip(column.cells, amount.amounts, strict=True)
    unknown = list(dict.fromkeys(word for word, found in rows if found is not None and word not in kinds))
    if unknown:
        word = f'"{unknown[0][:30]}"' if unknown[0] else "nothing"
        message = f"Column {column.index + 1} says {word} in some rows, which are read as spending. Say what it means."
        return sign._replace(certain=False, warning=message)
    if direction.both and not direction.likely:
        message = f"Column {column.index + 1} says {_some(kinds)}, read as spending or income. Check a row that you know."
        return sign._replace(warning=message)
    return sign


def _some(kinds: dict[str, str]) -> str:
    return " and ".join(f'"{word[:30]}"' for word in list(kinds)[:2])


def _by_balance(amount: Column, proof: BalanceProof | None) -> SpendingSign | None:
    if proof is None:
        return None
    agree = [
        (change < 0) == found.negative
        for change, found in zip(proof.changes, amount.amounts, strict=False)
        if change and found is not None
    ]
    if agree and all(agree):
        return SpendingSign(SPENDING_NEGATIVE, certain=True)
    if agree and not any(agree):
        return SpendingSign(SPENDING_POSITIVE, certain=True)
    return None


def _by_title(amount: Column) -> SpendingSign | None:
    """Trust titles such as "Cost" or "Paid out" if no amount is below zero."""
    if amount.signed:
        return None
    role = role_of(amount)
    if longest_match(amount.title, PRICE) and longest_match(amount.title, CREDIT):
        return None
    if role == "debit" or longest_match(amount.title, PRICE):
        return SpendingSign(SPENDING_POSITIVE, certain=True)
    return SpendingSign(SPENDING_NEGATIVE, certain=True) if role == "credit" else None


def _guessed(columns: Sequence[Column], amount: Column) -> SpendingSign:
    """Guess from the texts and from how many amounts are below zero, since most bookings are spending."""
    below = sum(found is not None and found.negative for found in amount.amounts)
    above = sum(found is not None for found in amount.amounts) - below
    likelier = 1.0 if not below else 0.85 / 0.15
    likelier *= min(1e12, max(1e-12, (0.8 / 0.15) ** min(below, 12) * (0.2 / 0.85) ** min(above, 12))) if below else 0.2
    hints = _hints(columns, amount)
    likelier *= 8.0 ** max(-3, min(3, hints))
    sign = SPENDING_NEGATIVE if likelier >= 1 else SPENDING_POSITIVE
    return SpendingSign(sign, certain=bool(below) and sign == SPENDING_NEGATIVE and likelier >= _CERTAIN)


def _hints(columns: Sequence[Column], amount: Column) -> int:
    """Return how many rows hint that amounts below zero are spending, minus those that hint the opposite, if most rows hint."""
    texts = [column for column in columns if not column.is_money and not column.is_date and not column.is_code]
    score = rows = 0
    for row, found in enumerate(amount.amounts[:_LOOKED_AT]):
        if found is not None:
            hint = kind_hint(column.cells[row] for column in texts)
            score += 0 if hint is None else 1 if (hint == EXPENSE) == found.negative else -1
            rows += 1
    return score if 2 * abs(score) > rows or (rows <= _FEW_ROWS and amount.signed) else 0
