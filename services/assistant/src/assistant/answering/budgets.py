"""Answers about budgets: their state, whether they will last, and which expense pushed one over its limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from assistant.answering.context import Answer, Context, DeclinedError
from assistant.answering.selection import only_period, what_of
from assistant.conversation import blocks
from assistant.conversation.model import Block, Outcome
from assistant.tools.model import BudgetState, Entries, Tipping
from assistant.understanding.calendar import Period, Unit
from assistant.understanding.question import Question
from money import Money


def budgets(question: Question, context: Context) -> Answer:
    """Answer how all budgets are doing, or did in a month."""
    states = context.tools.budgets(_day(question, context))
    if not states:
        return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("answers.budgets_none"))], question)
    words = _summary(states, context)
    over = next((state for state in states if state.state == "exceeded"), states[0])
    suggestions = [
        context.book.say("suggestions.why" if over.state == "exceeded" else "suggestions.pace", name=over.name),
        context.book.say("suggestions.left", name=states[0].name),
        context.book.say("suggestions.last_month"),
    ]
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.budgets(states)], question, suggestions)


def _summary(states: Sequence[BudgetState], context: Context) -> str:
    book = context.book
    when = _when(states[0], context)
    exceeded = ", ".join(state.name for state in states if state.state == "exceeded")
    near = ", ".join(state.name for state in states if state.state == "near")
    if not exceeded and not near:
        return book.say("answers.budgets_fine", when=when)
    key = "budgets_some" if exceeded and near else "budgets_exceeded" if exceeded else "budgets_near"
    return book.say(f"answers.{key}", when=when, exceeded=exceeded, near=near)


def one_budget(question: Question, context: Context) -> Answer:
    found = _budgets_of(question, context)
    words = " ".join(_left(state, context) for state in found)
    first = found[0]
    suggestions = [
        context.book.say("suggestions.pace", name=first.name),
        context.book.say("suggestions.show"),
        context.book.say("suggestions.budgets"),
    ]
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.budgets(found)], question, suggestions)


def _left(state: BudgetState, context: Context) -> str:
    money = context.book.money
    key = "answers.budget_over" if state.remaining.minor < 0 else "answers.budget_left"
    return context.book.say(
        key,
        name=state.name,
        when=_when(state, context),
        limit=money(state.limit),
        spent=money(state.spent),
        remaining=money(state.remaining),
        over=money(Money(-state.remaining.minor, state.remaining.currency)),
    )


def pace(question: Question, context: Context) -> Answer:
    """Answer whether a budget, or each of them, will last at the present pace."""
    states = _budgets_of(question, context) if question.names or question.texts else context.tools.budgets(_day(question, context))
    if not states:
        return Answer(Outcome.ANSWERED, [blocks.text(context.book.say("answers.budgets_none"))], question)
    expected = [_expected(state, context.today.today) for state in states]
    words = " ".join(_pace(state, each, context) for state, each in zip(states, expected, strict=True))
    shown = blocks.budgets(states)
    with_expected: Block = {
        **shown,
        "budgets": [{**block, "expected": each.to_wire()} for block, each in zip(shown["budgets"], expected, strict=True)],
    }
    suggestions = [
        context.book.say("suggestions.show"),
        context.book.say("suggestions.budgets"),
        context.book.say("suggestions.biggest"),
    ]
    return Answer(Outcome.ANSWERED, [blocks.text(words), with_expected], question, suggestions)


def _expected(state: BudgetState, today: date) -> Money:
    """Return the spending at the end of the period if it goes on at the present pace."""
    days, gone = (state.last - state.first).days + 1, (min(today, state.last) - state.first).days + 1
    return Money.of(state.spent.decimal * Decimal(days) / Decimal(max(gone, 1)), state.spent.currency)


def _pace(state: BudgetState, expected: Money, context: Context) -> str:
    money = context.book.money
    key = "pace_exceeded" if state.state == "exceeded" else "pace_over" if expected.minor > state.limit.minor else "pace_fine"
    return context.book.say(
        f"answers.{key}",
        name=state.name,
        when=_when(state, context),
        spent=money(state.spent),
        limit=money(state.limit),
        expected=money(expected),
    )


def why(question: Question, context: Context) -> Answer:
    """Answer which entry pushed a budget over its limit; without a name, for every exceeded budget."""
    day = _day(question, context)
    if question.names or question.texts:
        states: Sequence[BudgetState] = _budgets_of(question, context)
    else:
        states = [state for state in context.tools.budgets(day) if state.state == "exceeded"]
    if not states:
        return budgets(question, context)
    tippings = [context.tools.tipping(state.id, day or context.today.today) for state in states]
    words = " ".join(_why(state, tipping, context) for state, tipping in zip(states, tippings, strict=True))
    entries = [context.tools.entry(tipping.expense_id) for tipping in tippings if tipping]
    shown = [blocks.entries(Entries(tuple(entries), len(entries), ""))] if entries else []
    suggestions = [
        context.book.say("suggestions.show"),
        context.book.say("suggestions.left", name=states[0].name),
        context.book.say("suggestions.budgets"),
    ]
    memory = {"found": [entry.id for entry in entries]}
    return Answer(Outcome.ANSWERED, [blocks.text(words), blocks.budgets(states), *shown], question, suggestions, memory=memory)


def _why(state: BudgetState, tipping: Tipping | None, context: Context) -> str:
    book = context.book
    when, limit = _when(state, context), book.money(state.limit)
    if tipping is None:
        return book.say("answers.why_not", name=state.name, when=when, limit=limit, spent=book.money(state.spent))
    entry = f"{tipping.payee or tipping.description} ({book.money(tipping.amount)})"
    return book.say(
        "answers.why",
        name=state.name,
        when=when,
        limit=limit,
        entry=entry,
        day=book.day(tipping.spent_on),
        spent_then=book.money(tipping.spent_then),
    )


def _budgets_of(question: Question, context: Context) -> list[BudgetState]:
    """Return the budgets of the named categories; raises DeclinedError if there are none."""
    if question.texts:
        raise DeclinedError(context.book.say("declines.word", word=question.texts[0]))
    wanted = {each for name in question.names for each in name.ids}
    called = {name.text.casefold() for name in question.names}
    found = [
        state
        for state in context.tools.budgets(_day(question, context))
        if state.name.casefold() in called or wanted & {category.id for category in state.categories}
    ]
    if not found:
        raise DeclinedError(context.book.say("declines.no_budget", name=what_of(question, context)))
    return found


def _day(question: Question, context: Context) -> date | None:
    """Return the last day of the period in question, at most today; None for the current one."""
    period = only_period(question)
    return min(period.last, context.today.today) if period else None


def _when(state: BudgetState, context: Context) -> str:
    days = Period(state.first, state.last)
    month = context.today.month(state.first.year, state.first.month)
    return context.book.period(
        Period(days.first, days.last, Unit.MONTH) if (month.first, month.last) == (days.first, days.last) else days
    )
