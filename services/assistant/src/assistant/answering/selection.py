"""Turns a question into a selection of entries, and describes the selection in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.context import Context, DeclinedError
from assistant.tools.model import Category, Entry, Kind, Order, Selection
from assistant.understanding.calendar import Period
from assistant.understanding.names import Name
from assistant.understanding.question import Question
from assistant.understanding.text import key_of
from assistant.understanding.vocabulary import vocabulary_of

_MOST_NAMED = 4
_LOOKED_AT = 20
_CASE = {"s", "n", "e", "en"}


def selection_of(question: Question, context: Context, period: Period | None) -> Selection:
    """Return the entries that a question is about, within a period.

    Raises:
        DeclinedError: if a word matches no category, payee or entry.
    """
    selection = Selection(
        kind=Kind.INCOME if question.is_income else Kind.EXPENSE,
        first=period.first if period else None,
        last=period.last if period else None,
        categories=_categories(question.names),
        uncategorised=question.uncategorised,
        payees=_payees(question.names),
        tag=question.tag and (_tag(question.tag, context) or question.tag),
        currency=question.currency,
        at_least=question.at_least,
        at_most=question.at_most,
        without_categories=_categories(question.without),
        without_payees=_payees(question.without),
        without_tag=question.without_tag and (_tag(question.without_tag, context) or question.without_tag),
    )
    return _with_texts(question, context, selection)


def _categories(names: tuple[Name, ...]) -> tuple[Category, ...]:
    found = [Category(each, name.text) for name in names if name.kind != "payee" for each in name.ids]
    return tuple({category.id: category for category in found}.values())


def _payees(names: tuple[Name, ...]) -> tuple[str, ...]:
    return tuple(name.text for name in names if name.kind == "payee")


def _with_texts(question: Question, context: Context, selection: Selection) -> Selection:
    """Add the words of descriptions and tags; each must occur in some entry of the person."""
    for text in question.texts:
        selection = _with_text(text, context, selection)
    for text in question.without_texts:
        tag = _tag(text, context)
        if tag:
            selection = replace(selection, without_tag=tag)
            continue
        known = _spelling(text, context)
        if known is None:
            raise DeclinedError(context.book.say("declines.word", word=text))
        selection = replace(selection, without_texts=(*selection.without_texts, known))
    return selection


def _with_text(text: str, context: Context, selection: Selection) -> Selection:
    tag = _tag(text, context)
    if tag:
        return replace(selection, tag=tag)
    known = _spelling(text, context)
    if known is None:
        raise DeclinedError(context.book.say("declines.word", word=text))
    return replace(selection, texts=(*selection.texts, known))


def _spelling(text: str, context: Context) -> str | None:
    """Return the form of a word that occurs in entries: as it is, or in the singular."""
    if len(text) < 3 and text.isascii():
        return None
    forms, absent = _forms(text, context), list[str]()
    known = set()
    for each in sorted(forms, key=len):  # without "yacht", there is no "yachts" either
        if any(part in each.casefold() for part in absent):
            continue
        found = _entries_with(each, context)
        if not found:
            absent.append(each.casefold())
        elif _all_begin_with(each, found, is_other=each != text):
            known.add(each)
    return next((each for each in forms if each in known), None)


def _entries_with(text: str, context: Context) -> Sequence[Entry]:
    return context.tools.entries(Selection(texts=(text,)), Order.NEWEST, _LOOKED_AT).entries


def _all_begin_with(text: str, found: Sequence[Entry], *, is_other: bool) -> bool:
    """Whether a text occurs at the beginning of words; the API also finds "owe" in "power".

    Another form of the word (`is_other`) counts in descriptions and notes only: flowers need not come from "Rose Flower".
    """
    begins = re.compile(rf"(?<!\w){re.escape(text.casefold())}")
    where = (f"{'' if is_other else each.payee} {each.description} {each.note}" for each in found)
    return all(begins.search(words.casefold()) for words in where)


def _tag(text: str, context: Context) -> str:
    """Return the tag for a word if an entry has it, otherwise an empty string."""
    forms = (key_of(each) for each in _forms(text, context))
    return next((each for each in forms if context.tools.total(Selection(tag=each)).count), "")


def _forms(text: str, context: Context) -> list[str]:
    """Return a word, its synonyms, and the word without a possible plural or case ending."""
    others = vocabulary_of(context.book.language).others_for(text)
    return [text, *others, *(text[: -len(end)] for end in _CASE if text.casefold().endswith(end) and len(text) - len(end) > 3)]


def what_of(question: Question, context: Context) -> str:
    """Describe which entries are meant, such as "Food / Groceries without La Colombe"."""
    book = context.book
    parts = [name.text for name in question.names[:_MOST_NAMED]] + [book.say("labels.quoted", text=text) for text in question.texts]
    if question.tag:
        parts.append(book.say("labels.tagged", tag=question.tag))
    if question.uncategorised:
        parts.append(book.say("labels.uncategorised"))
    if question.currency:
        parts.append(book.say("labels.paid_in", currency=question.currency))
    what = ", ".join(parts) or book.say("labels.all_income" if question.is_income else "labels.everything")
    left_out = [name.text for name in question.without[:_MOST_NAMED]]
    left_out += [book.say("labels.quoted", text=text) for text in question.without_texts]
    if question.without_tag:
        left_out.append(book.say("labels.tagged", tag=question.without_tag))
    return book.say("labels.without", what=what, left_out=", ".join(left_out)) if left_out else what


def only_period(question: Question) -> Period | None:
    """Return the period of a question, None for all time."""
    return question.periods[0] if question.periods else None
