"""Questions of which somebody else understood what is wanted, and whose details are still in the person's own words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assistant.answering.answers import answer_of, found_in, question_of
from assistant.answering.context import Answer, Context
from assistant.answering.described import NotUnderstoodError, period_of
from assistant.answering.readers import calendar_of, reader_of
from assistant.phrasing.book import Phrasebook
from assistant.understanding.deciding import decide
from assistant.understanding.following import answer_to
from assistant.understanding.languages import language_of
from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.selecting import Selector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.person import Person
    from assistant.tools.toolbox import Toolbox
    from assistant.understanding.calendar import Period
    from assistant.understanding.names import Name
    from assistant.understanding.reading import Reading

_BIGGEST = 5


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


class Asking:
    """Reads the words of one person, and answers."""

    def __init__(
        self, person: Person, tools: Toolbox, *, new_id: Callable[[], str], memory: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """`new_id` makes ids of proposals; `memory` is of the last answer, which "those" goes back to."""
        self._person, self._tools, self._new_id, self._memory = person, tools, new_id, memory
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

    def grant(self, wish: Wish, words: str, *, amount: Decimal | None = None, description: str = "") -> Answer:
        """Answer what some words make of a wish; what they leave out is taken from the rest. Raises ToolError."""
        reading = self.read(words)
        decided = decide(reading)
        question = decided if decided.intent is wish.intent else Selector(reading).question()
        question = replace(
            question,
            intent=wish.intent,
            currency="" if question.currency == self._person.currency else question.currency,
            is_income=question.is_income or wish.is_income,
            grouping=question.grouping or wish.grouping,
            limit=question.limit or wish.limit,
            sorting=wish.sorting if question.sorting is Sorting.OLDEST else question.sorting,
            amount=amount if question.amount is None else question.amount,
            description=question.description or description,
        )
        if wish.intent is Intent.BUDGETS and question.names:
            question = replace(question, intent=Intent.BUDGET)
        return answer_of(reading, question, self._context(reading))

    def understand(self, words: str, before: Question | None, *, is_asked: bool = False) -> Answer:
        """Answer what Outlay's own grammar takes some words for; raises ToolError."""
        reading = self.read(words)
        question = question_of(reading, self._person, before, self.today, is_asked=is_asked)
        return answer_of(reading, question, self._context(reading))

    def completes(self, words: str, before: Question) -> bool:
        """Whether some words answer what the last answer asked back."""
        return answer_to(decide(self.read(words)), before) is not None

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
        """Answer a question that is all there is."""
        reading = self.read("")
        return answer_of(reading, question, self._context(reading))

    def _context(self, reading: Reading) -> Context:
        return Context(self._person, self._tools, self.book, self.today, self._new_id, found_in(reading, self._memory))

    def _names(self, words: str, *, payees: bool) -> tuple[Name, ...]:
        found = [name for each in self.read(words).names for name in each.names if (name.kind == "payee") is payees]
        if not found:
            raise NotUnderstoodError(self.book.say("declines.word", word=words))
        if payees and len(set(found)) > 1:
            message = f"“{words}” may be {' or '.join(name.text for name in dict.fromkeys(found))}; say which."
            raise NotUnderstoodError(message)
        return tuple(dict.fromkeys(found))
