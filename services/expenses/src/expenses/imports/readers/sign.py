"""Finds out which amounts are spending: from words that say it, from a balance, or else by a guess that has to be confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from expenses.entries.model import EXPENSE, INCOME
from expenses.imports.readers.balance import Proof
from expenses.imports.readers.direction_columns import Direction, directions_in
from expenses.imports.readers.directions import kinds_of
from expenses.imports.readers.hints import hint_of
from expenses.imports.readers.mapping import IGNORE, SPENDING_NEGATIVE, SPENDING_POSITIVE
from expenses.imports.readers.profile import Column
from expenses.imports.readers.roles import role_of
from expenses.imports.readers.vocabulary import CREDIT, PRICE, fits

_MOST_REVERSED = 0.5
"""Share of amounts that may be reversed where the title of a column says that it is the direction."""
_LOOKED_AT, _FEW_ROWS = 200, 20
_CERTAIN = 5.0
"""How many times likelier one reading must be than the other to be taken without a question."""


class Sign(NamedTuple):
    """What decides between spending and income."""

    sign: str
    certain: bool
    kind: int | None = None
    """The column of words that say it."""
    kinds: dict[str, str] | None = None
    warning: str = ""


def sign_of(
    columns: Sequence[Column], amount: Column, free: Sequence[Column], proof: Proof | None, locale: str, *, chosen: bool = False
) -> Sign:
    """Return how a single column of amounts is to be read.

    `free` are the columns that no other field has; `chosen` is whether a person said that they are the direction.
    """
    within = _words_within(amount, locale)
    if within is not None:
        return within
    warning = ""
    for direction in directions_in(amount, free, proof, locale, chosen=chosen):
        found = _by_words(amount, direction)
        if found.kinds is not None or found.certain:
            return found
        warning = warning or found.warning
    found = _by_balance(amount, proof) or _by_title(amount) or _guessed(columns, amount)
    return found._replace(certain=False, warning=warning) if warning else found


def _words_within(amount: Column, locale: str) -> Sign | None:
    """Return the meaning of words beside the amounts, as in "4500.00 Dr"; where only one is used, the others are the contrary."""
    words = [found.word for found in amount.amounts if found is not None and found.word]
    kinds = kinds_of(dict.fromkeys(words), locale)
    if not kinds:
        return None
    everywhere = len(words) == sum(found is not None for found in amount.amounts)
    sign = SPENDING_POSITIVE if set(kinds.values()) == {INCOME} else SPENDING_NEGATIVE
    return Sign(sign, everywhere or len(set(kinds.values())) == 1, kinds=kinds)


def _by_words(amount: Column, direction: Direction) -> Sign:
    """Compare the words with the signs: where amounts have signs that agree, these decide; where they have none, the words do."""
    column, kinds, both = direction.column, direction.kinds, direction.both
    seen = Counter(
        (kinds[word], found.negative)
        for word, found in zip(column.cells, amount.amounts, strict=True)
        if word in kinds and found is not None
    )
    spent_below, spent_above = seen[EXPENSE, True], seen[EXPENSE, False]
    earned_below, earned_above = seen[INCOME, True], seen[INCOME, False]
    by_words = Sign(SPENDING_POSITIVE, both and direction.likely, column.index, kinds)
    if not spent_below and not earned_below:
        return _with_doubts(by_words, amount, direction)
    ignored = Sign(SPENDING_NEGATIVE, both, column.index, kinds) if IGNORE in kinds.values() else None
    if both and not spent_above and not earned_below:
        return ignored or Sign(SPENDING_NEGATIVE, certain=True)
    if both and direction.said and not spent_below and not earned_above:
        return ignored or Sign(SPENDING_POSITIVE, certain=True)
    below = spent_below + earned_below
    if direction.said and spent_above and earned_above and below < _MOST_REVERSED * (below + spent_above + earned_above):
        message = (
            f"Some amounts are below zero although column {column.index + 1} says the direction; the words decide. Check them."
        )
        return by_words._replace(certain=False, warning=message)
    if not spent_above and not earned_below:
        return Sign(SPENDING_NEGATIVE, certain=False)
    message = (
        f"Column {column.index + 1} says {_some(kinds)}, but some amounts have the opposite sign. The signs decide; "
        "choose the column as the direction if the words are right."
    )
    return Sign(SPENDING_NEGATIVE, certain=False, warning=message)


def _with_doubts(sign: Sign, amount: Column, direction: Direction) -> Sign:
    """Ask about letters that could mean something else, and about rows without a direction, if amounts have no signs."""
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


def _by_balance(amount: Column, proof: Proof | None) -> Sign | None:
    if proof is None:
        return None
    agree = [
        (change < 0) == found.negative
        for change, found in zip(proof.changes, amount.amounts, strict=False)
        if change and found is not None
    ]
    if agree and all(agree):
        return Sign(SPENDING_NEGATIVE, certain=True)
    if agree and not any(agree):
        return Sign(SPENDING_POSITIVE, certain=True)
    return None


def _by_title(amount: Column) -> Sign | None:
    """Take the word of titles such as "Cost" or "Paid out" if nothing is below zero."""
    if amount.signed:
        return None
    role = role_of(amount)
    if fits(amount.title, PRICE) and fits(amount.title, CREDIT):
        return None
    if role == "debit" or fits(amount.title, PRICE):
        return Sign(SPENDING_POSITIVE, certain=True)
    return Sign(SPENDING_NEGATIVE, certain=True) if role == "credit" else None


def _guessed(columns: Sequence[Column], amount: Column) -> Sign:
    """Guess from how many amounts are below zero, as most bookings are spending, and from what the texts say."""
    below = sum(found is not None and found.negative for found in amount.amounts)
    above = sum(found is not None for found in amount.amounts) - below
    likelier = 1.0 if not below else 0.85 / 0.15
    likelier *= min(1e12, max(1e-12, (0.8 / 0.15) ** min(below, 12) * (0.2 / 0.85) ** min(above, 12))) if below else 0.2
    hints = _hints(columns, amount)
    likelier *= 8.0 ** max(-3, min(3, hints))
    sign = SPENDING_NEGATIVE if likelier >= 1 else SPENDING_POSITIVE
    return Sign(sign, certain=bool(below) and sign == SPENDING_NEGATIVE and likelier >= _CERTAIN)


def _hints(columns: Sequence[Column], amount: Column) -> int:
    """Return how many rows say that amounts below zero are spending, less those that say the contrary, if most say something."""
    texts = [column for column in columns if not column.is_money and not column.is_date and not column.is_code]
    marks = rows = 0
    for row, found in enumerate(amount.amounts[:_LOOKED_AT]):
        if found is not None:
            hint = hint_of(column.cells[row] for column in texts)
            marks += 0 if hint is None else 1 if (hint == EXPENSE) == found.negative else -1
            rows += 1
    return marks if 2 * abs(marks) > rows or (rows <= _FEW_ROWS and amount.signed) else 0
