"""Asks back when a question is ambiguous."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.context import Answer, Context
from assistant.conversation import blocks
from assistant.conversation.model import Outcome
from assistant.tools.model import BudgetState, Entry
from assistant.understanding.question import Question

_MOST_OFFERED = 6


def ask_which(question: Question, context: Context) -> Answer:
    """Ask which of several payees is meant."""
    choices = [(name.text, name.text) for name in question.ambiguous[:_MOST_OFFERED]]
    kept = tuple(name for name in question.names if name not in question.ambiguous)
    return _ask(replace(question, names=kept, ambiguous=()), choices, context)


def ask_which_budget(question: Question, states: Sequence[BudgetState], context: Context) -> Answer:
    """Ask which of several budgets is meant; the answer names its category."""
    return _ask(question, [(state.name, _category_of(state)) for state in states[:_MOST_OFFERED]], context)


def _category_of(state: BudgetState) -> str:
    return state.categories[0].name if len(state.categories) == 1 else state.name


def ask_which_entry(question: Question, entries: Sequence[Entry], context: Context) -> Answer:
    """Ask which of several entries is meant; the answer names its day and payee."""
    book = context.book
    choices = [
        (
            f"{book.day(entry.spent_on)}, {entry.payee or entry.description} {book.money(entry.amount)}",
            f"{entry.spent_on.isoformat()} {entry.payee or entry.description}",
        )
        for entry in entries[:_MOST_OFFERED]
    ]
    return _ask(question, choices, context)


def _ask(question: Question, choices: Sequence[tuple[str, str]], context: Context) -> Answer:
    return Answer(Outcome.CLARIFY, [blocks.options(context.book.say("asks.which"), choices)], question)
