"""What every answer needs: who asks, the tools, and how to say it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.conversation.model import Block, Outcome, Proposal
from assistant.understanding.question import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.person import Person
    from assistant.phrasing.book import Phrasebook
    from assistant.tools.toolbox import Toolbox
    from assistant.understanding.calendar import Calendar
    from assistant.understanding.question import Question


@dataclass(frozen=True)
class Context:
    """Of one message."""

    person: Person
    tools: Toolbox
    book: Phrasebook
    today: Calendar
    new_id: Callable[[], str]
    found_ids: Sequence[str] = ()
    """Entries of the last answer, if the question is about "those"."""


@dataclass(frozen=True)
class Answer:
    """What comes back: blocks, and how the talk goes on."""

    outcome: Outcome
    blocks: Sequence[Block]
    question: Question
    suggestions: Sequence[str] = ()
    proposal: Proposal | None = None
    memory: Mapping[str, object] = field(default_factory=dict)
    """Beside the question."""

    @property
    def intent(self) -> str:
        """What was understood, as documented; of help with its topic."""
        of = self.question
        return f"help:{of.topic}" if of.intent is Intent.HELP else of.intent.value

    def with_question(self, question: Question) -> Answer:
        """Return the same answer to a question with more in it."""
        return replace(self, question=question)


class DeclinedError(Exception):
    """There is no honest answer. The message says so in the person's language."""
