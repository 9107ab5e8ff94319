"""Answers questions whose intent is known, and whose details are still in the person's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from assistant.answering.answers import answer_of, found_in, question_of
from assistant.answering.context import Answer, Context
from assistant.answering.readers import calendar_of, reader_of
from assistant.person import Person
from assistant.phrasing.book import Phrasebook
from assistant.tools.toolbox import Toolbox
from assistant.understanding.calendar import Period
from assistant.understanding.follow_ups import answer_to
from assistant.understanding.intents import decide
from assistant.understanding.languages import language_of
from assistant.understanding.names import Name
from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.reading import Reading
from assistant.understanding.selector import Selector
from assistant.understanding.vocabulary import LANGUAGES

_BIGGEST = 5


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """The part of a question that is known before its words are read."""

    intent: Intent
    is_income: bool = False
    grouping: Grouping | None = None
    sorting: Sorting = Sorting.OLDEST
    limit: int | None = None


TEMPLATES: Mapping[str, QuestionTemplate] = {
    "spending": QuestionTemplate(Intent.SPENDING),
    "income": QuestionTemplate(Intent.INCOME, is_income=True),
    "count": QuestionTemplate(Intent.COUNT),
    "average": QuestionTemplate(Intent.AVERAGE),
    "comparison": QuestionTemplate(Intent.COMPARISON),
    "ranking": QuestionTemplate(Intent.RANKING, grouping=Grouping.CATEGORY),
    "biggest": QuestionTemplate(Intent.ENTRIES, sorting=Sorting.BIGGEST, limit=_BIGGEST),
    "entries": QuestionTemplate(Intent.ENTRIES, sorting=Sorting.LATEST),
    "budgets": QuestionTemplate(Intent.BUDGETS),
    "pace": QuestionTemplate(Intent.PACE),
    "why": QuestionTemplate(Intent.WHY),
    "help": QuestionTemplate(Intent.HELP),
    "add_expense": QuestionTemplate(Intent.ADD),
    "set_budget": QuestionTemplate(Intent.SET_BUDGET),
    "recategorise": QuestionTemplate(Intent.RECATEGORISE),
}
"""By the names that Watson's actions, the tool operations and the documentation use."""


class NotUnderstoodError(Exception):
    """No period, category or payee has this name. The message says which, and can be shown."""


class Answerer:
    """Reads one person's words, and answers."""

    def __init__(
        self, person: Person, tools: Toolbox, *, new_id: Callable[[], str], memory: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """`new_id` makes the ids of proposals; `memory` is that of the last answer, to which "those" refers."""
        self._person, self._tools, self._new_id, self._memory = person, tools, new_id, memory
        self.today = calendar_of(person)
        self.language = language_of("", [person.locale.partition("-")[0]])

    def use_language_of(self, words: str) -> None:
        self.language = language_of(words, [self.language])

    @property
    def book(self) -> Phrasebook:
        """The sentences of the answer's language."""
        return Phrasebook(self.language, self._person.locale)

    def read(self, words: str) -> Reading:
        return reader_of(self.language, self._person, self._tools, self.today).read(words)

    def answer_template(
        self, template: QuestionTemplate, words: str, *, amount: Decimal | None = None, description: str = ""
    ) -> Answer:
        """Answer a template, completed by some words and then by the other arguments. Raises ToolError."""
        reading = self.read(words)
        decided = decide(reading)
        question = decided if decided.intent is template.intent else Selector(reading).question()
        question = replace(
            question,
            intent=template.intent,
            currency="" if question.currency == self._person.currency else question.currency,
            is_income=question.is_income or template.is_income,
            grouping=question.grouping or template.grouping,
            limit=question.limit or template.limit,
            sorting=template.sorting if question.sorting is Sorting.OLDEST else question.sorting,
            amount=amount if question.amount is None else question.amount,
            description=question.description or description,
        )
        if template.intent is Intent.BUDGETS and question.names:
            question = replace(question, intent=Intent.BUDGET)
        return answer_of(reading, question, self._context(reading))

    def understand(self, words: str, before: Question | None, *, is_asked: bool = False) -> Answer:
        """Answer what Outlay's own grammar understands; raises ToolError."""
        reading = self.read(words)
        question = question_of(reading, self._person, before, self.today, is_asked=is_asked)
        return answer_of(reading, question, self._context(reading))

    def completes(self, words: str, before: Question) -> bool:
        """Whether some words answer a question that was asked back."""
        return answer_to(decide(self.read(words)), before) is not None

    def period(self, words: str) -> Period:
        """Return the period that some words name, in the person's language or any other; raises NotUnderstoodError."""
        own = self._person.locale.partition("-")[0]
        for language in dict.fromkeys((language_of(words, [own]), own, *LANGUAGES)):
            if language in LANGUAGES:
                found = reader_of(language, self._person, self._tools, self.today).read(words).periods
                if found:
                    return found[0].period
        message = f"“{words}” is not a period. Use words such as “last month”, “May 2017” or “2017-05-01 to 2017-05-10”."
        raise NotUnderstoodError(message)

    def categories(self, words: str) -> tuple[Name, ...]:
        """Return the categories, or the group, that some words name; raises NotUnderstoodError."""
        return self._names(words, payees=False)

    def payees(self, words: str) -> tuple[Name, ...]:
        """Return the payee that some words name; raises NotUnderstoodError."""
        return self._names(words, payees=True)

    def answer(self, question: Question) -> Answer:
        reading = self.read("")
        return answer_of(reading, question, self._context(reading))

    def _context(self, reading: Reading) -> Context:
        return Context(self._person, self._tools, self.book, self.today, self._new_id, found_in(reading, self._memory))

    def _names(self, words: str, *, payees: bool) -> tuple[Name, ...]:
        found = [name for each in self.read(words).names for name in each.names if (name.kind == "payee") is payees]
        if not found:
            raise NotUnderstoodError(self.book.say("declines.word", word=words))
        if payees and len(set(found)) > 1:
            message = f"“{words}” may be {' or '.join(name.text for name in dict.fromkeys(found))}. Say which."
            raise NotUnderstoodError(message)
        return tuple(dict.fromkeys(found))
