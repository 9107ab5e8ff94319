"""Answers with sums: spending, income, counts, averages, comparisons, rankings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from assistant.answering.context import Answer, Context
from assistant.answering.selection import only_period, selection_of, what_of
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.tools.model import By, Order, Selection, Total
from assistant.understanding.calendar import Calendar, Period, Unit
from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.ranges import BEGINNING
from money import Money

_MONTHS = 12
_MOST_RANKED = 20
_RANKED = 5


def spending(question: Question, context: Context) -> Answer:
    period = only_period(question)
    total = context.tools.total(selection_of(question, context, period))
    what, when = what_of(question, context), context.book.period(period)
    key = "answers.earned" if question.is_income else "answers.spent"
    words = context.book.say(key, what=what, when=when, amount=context.book.money(total.amount))
    kind = "earned" if question.is_income else "spent"
    return Answer(
        Outcome.ANSWERED,
        [blocks.text(words), blocks.figures(blocks.figure_of(kind, f"{what}, {when}", total))],
        question,
        _suggestions(question, context),
    )


def count(question: Question, context: Context) -> Answer:
    period = only_period(question)
    total = context.tools.total(selection_of(question, context, period))
    what, when = what_of(question, context), context.book.period(period)
    key = "answers.count_one" if total.count == 1 else "answers.count"
    words = context.book.say(key, what=what, when=when, count=total.count)
    shown = blocks.figure("count", f"{what}, {when}", count=total.count, link=total.link)
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.figures(shown)], question, _suggestions(question, context))


def average(question: Question, context: Context) -> Answer:
    """Answer what it is on average, over complete months only."""
    period = _complete_months(only_period(question), context)
    total = context.tools.total(selection_of(question, context, period))
    amount = Money.of(total.amount.decimal / _units_in(period, question.per), total.amount.currency)
    what, when = what_of(question, context), context.book.period(period)
    words = context.book.say(f"answers.average_{question.per}", what=what, when=when, amount=context.book.money(amount))
    shown = blocks.figure("average", f"{what}, {when}", amount=amount, link=total.link)
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.figures(shown)], question, _suggestions(question, context))


def _units_in(period: Period, per: str) -> Decimal:
    """Return how many days, weeks, months or years a period has, including fractions of weeks and years."""
    days = Decimal((period.last - period.first).days + 1)
    return {"day": days, "week": days / 7, "month": Decimal(period.months), "year": Decimal(period.months) / _MONTHS}[per]


def _complete_months(period: Period | None, context: Context) -> Period:
    """Return the months of a period that have ended; without a period, the last twelve.

    There is no average of the current month alone, so it also means the last twelve.
    """
    today = context.today
    last_complete = today.unit(Unit.MONTH, -1)
    if period is None or period.first == BEGINNING:
        first = today.unit(Unit.MONTH, -_MONTHS).first
        if period is not None:
            oldest = _oldest_day(context)
            first = oldest.replace(day=1) if oldest is not None else first
        return Period(first, last_complete.last)
    if period.first >= today.unit(Unit.MONTH).first:
        return Period(today.unit(Unit.MONTH, -_MONTHS).first, last_complete.last)
    return Period(period.first, min(period.last, last_complete.last))


def _oldest_day(context: Context) -> date | None:
    found = context.tools.entries(Selection(), Order.OLDEST, 1).entries
    return found[0].spent_on if found else None


def comparison(question: Question, context: Context) -> Answer:
    """Compare two periods, two names, a period with the previous one, or a month with the average."""
    if question.against_average:
        return _with_average(question, context)
    pairs = _compared(question, context)
    totals = [context.tools.total(selection_of(each, context, only_period(each))) for each, _label in pairs]
    labels = [label for _each, label in pairs]
    shown = [blocks.figure_of("spent", label, total) for label, total in zip(labels, totals, strict=True)]
    if len(pairs) > 2:
        return Answer(Outcome.ANSWERED, [blocks.figures(*shown)], question, _suggestions(question, context))
    difference = totals[0].amount.minor - totals[1].amount.minor
    shown.append(blocks.figure("difference", f"{labels[0]} / {labels[1]}", amount=Money(difference, totals[0].amount.currency)))
    words = _difference(context, labels, totals, difference)
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.figures(*shown)], question, _suggestions(question, context))


def _with_average(question: Question, context: Context) -> Answer:
    """Compare a month with the average of the previous twelve."""
    book, period = context.book, question.periods[0]
    month = Calendar(period.first)
    year = Period(month.unit(Unit.MONTH, -_MONTHS).first, month.unit(Unit.MONTH, -1).last)
    total = context.tools.total(selection_of(question, context, period))
    of_year = context.tools.total(selection_of(question, context, year))
    usual = replace(of_year, amount=Money.of(of_year.amount.decimal * period.months / _MONTHS, of_year.amount.currency))
    what = what_of(question, context)
    labels = [f"{what}, {book.period(period)}", book.say("labels.average_of", when=book.period(year))]
    difference = total.amount.minor - usual.amount.minor
    shown = blocks.figures(
        blocks.figure_of("spent", labels[0], total),
        blocks.figure("average", labels[1], amount=usual.amount, link=usual.link),
        blocks.figure("difference", f"{labels[0]} / {labels[1]}", amount=Money(difference, total.amount.currency)),
    )
    words = _difference(context, labels, [total, usual], difference)
    return Answer(Outcome.ANSWERED, [blocks.text(words), shown], question, _suggestions(question, context))


def _difference(context: Context, labels: list[str], totals: list[Total], difference: int) -> str:
    book = context.book
    first, second = (f"{label} ({book.money(total.amount)})" for label, total in zip(labels, totals, strict=True))
    key = "answers.same" if difference == 0 else "answers.more" if difference > 0 else "answers.less"
    return book.say(key, first=first, second=second, difference=book.money(Money(abs(difference), totals[0].amount.currency)))


def _compared(question: Question, context: Context) -> list[tuple[Question, str]]:
    book = context.book
    what = what_of(question, context)
    if len(question.periods) > 1:
        return [(question.within(period), f"{what}, {book.period(period)}") for period in question.periods]
    when = book.period(only_period(question))
    sides = _sides(question)
    if len(sides) == 2:
        return [(side, f"{what_of(side, context)}, {when}") for side in sides]
    now = only_period(question) or context.today.unit(Unit.MONTH)
    before = now.shifted(-1)
    return [(question.within(period), f"{what}, {book.period(period)}") for period in (now, before)]


def _sides(question: Question) -> list[Question]:
    """Return a question for each of the two names that are compared."""
    if len(question.names) + len(question.texts) != 2:
        return []
    by_name = [replace(question, names=(name,), texts=()) for name in question.names]
    return [*by_name, *(replace(question, names=(), texts=(text,)) for text in question.texts)]


def ranking(question: Question, context: Context) -> Answer:
    """Rank categories, payees or months."""
    period, by = only_period(question), By((question.grouping or Grouping.CATEGORY).value)
    sums = [each for each in context.tools.sums(selection_of(question, context, period), by) if each.label]
    if question.is_by_count:
        sums = sorted(sums, key=lambda each: each.count if question.sorting is Sorting.SMALLEST else -each.count)
    elif question.sorting is Sorting.SMALLEST:
        sums = sorted(sums, key=lambda each: each.amount.minor)
    elif by is By.MONTH and question.limit is not None:
        sums = sorted(sums, key=lambda each: -each.amount.minor)
    what, when = what_of(question, context), context.book.period(period)
    if not sums:
        return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("answers.none", what=what, when=when))], question)
    shown = sums[: min(question.limit or (_MOST_RANKED if by is By.MONTH else _RANKED), _MOST_RANKED)]
    words = context.book.say(f"answers.ranking_{by.value}", what=what, when=when)
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.ranking(by, shown)], question, _suggestions(question, context))


def _suggestions(question: Question, context: Context) -> list[str]:
    """Suggest how to continue: another period, the entries, an average."""
    book = context.book
    also = []
    if question.intent is not Intent.COUNT and not question.names:
        also.append(book.say("suggestions.categories"))
    return [book.say("suggestions.last_month"), book.say("suggestions.show"), *also, book.say("suggestions.average")]
