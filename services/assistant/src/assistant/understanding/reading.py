"""Reads a text: its periods, amounts and names, the cues in its other words, and its unknown words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assistant.understanding.amounts import FoundAmount, find_amounts
from assistant.understanding.calendar import Calendar
from assistant.understanding.compounds import split
from assistant.understanding.line import Line, line_of
from assistant.understanding.names import FoundName, NameIndex
from assistant.understanding.periods import FoundPeriod, PeriodFinder
from assistant.understanding.spelling import corrected
from assistant.understanding.text import Token, composed
from assistant.understanding.vocabulary import Phrase, Sense, Vocabulary

_BOUNDS = frozenset({"over", "under", "at_least", "at_most"})
"""Cues that, before an amount, only say how it limits other amounts."""
_BOUNDS_AFTER = frozenset(f"{bound}_after" for bound in _BOUNDS)
"""The same after an amount."""
_ODD = frozenset(";<>{}=|\\*")
"""Symbols that do not occur in questions."""
_HINTS = ("cue", "topic", "period", "number", "ordinal", "unit", "currency", "cent", "filler", "weekday", "month")


@dataclass(frozen=True)
class WritingConventions:
    """How a language and region write dates and amounts."""

    month_first: bool
    unit_first: bool
    """The unit comes before "last" or "next", as in "mes pasado"."""
    decimal_sign: str


@dataclass(frozen=True)
class Reading:
    """The parts of a text."""

    text: str
    line: Line
    language: str
    periods: tuple[FoundPeriod, ...]
    amounts: tuple[FoundAmount, ...]
    names: tuple[FoundName, ...]
    cues: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Cues outside of periods, amounts and names, and the phrases that have them."""
    unknown: tuple[int, ...] = ()
    """Phrases without a meaning: unknown words, and numbers that belong to nothing."""

    def has(self, *cues: str) -> bool:
        return any(cue in self.cues for cue in cues)

    def first(self, cue: str) -> int:
        """Return the first phrase with a cue, or one past the end."""
        return min(self.cues.get(cue, (len(self.line.phrases),)))

    def last(self, cue: str) -> int:
        """Return the last phrase with a cue, or -1."""
        return max(self.cues.get(cue, (-1,)))

    def phrase_of(self, name: FoundName) -> int:
        return next(i for i, phrase in enumerate(self.line.phrases) if phrase.end > name.first)


def _is_no_name(phrase: Phrase) -> bool:
    """Whether a phrase of several words overrides a name in it: "livres sterling" are not books."""
    senses = {Sense("cue", "spend"), *(sense for sense in phrase.senses if sense.kind == "currency")}
    return phrase.end - phrase.first > 1 and bool(phrase.senses & senses)


class Reader:
    """Reads texts of one language for one person."""

    def __init__(self, vocabulary: Vocabulary, names: NameIndex, today: Calendar, conventions: WritingConventions) -> None:
        """`names` are the person's own."""
        self._vocabulary, self._names, self._conventions = vocabulary, names, conventions
        self._periods = PeriodFinder(today, month_first=conventions.month_first, unit_first=conventions.unit_first)

    def read(self, text: str) -> Reading:
        text = composed(text)
        line = line_of(text, self._vocabulary, correct=self._corrected)
        periods = self._periods.find(line)
        of_periods = {index for period in periods for index in range(period.first, period.end)}
        amounts = [each for each in find_amounts(line, self._conventions.decimal_sign, of_periods) if each.first not in of_periods]
        of_amounts = {index for amount in amounts for index in range(amount.first, amount.end)}
        of_phrases = {index for index, phrase in enumerate(line.phrases) if _is_no_name(phrase)}
        phrases = (line.phrases[index] for index in of_periods | of_amounts | of_phrases)
        taken = {token for phrase in phrases for token in range(phrase.first, phrase.end)}
        names = self._names.find(line, taken)
        of_names = {token for name in names for token in range(name.first, name.end)}
        free = [
            index
            for index, phrase in enumerate(line.phrases)
            if index not in of_periods | of_amounts and not set(range(phrase.first, phrase.end)) <= of_names
        ]
        bounds = {at for amount in amounts for at in (amount.first - 1, amount.first - 2)}
        bounds_after = {at for amount in amounts for at in (amount.end, amount.end + 1)}
        cues, unknown = self._hints(line, free, {**dict.fromkeys(bounds_after, _BOUNDS_AFTER), **dict.fromkeys(bounds, _BOUNDS)})
        if any(line.means(index, "cue", "income") for index in range(len(line.phrases))):  # "salary" may be a category, too
            cues.setdefault("income", ())
        return Reading(text, line, self._vocabulary.language, tuple(periods), tuple(amounts), tuple(names), cues, unknown)

    def _corrected(self, tokens: list[Token]) -> list[Token]:
        return corrected(split(tokens, self._vocabulary, self._names), self._vocabulary, self._names)

    def _hints(
        self, line: Line, free: list[int], bounds: Mapping[int, Collection[str]]
    ) -> tuple[dict[str, tuple[int, ...]], tuple[int, ...]]:
        cues: dict[str, tuple[int, ...]] = {}
        unknown = []
        for index in free:
            senses = line.phrases[index].senses
            senses = frozenset(sense for sense in senses if sense.value in bounds.get(index, ())) or senses
            for sense in senses:
                if sense.kind in ("cue", "topic"):
                    key = sense.value if sense.kind == "cue" else f"topic:{sense.value}"
                    cues[key] = (*cues.get(key, ()), index)
            token = line.tokens[line.phrases[index].first]
            is_known = any(sense.kind in _HINTS for sense in senses)
            if token.key in _ODD or (not is_known and (token.is_word or token.is_number)):
                unknown.append(index)
        return cues, tuple(unknown)
