"""Questions of which somebody else understood what is wanted, and whose details are still in the person's own words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from assistant.answering import budgets, changes, help_, lists, sums
from assistant.answering.asking import ask_which
from assistant.answering.context import Answer, Context
from assistant.answering.described import NotUnderstoodError, period_of
from assistant.answering.readers import calendar_of, reader_of
from assistant.phrasing.book import Phrasebook
from assistant.understanding.deciding import decide
from assistant.understanding.following import answer_to, follow
from assistant.understanding.languages import language_of
from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.selecting import Selector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.conversation.model import Person
    from assistant.tools.toolbox import Toolbox
    from assistant.understanding.calendar import Period
    from assistant.understanding.names import Name
    from assistant.understanding.reading import Reading

_BIGGEST = 5
_NEW = frozenset({Intent.ADD, Intent.HELP})
"""Intents in which a part of a payee's name need not mean one that there is."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted, as far as that is known without the words."""

    intent: Intent
    is_income: bool = False
    grouping: Grouping | None = None
    sorting: Sorting = Sorting.OLDEST
    limit: int | None = None


WISHES: Mapping[str, Wish] = {
    "spending": Wish(Intent.SPENDING),
    "income": Wish(Intent.INCOME, is_income=True),
    "count": Wish(Intent.COUNT),
    "average": Wish(Intent.AVERAGE),
    "comparison": Wish(Intent.COMPARISON),
    "ranking": Wish(Intent.RANKING, grouping=Grouping.CATEGORY),
    "biggest": Wish(Intent.ENTRIES, sorting=Sorting.BIGGEST, limit=_BIGGEST),
    "entries": Wish(Intent.ENTRIES, sorting=Sorting.LATEST),
    "budgets": Wish(Intent.BUDGETS),
    "pace": Wish(Intent.PACE),
    "why": Wish(Intent.WHY),
    "help": Wish(Intent.HELP),
    "add_expense": Wish(Intent.ADD),
    "set_budget": Wish(Intent.SET_BUDGET),
    "recategorise": Wish(Intent.RECATEGORISE),
}
"""By the names that Watson's actions, the tool operations and the documents use."""
_ANSWERS: Mapping[Intent, Callable[[Question, Context], Answer]] = {
    Intent.SPENDING: sums.spending, Intent.INCOME: sums.spending, Intent.COUNT: sums.count, Intent.AVERAGE: sums.average,
    Intent.COMPARISON: sums.comparison, Intent.RANKING: sums.ranking, Intent.ENTRIES: lists.entries,
    Intent.BUDGET: budgets.one_budget, Intent.BUDGETS: budgets.budgets, Intent.PACE: budgets.pace, Intent.WHY: budgets.why,
    Intent.ADD: changes.add_expense, Intent.SET_BUDGET: changes.set_budget, Intent.RECATEGORISE: changes.recategorise,
    Intent.HELP: help_.explain,
}  # fmt: skip


class Asking:
    """Reads the words of one person, and answers."""

    def __init__(self, person: Person, tools: Toolbox, *, new_id: Callable[[], str], found: Sequence[str] = ()) -> None:
        """`new_id` makes ids of proposals; `found` are the entries of the last answer, which "those" means."""
        self._person, self._tools, self._new_id, self._found = person, tools, new_id, found
        self.today = calendar_of(person)
        self.language = language_of("", [person.locale.partition("-")[0]])

    def speak(self, words: str) -> None:
        """Answer in the language of these words."""
        self.language = language_of(words, [self.language])

    @property
    def book(self) -> Phrasebook:
        """The sentences of the answer."""
        return Phrasebook(self.language, self._person.locale)

    def read(self, words: str) -> Reading:
        """Return what is in some words."""
        return reader_of(self.language, self._person, self._tools, self.today).read(words)

    def question(self, wish: Wish, words: str, *, amount: Decimal | None = None, description: str = "") -> Question:
        """Return the question that the words make of a wish; what they leave out is taken from the rest."""
        reading = self.read(words)
        decided = decide(reading)
        question = decided if decided.intent is wish.intent else Selector(reading).question()
        question = replace(
            question, intent=wish.intent, is_income=question.is_income or wish.is_income,
            grouping=question.grouping or wish.grouping, limit=question.limit or wish.limit,
            sorting=wish.sorting if question.sorting is Sorting.OLDEST else question.sorting,
            amount=amount if question.amount is None else question.amount,
            description=question.description or description,
        )  # fmt: skip
        if wish.intent is Intent.BUDGETS and question.names:
            return replace(question, intent=Intent.BUDGET)
        return question

    def follow(self, words: str, before: Question | None) -> Question:
        """Return what words mean that go on from the question before."""
        reading = self.read(words)
        return follow(reading, decide(reading), before, self.today)

    def completed(self, words: str, before: Question) -> Question | None:
        """Return the question before with what was asked back for in it; None if the words are no answer to that."""
        return answer_to(decide(self.read(words)), before)

    def period(self, words: str) -> Period:
        """Return the period that some words name; raises NotUnderstoodError."""
        return period_of(words, self._person, self._tools)

    def categories(self, words: str) -> tuple[Name, ...]:
        """Return the categories, or the group of them, that some words name; raises NotUnderstoodError."""
        return self._names(words, payees=False)

    def payees(self, words: str) -> tuple[Name, ...]:
        """Return the payee that some words name; raises NotUnderstoodError."""
        return self._names(words, payees=True)

    def answer(self, question: Question) -> Answer:
        """Answer; raises DeclinedError and ToolError."""
        context = Context(self._person, self._tools, self.book, self.today, self._new_id, self._found)
        if question.ambiguous and question.intent not in _NEW:
            return ask_which(question, context)
        return _ANSWERS[question.intent](question, context)

    def _names(self, words: str, *, payees: bool) -> tuple[Name, ...]:
        found = [name for each in self.read(words).names for name in each.names if (name.kind == "payee") is payees]
        if not found:
            raise self._unknown(words)
        if payees and len(set(found)) > 1:
            message = f"“{words}” may be {' or '.join(name.text for name in dict.fromkeys(found))}; say which."
            raise NotUnderstoodError(message)
        return tuple(dict.fromkeys(found))

    def _unknown(self, words: str) -> NotUnderstoodError:
        return NotUnderstoodError(self.book.say("declines.word", word=words))
