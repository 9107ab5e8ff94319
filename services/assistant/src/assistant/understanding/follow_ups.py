"""Completes a follow-up ("and in February?", "only groceries") with the previous question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.calendar import Calendar, Period, Unit
from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.reading import Reading
from assistant.understanding.terms import ordinal_at

_OWN = frozenset({Intent.ADD, Intent.SET_BUDGET, Intent.HELP, Intent.CONFIRM, Intent.CANCEL, Intent.UNDO, Intent.GREETING})
"""Intents that take nothing from the previous question."""
_OF_BUDGETS = frozenset({Intent.BUDGET, Intent.BUDGETS, Intent.PACE, Intent.WHY})
_EARLY = 3
""""and" or "what about" makes a text a follow-up within this many phrases."""


def follow(reading: Reading, question: Question, before: Question | None, today: Calendar) -> Question:
    """Return the question, completed from the previous one if it is a follow-up."""
    if before is None or question.intent in _OWN or _only_greets(reading, question) or not _says_anything(reading):
        return question
    if not _is_follow_up(reading, question, before) or _asks_about_alerts(reading, question):
        return question
    periods = _periods(reading, question, before, today)
    asks_which = _asks_which_budgets(reading, question, before)
    intent = Intent.BUDGETS if asks_which else _intent(reading, question, before)
    joined = replace(question, intent=intent, periods=periods, is_income=question.is_income or _keeps_income(question, before))
    joined = _with_selection(joined, question, before, is_same=reading.has("reference"))
    if intent is before.intent:
        joined = replace(
            joined,
            grouping=_grouping(question, before),
            sorting=before.sorting if question.sorting is Sorting.OLDEST else question.sorting,
            limit=question.limit or before.limit,
            per=question.per,
            is_by_count=before.is_by_count,
        )
    return joined


def answer_to(question: Question, asked: Question) -> Question | None:
    """Complete a question that was asked back with the names, days or amount of the answer; None if it is a new question."""
    if asked.intent is Intent.ADD and asked.amount is None and question.amount is not None:
        return replace(
            asked,
            amount=question.amount,
            amount_currency=question.amount_currency,
            periods=question.periods or asked.periods,
            names=question.names or asked.names,
            description=question.description or asked.description,
        )
    if question.intent is not Intent.UNKNOWN or not (question.names or question.texts or question.periods):
        return None
    names = question.names if question.names or question.texts else asked.names
    texts = question.texts if question.names or question.texts else asked.texts
    return replace(asked, names=names, texts=texts, periods=question.periods or asked.periods, ambiguous=question.ambiguous)


def _is_follow_up(reading: Reading, question: Question, before: Question) -> bool:
    cues = (at for cue in ("also", "only", "except") for at in reading.cues.get(cue, ()))
    if any(at < _EARLY and not _joins(reading, at) for at in cues) or reading.has("reference"):
        return True
    if _asks_why(question, before) or _asks_to_compare(question, before) or _asks_which_budgets(reading, question, before):
        return True
    nothing_said = not (question.periods or question.selects or question.without or question.without_texts)
    if question.intent is Intent.UNKNOWN and nothing_said and reading.has("hello", "help"):
        return False
    if question.intent is Intent.BUDGETS:
        return nothing_said and reading.has("left") and not reading.has("budget")
    return question.intent is Intent.UNKNOWN or nothing_said


def _joins(reading: Reading, at: int) -> bool:
    """Whether an "and" joins two names or two periods of the same question."""
    first, end = reading.line.phrases[at].first, reading.line.phrases[at].end
    ends = {name.end for name in reading.names} | {reading.line.phrases[period.end - 1].end for period in reading.periods}
    begins = {name.first for name in reading.names} | {reading.line.phrases[period.first].first for period in reading.periods}
    return reading.line.means(at, "period", "and") and first in ends and end in begins


def _says_anything(reading: Reading) -> bool:
    """Whether there is a word or a number; "..." does not repeat the question."""
    return any(token.is_word or token.is_number for token in reading.line.tokens)


def _only_greets(reading: Reading, question: Question) -> bool:
    """Whether the text is only "thanks" or "what can you do?"."""
    return question.intent is Intent.UNKNOWN and reading.has("hello", "help") and not (question.periods or question.selects)


def _asks_about_alerts(reading: Reading, question: Question) -> bool:
    """Whether the question is "why did I get an alert?", which is about any budget."""
    return question.intent is Intent.WHY and reading.has("alert", "warn_me") and not question.names


def _asks_why(question: Question, before: Question) -> bool:
    return question.intent is Intent.WHY and before.intent in _OF_BUDGETS and not question.periods


def _asks_to_compare(question: Question, before: Question) -> bool:
    """Whether a comparison such as "compare with August" has one period; the other is that of the previous question."""
    is_half = question.intent is Intent.COMPARISON and len(question.periods) == 1 and not question.against_average
    return is_half and len(before.periods) == 1 and not question.selects


def _asks_which_budgets(reading: Reading, question: Question, before: Question) -> bool:
    """Whether "which were over in July?" follows an answer about budgets."""
    is_open = question.intent is Intent.SPENDING and not reading.has("spend", "how_much")
    return is_open and before.intent is Intent.BUDGETS and not question.selects


def _intent(reading: Reading, question: Question, before: Question) -> Intent:
    asks = (Intent.UNKNOWN, Intent.SPENDING, Intent.BUDGETS)
    if reading.has("left") and question.intent in asks and (question.names or before.names):
        return Intent.BUDGET
    if reading.has("why") and before.intent in _OF_BUDGETS:
        return Intent.WHY
    if question.intent is Intent.UNKNOWN:
        if before.intent is Intent.BUDGETS and question.names:
            return Intent.BUDGET
        return Intent.SPENDING if before.intent in (Intent.UNKNOWN, *_OWN, Intent.RECATEGORISE) else before.intent
    if question.intent is Intent.RANKING and before.intent is Intent.ENTRIES and not reading.has("which_category", "which_payee"):
        return Intent.ENTRIES
    return question.intent


def _keeps_income(question: Question, before: Question) -> bool:
    return before.is_income and not question.names


def _grouping(question: Question, before: Question) -> Grouping | None:
    return before.grouping if before.grouping is not None else question.grouping


def _with_selection(joined: Question, question: Question, before: Question, *, is_same: bool) -> Question:
    """Take over the selection; with `is_same` the words refer to the same entries, so a currency does not select others."""
    if question.names or question.texts or question.tag:
        kept = joined
        if question.texts and not question.names and before.names and not question.tag:
            kept = replace(kept, names=())
    else:
        kept = replace(joined, names=before.names, texts=before.texts, tag=before.tag)
    return replace(
        kept,
        without=(*before.without, *question.without) if not question.names else question.without,
        without_texts=(*before.without_texts, *question.without_texts),
        without_tag=question.without_tag or before.without_tag,
        currency=before.currency if is_same and before.currency else question.currency or before.currency,
        uncategorised=question.uncategorised or (before.uncategorised and not question.names),
        at_least=question.at_least if question.at_least is not None else before.at_least,
        at_most=question.at_most if question.at_most is not None else before.at_most,
    )


def _periods(reading: Reading, question: Question, before: Question, today: Calendar) -> tuple[Period, ...]:
    if reading.has("now") and not question.periods:
        return (today.unit(Unit.MONTH),)
    if len(before.periods) != 1:
        return question.periods or before.periods
    period = before.periods[0]
    moved = _moved(reading, period)
    if question.intent is Intent.COMPARISON and not question.against_average:
        return _compared(question, period, moved)
    if moved is not None:
        return (moved,)
    return _kept_or_replaced(reading, question, before, today)


def _compared(question: Question, period: Period, moved: Period | None) -> tuple[Period, ...]:
    """Return the two periods of "compare that with August" and "and compared with the month before?"."""
    other = moved or next(iter(question.periods), None)
    return question.periods if len(question.periods) > 1 else (period,) if other is None else (period, other)


def _kept_or_replaced(reading: Reading, question: Question, before: Question, today: Calendar) -> tuple[Period, ...]:
    period = before.periods[0]
    if not question.periods:
        quarter = _quarter(reading, period)
        return (quarter,) if quarter is not None else before.periods
    if len(question.periods) == 1 and not _names_a_year(reading):
        return (_in_year(question.periods[0], period.first.year, today),)
    return question.periods


def _moved(reading: Reading, period: Period) -> Period | None:
    """Read "and the month before?" as the one before the previous period."""
    for cue, by in (("one_before", -1), ("one_after", 1)):
        for at in _places(reading, cue):
            unit = next(
                (reading.line.value(near, "unit") for near in (at, at - 1, at + 1) if reading.line.value(near, "unit")), None
            )
            if unit is None:
                return period.shifted(by)
            return Calendar(period.first, week_starts=period.first.weekday()).unit(Unit(unit), by)
    return None


def _places(reading: Reading, cue: str) -> tuple[int, ...]:
    """Return the phrases with a cue, also within periods, such as "le mois précédent"."""
    in_periods = (at for found in reading.periods for at in range(found.first, found.end) if reading.line.means(at, "cue", cue))
    return (*reading.cues.get(cue, ()), *in_periods)


def _quarter(reading: Reading, period: Period) -> Period | None:
    if period.unit is not Unit.QUARTER:
        return None
    for index in range(len(reading.line.phrases)):
        number = ordinal_at(reading.line, index)
        if number is not None and number <= 4:
            return Calendar(period.first).quarter(period.first.year, number)
    return None


def _in_year(period: Period, year: int, today: Calendar) -> Period:
    """Return a month or quarter in another year, unless that is in the future."""
    if period.unit not in (Unit.MONTH, Unit.QUARTER) or year == period.first.year:
        return period
    moved = period
    for _ in range(abs(year - period.first.year) * (12 if period.unit is Unit.MONTH else 4)):
        moved = moved.shifted(1 if year > period.first.year else -1)
    return moved if moved.first <= today.today else period


def _names_a_year(reading: Reading) -> bool:
    """Whether the words name a year, or are relative to today ("last month")."""
    found = reading.periods[0]
    return any(
        (len(reading.line.key(index)) == 4 and reading.line.key(index).isdigit()) or _is_relative(reading, index)
        for index in range(found.first, found.end)
    )


def _is_relative(reading: Reading, index: int) -> bool:
    relative: Sequence[str] = ("this", "last", "next", "before_last", "today", "yesterday", "day_before_yesterday", "ago")
    return any(reading.line.means(index, "period", word) for word in relative)
