"""Finds which entries a text is about: names, words of descriptions, tags, amounts and exclusions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from assistant.understanding.amounts import FoundAmount
from assistant.understanding.calendar import Period
from assistant.understanding.names import FoundName, Name
from assistant.understanding.question import Intent, Question
from assistant.understanding.reading import Reading

_STEP = Decimal("0.01")
_NEAR = 3
"""How many phrases may stand between "without" and what is excluded."""
_MOST_ALIKE = 2
"""With at most this many similar payees, the person is asked which one they mean."""
_BETWEEN = 3
"""How many words may stand between two parts of a description."""


@dataclass(frozen=True)
class Selector:
    """Reads the parts of a question that select entries."""

    reading: Reading

    def question(self, *, moves: bool = False) -> Question:
        """Return a question of unknown intent with its selection; with `moves`, a category may be the target of a move."""
        reading = self.reading
        into = self._into() if moves else None
        names = [found for found in reading.names if found is not into]
        without = [
            found for found in names if self._is_left_out(reading.phrase_of(found)) or self._is_negated(reading.phrase_of(found))
        ]
        kept = [found for found in names if found not in without]
        parts = [found for found in kept if _is_only_a_word(found, len(kept))]
        kept = [found for found in kept if found not in parts]
        texts, without_texts = self._texts()
        texts = (*texts, *(reading.line.tokens[found.first].text for found in parts))
        at_least, at_most, amount = self._amounts()
        question = Question(
            Intent.UNKNOWN,
            periods=self._periods(),
            names=_names_of(kept),
            without=_names_of(without),
            texts=texts,
            without_texts=without_texts,
            currency=self._currency() if amount is None else "",
            uncategorised=reading.has("uncategorised"),
            at_least=at_least,
            at_most=at_most,
            amount=amount.number if amount else None,
            amount_currency=(amount.currency or "") if amount else "",
            description=self._description(kept),
            into=into.names[0] if into else None,
            ambiguous=next((found.names for found in kept if _is_ambiguous(found)), ()),
        )
        return self._with_tag(question)

    def _periods(self) -> tuple[Period, ...]:
        """Return the periods without negated ones: "not this month but last" is last month."""
        negated = [found for found in self.reading.periods if self._is_negated(found.first)]
        kept = tuple(found.period for found in self.reading.periods if found not in negated)
        if negated and not kept:
            back = -1 if any(self.reading.line.means(at, "period", "last") for at in range(negated[0].end, self._end)) else 0
            return (negated[0].period.shifted(back),) if back else ()
        return self._joined(kept)

    def _joined(self, periods: tuple[Period, ...]) -> tuple[Period, ...]:
        """Join two adjacent periods that are not compared, as in "June and July"."""
        compared = self.reading.has("compare", "either", "more", "most", "which_month", "average", "biggest", "smallest")
        if len(periods) != 2 or compared:
            return periods
        first, second = sorted(periods, key=lambda period: period.first)
        return (Period(first.first, second.last),) if second.first == first.last + timedelta(1) else periods

    @property
    def _end(self) -> int:
        return len(self.reading.line.phrases)

    def _is_negated(self, phrase: int) -> bool:
        """Whether "not" comes right before a phrase or its preposition, or "नहीं" after it."""
        at = phrase - 1
        if at >= 0 and self.reading.line.means(at, "period", "skip"):
            at -= 1
        return at in self.reading.cues.get("not", ()) or self._is_negated_after(phrase)

    def _is_negated_after(self, phrase: int) -> bool:
        """Whether "not" follows a phrase and its postposition, before something else: "मई नहीं, जून"."""
        line, cues = self.reading.line, self.reading.cues.get("not_after", ())
        period = next((found for found in self.reading.periods if found.first == phrase), None)
        at = line.after(period.end if period else phrase + 1, lambda index: line.means(index, "period", "skip"))
        things = {self.reading.phrase_of(found) for found in self.reading.names} | {found.first for found in self.reading.periods}
        return at in cues and any(thing > at for thing in things)

    def _is_left_out(self, phrase: int) -> bool:
        """Whether a phrase follows "without", or is joined by "and" to such a phrase."""
        without = [at for at in self.reading.cues.get("except", ()) if at < phrase]
        if not without:
            return self._is_left_out_before(phrase)
        return not any(without[-1] < at < phrase for at in self._ends_of_leaving_out())

    def _is_left_out_before(self, phrase: int) -> bool:
        """Whether a phrase is excluded by a later word: "ohne" comes first, but "weglassen" and "छोड़कर" last."""
        return any(phrase in self._left_out_before(at) for at in self.reading.cues.get("except_after", ()))

    def _left_out_before(self, at: int) -> set[int]:
        """Return the phrases that a later "left out" excludes: the nearest one, and those joined to it by "and"."""
        things = {self.reading.phrase_of(found) for found in self.reading.names} | set(self.reading.unknown)
        found: set[int] = set()
        index, gap, is_joined = at - 1, 0, True
        while index >= 0 and gap <= _NEAR:
            if index in things and is_joined:
                found.add(index)
                gap, is_joined = 0, False
            elif index in things:
                break
            else:
                is_joined = is_joined or self._is_and(index)
                gap += 1
            index -= 1
        return found

    def _is_and(self, index: int) -> bool:
        return self.reading.line.means(index, "period", "and") or self.reading.line.key(index) == ","

    def _ends_of_leaving_out(self) -> Iterable[int]:
        cues = (at for cue in ("only", "how_much", "spend") for at in self.reading.cues.get(cue, ()))
        return (*cues, *(period.first for period in self.reading.periods))

    def _into(self) -> FoundName | None:
        """Return the category that entries are moved to: the one right after "into", otherwise the last one."""
        reading = self.reading
        if not reading.has("recategorise") or (reading.amounts and not reading.has("entry", "reference", "ones")):
            return None
        categories = [found for found in reading.names if any(name.kind != "payee" for name in found.names)]
        after = [
            found for found in categories if any(0 < reading.phrase_of(found) - at <= _NEAR for at in reading.cues.get("into", ()))
        ]
        found = after or categories
        return found[-1] if found else None

    def _texts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        kept: list[str] = []
        without: list[str] = []
        for index in self.reading.unknown:
            word = self.reading.line.tokens[self.reading.line.phrases[index].first].text
            (without if self._is_left_out(index) else kept).append(word)
        return tuple(kept), tuple(without)

    def _description(self, names: Iterable[FoundName]) -> str:
        """Return the words that describe what was bought: unknown words and names of categories."""
        reading = self.reading
        words = [(reading.line.phrases[index].first, reading.line.phrases[index].end) for index in reading.unknown]
        words += [(found.first, found.end) for found in names if found.names[0].kind != "payee" or len(found.names) > 1]
        words += self._counted_currencies()
        parts: list[tuple[int, int]] = []
        for first, end in sorted(words):
            if parts and self._are_joined(parts[-1][1], first):
                parts[-1] = parts[-1][0], end
            else:
                parts.append((first, end))
        parts = [(first, self._end_of_word(end)) for first, end in parts]
        return ", ".join(reading.text[reading.line.tokens[first].start : reading.line.tokens[end - 1].end] for first, end in parts)

    def _are_joined(self, end: int, first: int) -> bool:
        """Whether only a few filler words separate two parts of a description, as in "coffee for me and Julie"."""
        reading = self.reading
        taken = {at for period in reading.periods for at in range(period.first, period.end)}
        taken |= {at for amount in reading.amounts for at in range(amount.first, amount.end)}
        of_others = {at for index in taken for at in range(reading.line.phrases[index].first, reading.line.phrases[index].end)}
        of_others |= {at for found in reading.names for at in range(found.first, found.end)}
        between = range(end, first)
        return len(between) <= _BETWEEN and all(reading.line.tokens[at].is_word and at not in of_others for at in between)

    def _counted_currencies(self) -> list[tuple[int, int]]:
        """Return the tokens of currencies that are things, like the "livres" (books) of "2 livres pour 18 dollars"."""
        price = self._amounts()[2]
        counted = [each for each in self.reading.amounts if each.currency and price and price.currency != each.currency]
        phrases = [self.reading.line.phrases[each.end - 1] for each in counted]
        return [(phrase.first, phrase.end) for phrase in phrases]

    def _end_of_word(self, end: int) -> int:
        """Return the token after the last part of a word that was split."""
        tokens = self.reading.line.tokens
        while end < len(tokens) and tokens[end].is_word and tokens[end - 1].is_word and tokens[end].start == tokens[end - 1].end:
            end += 1
        return end

    def _currency(self) -> str:
        reading = self.reading
        of_amounts = {index for amount in reading.amounts for index in range(amount.first, amount.end)}
        of_names = {reading.phrase_of(name) for name in reading.names}  # "livres" are books, too
        free = (index for index in range(len(reading.line.phrases)) if index not in of_amounts | of_names)
        found = [reading.line.value(index, "currency") for index in free]
        return next((currency for currency in found if currency is not None), "")

    def _amounts(self) -> tuple[Decimal | None, Decimal | None, FoundAmount | None]:
        at_least = at_most = None
        rest = []
        between = self._between()
        for amount in self.reading.amounts:
            if amount in between:
                at_least, at_most = (each.number for each in between)
                continue
            bound = self._bound(amount)
            if bound in ("over", "at_least"):
                at_least = amount.number + (_STEP if bound == "over" else 0)
            elif bound in ("under", "at_most"):
                at_most = amount.number - (_STEP if bound == "under" else 0)
            elif amount.currency or not self._is_limit(amount):
                rest.append(amount)
        return at_least, at_most, max(rest, key=self._rank_as_price, default=None)

    def _rank_as_price(self, amount: FoundAmount) -> tuple[bool, bool, bool, int]:
        """Return how likely an amount is the price: the 18 of "2 books for 18", the 20 of "3 livres pour 20 dollars"."""
        counts = self.counts(amount)
        is_after_for = amount.first - 1 in self.reading.cues.get("price_after", ())
        return amount.currency is not None, not counts, is_after_for, -amount.first

    def counts(self, amount: FoundAmount) -> bool:
        """Whether an amount may be a number of things: the 2 of "2 books"."""
        return amount.currency is None and not amount.is_exact and self._is_thing(amount.end)

    def _is_thing(self, phrase: int) -> bool:
        """Whether a phrase may be a thing that was bought: an unknown word, or part of a name."""
        return phrase in self.reading.unknown or any(self.reading.phrase_of(found) == phrase for found in self.reading.names)

    def _between(self) -> tuple[FoundAmount, ...]:
        """Return the two amounts of "between 20 and 30 dollars"."""
        line = self.reading.line
        return next(
            (
                pair
                for pair in pairwise(self.reading.amounts)
                if line.means(pair[0].first - 1, "period", "between")
                and pair[1].first - pair[0].end == 1
                and line.means(pair[0].end, "period", "and")
            ),
            (),
        )

    def _bound(self, amount: FoundAmount) -> str | None:
        for cue in ("at_least", "at_most", "over", "under"):
            if any(0 < amount.first - at <= 2 for at in self.reading.cues.get(cue, ())):
                return cue
            after = self.reading.cues.get(f"{cue}_after", ())
            if amount.end in after or (amount.end + 1 in after and self.reading.line.phrases[amount.end].senses):
                return cue
        return None

    def _is_limit(self, amount: FoundAmount) -> bool:
        """Whether it is the number of "top 3" or "the 3 biggest"."""
        cues = ("most", "biggest", "smallest", "latest", "top", "which_category", "which_payee")
        near = any(abs(at - amount.first) <= 2 for cue in cues for at in self.reading.cues.get(cue, ()))
        return near or (amount.first - 1 in self.reading.cues.get("what", ()) and not amount.is_exact)  # "which 3 places"

    def _with_tag(self, question: Question) -> Question:
        """Take the word after "tagged" as a tag."""
        if not self.reading.has("tagged"):
            return question
        tagged = self.reading.last("tagged")
        nearest = sorted(self.reading.unknown, key=lambda index: (abs(index - tagged), index < tagged))
        if not nearest:
            return question
        word = self.reading.line.tokens[self.reading.line.phrases[nearest[0]].first].text
        tag, texts = word.casefold(), tuple(each for each in question.texts if each != word)
        if word in question.without_texts or self._is_left_out(tagged):
            return replace(question, without_tag=tag, texts=texts, without_texts=())
        return replace(question, tag=tag, texts=texts)


def _names_of(found: Iterable[FoundName]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(name for each in found for name in each.names))


def _is_only_a_word(found: FoundName, count: int) -> bool:
    """Whether part of a payee's name is just a word: the "Kyoto" of "the Kyoto hotel", or a part that many payees share."""
    return not found.whole and (count > 1 or len(found.names) > _MOST_ALIKE)


def _is_ambiguous(found: FoundName) -> bool:
    """Whether it may mean one of several payees; several categories are all meant."""
    return len(found.names) > 1 and all(name.kind == "payee" for name in found.names)
