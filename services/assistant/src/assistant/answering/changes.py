"""Answers with a proposal: to add an expense, set or change a budget, or move entries to another category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.answering.clarification import ask_which_budget, ask_which_entry
from assistant.answering.context import Answer, Context, DeclinedError
from assistant.answering.selection import only_period, selection_of, what_of
from assistant.conversation import blocks
from assistant.conversation.model import Outcome, Proposal
from assistant.tools.model import BudgetState, Category, Entry, Order
from assistant.understanding.names import Name
from assistant.understanding.question import Question
from money import Money, MoneyError, decimals_of

_MOST_MOVED = 200


def add_expense(question: Question, context: Context) -> Answer:
    book = context.book
    if question.amount is None:
        return Answer(Outcome.CLARIFY, [blocks.text(book.say("asks.amount"))], question)
    period = only_period(question)
    day = period.last if period else context.today.today
    amount = _money(question.amount, question.amount_currency or context.person.currency, context)
    payee = next((name.text for name in question.names if name.kind == "payee"), "")
    category = _category_of(question, payee, context)
    parameters: dict[str, Any] = {
        "kind": "income" if question.is_income else "expense",
        "amount": amount.text,
        "currency": amount.currency,
        "spent_on": day.isoformat(),
    }
    fields = [
        blocks.field("amount", book.say("labels.amount"), book.money(amount)),
        blocks.field("spent_on", book.say("labels.day"), book.day(day)),
    ]
    for name, value in (("payee", payee), ("description", question.description)):
        if value:
            parameters[name] = value
            fields.append(blocks.field(name, book.say(f"labels.{name}"), value))
    if category is not None:
        parameters["category_id"] = category.id
        fields.append(blocks.field("category", book.say("labels.category"), category.name))
    name = "add_income" if question.is_income else "add_expense"
    return _proposed(question, context, Proposal(context.new_id(), "add_expense", parameters), fields, name=name)


def _category_of(question: Question, payee: str, context: Context) -> Category | None:
    named = [name for name in question.names if name.kind == "category"]
    if named:
        return next((category for category in context.tools.categories() if category.id == named[0].ids[0]), None)
    return context.tools.suggested_category(payee) if payee else None


def set_budget(question: Question, context: Context) -> Answer:
    """Propose a budget for a category, or a new limit if it has one already."""
    unknown = (*question.texts, *question.without_texts)
    if unknown:
        raise DeclinedError(context.book.say("declines.word", word=unknown[0]))
    names = [name for name in question.names if name.kind != "payee"]
    limit = _money(question.amount, question.amount_currency or context.person.currency, context)
    if not names:
        return _ask_for_category(question, context)
    wanted = {each for name in names for each in name.ids}
    existing = [state for state in context.tools.budgets() if wanted == {category.id for category in state.categories}]
    if existing and question.cycle in ("", existing[0].cycle):
        return _change(question, existing[0], _stepped(question, existing[0], limit, context), context)
    if question.step:
        raise DeclinedError(context.book.say("declines.no_budget", name=what_of(question, context)))
    within = [state for state in context.tools.budgets() if wanted & {category.id for category in state.categories}]
    if within and len(wanted) > 1:
        return ask_which_budget(question, within, context)
    return _new_budget(question, names, limit, context)


def _stepped(question: Question, state: BudgetState, amount: Money, context: Context) -> Money:
    """Return the new limit: the amount, or the present limit plus or minus the amount."""
    if not question.step:
        return amount
    if amount.currency != state.limit.currency or state.limit.minor + question.step * amount.minor <= 0:
        raise DeclinedError(context.book.say("declines.unclear"))
    return Money(state.limit.minor + question.step * amount.minor, amount.currency)


def _ask_for_category(question: Question, context: Context) -> Answer:
    return Answer(Outcome.CLARIFY, [blocks.text(context.book.say("asks.which_category"))], question)


def _change(question: Question, state: BudgetState, limit: Money, context: Context) -> Answer:
    book = context.book
    fields = [
        blocks.field("category", book.say("labels.category"), ", ".join(category.name for category in state.categories)),
        blocks.field("limit", book.say("labels.limit"), book.money(limit)),
        blocks.field("former_limit", book.say("labels.former_limit"), book.money(state.limit)),
        blocks.field("cycle", book.say("labels.cycle"), book.say(f"labels.{state.cycle}")),
    ]
    parameters = {"budget_id": state.id, "version": state.version, "limit": limit.text, "currency": limit.currency}
    proposal = Proposal(context.new_id(), "change_budget", parameters)
    return _proposed(question, context, proposal, fields)


def _new_budget(question: Question, names: Sequence[Name], limit: Money, context: Context) -> Answer:
    book = context.book
    title = ", ".join(each.text for each in names)
    cycle = question.cycle or "monthly"
    fields = [
        blocks.field("category", book.say("labels.category"), title),
        blocks.field("limit", book.say("labels.limit"), book.money(limit)),
        blocks.field("cycle", book.say("labels.cycle"), book.say(f"labels.{cycle}")),
    ]
    parameters = {
        "name": title[:100],
        "limit": limit.text,
        "currency": limit.currency,
        "cycle": cycle,
        "category_ids": sorted({each for name in names for each in name.ids}),
    }
    return _proposed(question, context, Proposal(context.new_id(), "set_budget", parameters), fields)


def recategorise(question: Question, context: Context) -> Answer:
    """Propose to move entries to another category: those of the last answer, or those described."""
    into = question.into
    if into is None or into.kind != "category":
        raise DeclinedError(context.book.say("declines.unclear"))
    category = next(each for each in context.tools.categories() if each.id == into.ids[0])
    found = _entries_to_move(question, context)
    if not found:
        return Answer(Outcome.DECLINED, [blocks.text(context.book.say("proposals.nothing_to_move"))], question)
    moved = [entry for entry in found if entry.category is None or entry.category.id != category.id]
    if question.amount is not None and len(moved) > 1:
        return ask_which_entry(question, moved, context)
    if not moved:
        words = context.book.say("proposals.already_there", category=category.name)
        return Answer(Outcome.DECLINED, [blocks.text(words)], question)
    return _move(question, context, category, moved)


def _move(question: Question, context: Context, category: Category, moved: Sequence[Entry]) -> Answer:
    book = context.book
    parameters = {"entries": [{"id": entry.id, "version": entry.version} for entry in moved], "category_id": category.id}
    listed = ", ".join(f"{entry.payee or entry.description} {book.money(entry.amount)}" for entry in moved[:3])
    fields = [
        blocks.field("entries", book.say("labels.entries"), f"{len(moved)}: {listed}{', …' if len(moved) > 3 else ''}"),
        blocks.field("category", book.say("labels.category"), category.name),
    ]
    proposal = Proposal(context.new_id(), "recategorise", parameters)
    return _proposed(question, context, proposal, fields, category=category.name)


def _entries_to_move(question: Question, context: Context) -> Sequence[Entry]:
    if context.found_ids:
        return [context.tools.entry(each) for each in context.found_ids]
    if not (question.selects or question.periods or question.amount is not None):
        return []
    selection = selection_of(question, context, only_period(question))
    if question.amount is not None:
        selection = replace(selection, at_least=question.amount, at_most=question.amount)
    return context.tools.entries(selection, Order.NEWEST, question.limit or _MOST_MOVED).entries


def _proposed(
    question: Question, context: Context, proposal: Proposal, fields: Sequence[Mapping[str, str]], *, name: str = "", **values: str
) -> Answer:
    """Show the change and ask for confirmation; `name` is the key of the sentences if it differs from the action."""
    name = name or proposal.action
    card = blocks.card(proposal, context.book.say(f"titles.{name}", **values), fields)
    asked = blocks.text(context.book.say(f"proposals.{name}", **values))
    return Answer(Outcome.PROPOSED, [asked, card], replace(question, amount=None), proposal=proposal)


def _money(amount: Decimal | None, currency: str, context: Context) -> Money:
    if amount is None or amount <= 0:
        raise DeclinedError(context.book.say("declines.unclear"))
    try:
        exponent = amount.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals_of(currency):
            raise MoneyError(str(amount))
        return Money.of(amount, currency)
    except MoneyError as error:
        raise DeclinedError(context.book.say("declines.amount", amount=amount, currency=currency)) from error
